import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import {
  compareVersions,
  KINDS,
  readChangelog,
  releaseChangelog,
  writeChangelog,
} from '../../scripts/release/changelog.mts'
import { packageJson, read, root } from './repository.mts'

const require = createRequire(import.meta.url)
// npm's own: the judge of which version is newer
const semver = createRequire(require.resolve('node-red/package.json'))('semver')

describe('CHANGELOG.md', () => {
  const text = read('CHANGELOG.md')
  const { introduction, versions, links } = readChangelog(text)

  it('is of the form of Keep a Changelog, every line of it', () => {
    assert.match(introduction, /^# Changelog\n/)
    assert.match(introduction, /keepachangelog\.com\/en\/1\.1\.0/)
    assert.equal(writeChangelog({ introduction, versions, links }), text)
  })

  it('begins with what is not released, and has versions newest first, each with its day', () => {
    const [unreleased, ...released] = versions
    assert.deepEqual([unreleased?.version, unreleased?.date], ['Unreleased', undefined])
    const names = released.map(({ version }) => version)
    assert.deepEqual(names, [...names].sort(semver.rcompare))
    for (const { version, date = '' } of released) {
      assert.equal(new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10), date, version)
    }
  })

  it('has each kind of change once in a version, in their order, and changes of these kinds only', () => {
    for (const { version, changes } of versions) {
      const kinds = changes.map(({ kind }) => kind)
      assert.deepEqual(
        kinds,
        KINDS.filter((kind) => kinds.includes(kind)),
        version,
      )
    }
  })

  it('says nothing twice', () => {
    const entries = versions.flatMap(({ changes }) => changes.flatMap((change) => change.entries))
    assert.deepEqual(
      entries.filter((entry, index) => entries.indexOf(entry) !== index),
      [],
    )
  })

  it('links every version, and nothing else', () => {
    assert.deepEqual(
      links.map(({ version }) => version),
      versions.map(({ version }) => version),
    )
  })

  for (const [what, line] of [
    ['a version without its day in ISO form', '## [1.0.0] - 31.01.2026'],
    ['a version without brackets', '## 1.0.0'],
    ['a change that belongs to no kind', '- something'],
    ['a sentence between changes', 'This is a good version.'],
  ]) {
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => readChangelog(`# Changelog\n\n## [Unreleased]\n\n${line}\n`),
        /^Error: CHANGELOG.md, line 5: /,
      )
    })
  }
})

describe('versions', () => {
  it('are ordered as npm orders them', () => {
    const number = fc.nat({ max: 12 })
    const suffix = fc.option(
      fc.tuple(fc.constantFrom('alpha', 'beta', 'rc'), number).map((parts) => `-${parts.join('.')}`),
      { nil: '' },
    )
    const version = fc.tuple(number, number, number, suffix).map(([a, b, c, d]) => `${a}.${b}.${c}${d}`)
    fc.assert(
      fc.property(version, version, (one, other) => {
        assert.equal(Math.sign(compareVersions(one, other)), semver.compare(one, other))
      }),
    )
  })
})

