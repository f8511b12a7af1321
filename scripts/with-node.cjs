// Runs one of the repository's scripts under the Node.js version that the lockfile pins, whatever Node.js started it.
//
//   node scripts/with-node.cjs scripts/start.mjs [arguments]
//
// Plain CommonJS without dependencies, so that any Node.js of the last years can run it on a fresh clone.
'use strict'
const { spawn, spawnSync } = require('node:child_process')
const { createHash } = require('node:crypto')
const fs = require('node:fs')
const path = require('node:path')

const root = path.resolve(__dirname, '..')
const modules = path.join(root, 'node_modules')
const stamp = path.join(modules, '.artifact-automations-lock')

/** A digest of what decides the content of node_modules; other changes of package.json need no new installation. */
function lockDigest() {
  const read = (file) => fs.readFileSync(path.join(root, file), 'utf8')
  const { dependencies, devDependencies, workspaces, overrides, allowScripts } = JSON.parse(read('package.json'))
  const wanted = JSON.stringify({ dependencies, devDependencies, workspaces, overrides, allowScripts })
  const hash = createHash('sha256')
  for (const part of [wanted, read('package-lock.json'), read('scripts/node/package.json')]) hash.update(part)
  return hash.digest('hex')
}

function installedDigest() {
  try {
    return fs.readFileSync(stamp, 'utf8')
  } catch {
    return ''
  }
}

/**
 * Installs the locked dependencies when they are not the ones in node_modules. Not a `prestart` script, because npm
 * skips those for people who set `ignore-scripts`; `--include` because some set `omit=dev` or `omit=optional`.
 */
function install() {
  const digest = lockDigest()
  if (installedDigest() === digest) return
  process.stderr.write('Installing dependencies (once, about a minute)…\n')
  const result = spawnSync(
    'npm',
    ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
    {
      cwd: root,
      // npm's own progress must not mix with the output of the script that was asked for
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
      env: { ...process.env, NODE_ENV: '' },
    },
  )
  if (result.status !== 0) {
    process.stderr.write('npm ci failed; its messages are above. Fix the cause and run the command again.\n')
    process.exit(result.status || 1)
  }
  fs.writeFileSync(stamp, digest)
}

/** The pinned Node.js, or the running one where no package for this platform exists. */
function nodeBinary() {
  const { version } = require('./node/package.json')
  const system = process.platform === 'win32' ? 'win' : process.platform
  const name = `node-${system}-${process.arch}`
  for (const base of [modules, path.join(root, 'scripts/node/node_modules')]) {
    const binary = path.join(base, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    if (fs.existsSync(binary)) return binary
  }
  const { engines } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'))
  const [needsMajor, needsMinor] = engines.node.match(/\d+/g).map(Number)
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < needsMajor || (major === needsMajor && minor < needsMinor)) {
    process.stderr.write(
      `No Node.js package exists for ${system}-${process.arch}, and the installed Node.js ${process.versions.node} is too old: install Node.js ${version} and run the command again.\n`,
    )
    process.exit(1)
  }
  process.stderr.write(
    `No Node.js package exists for ${system}-${process.arch}; using the installed Node.js ${process.versions.node}.\n`,
  )
  return process.execPath
}

/** How often it is looked whether npm's shell still is there, milliseconds. */
const SHELL_EVERY = 50

/**
 * npm hands a signal to the shell that it started alone, and a shell may die of it without telling what it started: then
 * this process has another parent. (`exec` before the command would put it in the shell's place, but not on Windows.)
 */
function whenShellEnds(end) {
  if (process.env.npm_lifecycle_event === undefined) return
  const shell = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === shell) return
    clearInterval(timer)
    end()
  }, SHELL_EVERY)
  timer.unref()
}

install()
const binary = nodeBinary()
const bin = [path.dirname(binary), path.join(modules, '.bin')].join(path.delimiter)
const child = spawn(binary, process.argv.slice(2), {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH || ''}` },
})
// Ctrl-C reaches the whole process group by itself; a signal sent to this process alone has to be handed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
whenShellEnds(() => child.kill('SIGTERM'))
child.on('error', (error) => {
  process.stderr.write(`Cannot run ${binary}: ${error.message}\n`)
  process.exit(1)
})
child.on('exit', (code, signal) => {
  if (signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  } else process.exit(code === null ? 1 : code)
})
