// Makes a release: `npm run release -- 1.2.3`. Nothing is sent anywhere; it ends with the commands that do that.
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { compareVersions, readChangelog, releaseChangelog, writeChangelog } from './release/changelog.mts'

const root = path.resolve(import.meta.dirname, '..')
const read = (file) => readFileSync(path.join(root, file), 'utf8')
const write = (file, text) => writeFileSync(path.join(root, file), text)

function git(...args) {
  const { status, stdout, stderr, error } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${args[0]} failed: ${error?.message ?? stderr.trim()}`)
  return stdout.trim()
}

/** Replaces the one place where a file names the version. */
function setVersion(file, before, after) {
  const text = read(file)
  if (text.split(before).length !== 2) throw new Error(`${file} does not have "${before}" exactly once.`)
  write(file, text.replace(before, after))
}

function release(version) {
  if (version === undefined) throw new Error('Say which version: npm run release -- 1.2.3')
  const current = JSON.parse(read('package.json'))
  if (compareVersions(version, current.version) < 0) {
    throw new Error(`${version} is older than ${current.version}, the version in package.json.`)
  }
  if (git('status', '--porcelain') !== '') {
    throw new Error(
      'There are changes that are not committed. A release is made of what is committed: commit or undo them.',
    )
  }
  if (git('tag', '--list', `v${version}`) !== '') throw new Error(`The tag v${version} exists already.`)

  const date = new Date().toISOString().slice(0, 10)
  const repository = current.repository.url.replace(/^git\+|\.git$/g, '')
  // what can fail comes before the first file is written
  const changelog = writeChangelog(releaseChangelog(readChangelog(read('CHANGELOG.md')), { version, date, repository }))
  const lock = JSON.parse(read('package-lock.json'))
  lock.version = version
  lock.packages[''].version = version

  write('CHANGELOG.md', changelog)
  write('package-lock.json', `${JSON.stringify(lock, undefined, 2)}\n`)
  setVersion('package.json', `"version": "${current.version}"`, `"version": "${version}"`)
  setVersion('lib/webhook/version.ts', `VERSION = '${current.version}'`, `VERSION = '${version}'`)
  setVersion('README.md', `node-red-${current.version}.tgz`, `node-red-${version}.tgz`)
  git('commit', '--quiet', '--all', '--allow-empty', '--message', `Release ${version}`)
  git('tag', '--annotate', `v${version}`, '--message', `Release ${version}`)
  process.stdout.write(
    `Release ${version} is committed and tagged here. To publish it:\n\n  git push --follow-tags\n  npm publish --access public\n`,
  )
}

try {
  release(process.argv[2])
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 1
}