describe('npm run release', () => {
  let clone: string

  const git = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: clone, encoding: 'utf8' })
    assert.equal(status, 0, stderr)
    return stdout.trim()
  }
  const release = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/release.mjs', ...args], { cwd: clone, encoding: 'utf8' })
  const cloned = (file: string) => readFileSync(path.join(clone, file), 'utf8')
  const commitAll = () => git('commit', '--quiet', '--all', '--allow-empty', '--message', 'as it stands')

  beforeEach(() => {
    clone = mkdtempSync(path.join(tmpdir(), 'artifact-automations-release-'))
    git('clone', '--quiet', '--no-hardlinks', root, '.')
    git('config', 'user.name', 'Releaser')
    git('config', 'user.email', 'releaser@example.com')
    // as they stand here, committed or not
    for (const file of ['CHANGELOG.md', 'README.md', 'package.json', 'package-lock.json', 'lib/webhook', 'scripts']) {
      cpSync(path.join(root, file), path.join(clone, file), { recursive: true })
    }
    git('add', '--all')
    commitAll()
  })
  afterEach(() => rmSync(clone, { recursive: true, force: true }))

  it('moves what is unreleased to the version, sets it wherever it is named, commits and tags', () => {
    const before = readChangelog(cloned('CHANGELOG.md'))
    const { status, stdout, stderr } = release('7.8.9')
    assert.deepEqual([status, stderr], [0, ''])
    assert.match(stdout, /git push --follow-tags/)

    assert.equal(git('status', '--porcelain'), '')
    assert.equal(git('log', '-1', '--format=%s'), 'Release 7.8.9')
    assert.equal(git('rev-parse', 'v7.8.9^{commit}'), git('rev-parse', 'HEAD'))
    assert.equal(git('cat-file', '-t', 'v7.8.9'), 'tag')
    for (const file of ['package.json', 'package-lock.json']) assert.equal(JSON.parse(cloned(file)).version, '7.8.9')
    assert.equal(JSON.parse(cloned('package-lock.json')).packages[''].version, '7.8.9')
    assert.match(cloned('README.md'), /node-red-7\.8\.9\.tgz/)
    assert.match(cloned('lib/webhook/version.ts'), /VERSION = '7\.8\.9'/)

    const { versions, links } = readChangelog(cloned('CHANGELOG.md'))
    const [unreleased, released] = versions
    assert.deepEqual(
      unreleased?.changes.flatMap(({ entries }) => entries),
      [],
    )
    assert.equal(released?.version, '7.8.9')
    assert.match(released?.date ?? '', /^\d{4}-\d{2}-\d{2}$/)
    assert.deepEqual(
      released?.changes,
      before.versions[0]?.changes.filter(({ entries }) => entries.length > 0),
    )
    assert.deepEqual(
      links.slice(0, 2).map(({ version }) => version),
      ['Unreleased', '7.8.9'],
    )
  })

  const nothing = (version: string | undefined, words: RegExp) => {
    const head = git('rev-parse', 'HEAD')
    const { status, stderr } = release(...(version === undefined ? [] : [version]))
    assert.equal(status, 1)
    assert.match(stderr, words)
    assert.doesNotMatch(stderr, /^\s+at /m)
    assert.equal(git('rev-parse', 'HEAD'), head)
    assert.equal(git('diff', '--name-only'), '')
  }

  it('does nothing without a version, with one that is none, or with an older one', () => {
    nothing(undefined, /Say which version/)
    nothing('next', /"next" is no version/)
    nothing('v7.8.9', /"v7\.8\.9" is no version/)
    nothing('0.0.1', /0\.0\.1 is older than/)
  })

  it('does nothing while something is not committed, a new file too', () => {
    writeFileSync(path.join(clone, 'new-file'), '')
    nothing('7.8.9', /not committed/)
  })

  it('does nothing for a tag that exists', () => {
    git('tag', 'v7.8.9')
    nothing('7.8.9', /v7\.8\.9 exists/)
  })

  it('does nothing when there is nothing to release, as right after a release', () => {
    assert.equal(release('7.8.9').status, 0)
    nothing('7.9.0', /nothing under Unreleased/)
  })

  it('links each version to what changed since the one before', () => {
    const first = readChangelog(`# C\n\n## [Unreleased]\n\n### Fixed\n\n- a\n\n[Unreleased]: https://x.example/c\n`)
    const repository = 'https://x.example'
    const one = releaseChangelog(first, { version: '1.0.0', date: '2026-01-01', repository })
    one.versions[0]?.changes[0]?.entries.push('b')
    const two = releaseChangelog(one, { version: '1.1.0', date: '2026-01-02', repository })
    assert.deepEqual(two.links, [
      { version: 'Unreleased', target: 'https://x.example/compare/v1.1.0...main' },
      { version: '1.1.0', target: 'https://x.example/compare/v1.0.0...v1.1.0' },
      { version: '1.0.0', target: 'https://x.example/releases/tag/v1.0.0' },
    ])
    assert.throws(() => releaseChangelog(two, { version: '1.1.0', date: '2026-01-02', repository }), /nothing under/)
    two.versions[0]?.changes[0]?.entries.push('c')
    assert.throws(() => releaseChangelog(two, { version: '1.1.0', date: '2026-01-02', repository }), /not newer than/)
  })
})

it(`the released versions are none above ${packageJson.version}, the one in package.json`, () => {
  const [, newest] = readChangelog(read('CHANGELOG.md')).versions
  if (newest) assert.equal(newest.version, packageJson.version)
})
