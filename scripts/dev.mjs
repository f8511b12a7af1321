// Node-RED on a throw-away user directory, built and started anew whenever a source changes. Arguments go to
// Node-RED. Flows survive the restarts; everything goes when this ends.
import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const WATCHED = ['lib', 'nodes', 'examples', 'package.json']
/** How long the sources must be quiet: editors write a file in several steps. Milliseconds. */
const QUIET = 150

const userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-dev-'))
const { promise: ended, resolve: end } = Promise.withResolvers()
let child
let timer

function start() {
  const own = spawn(
    process.execPath,
    [path.join(import.meta.dirname, 'start.mjs'), '-u', userDir, ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit' },
  )
  child = own
  own.on('exit', (code) => {
    if (child !== own) return
    child = undefined
    if (code !== 0 && code !== null) process.stderr.write('Waiting for a change…\n')
  })
}

/** Ends the running Node-RED, if there is one. */
function stop() {
  const running = child
  child = undefined
  if (!running) return Promise.resolve()
  return new Promise((resolve) => {
    running.once('exit', resolve)
    running.kill('SIGTERM')
  })
}

async function restart() {
  process.stdout.write('\nA source changed.\n')
  await stop()
  start()
}

const watchers = WATCHED.map((name) =>
  watch(path.join(root, name), { recursive: true }, () => {
    clearTimeout(timer)
    timer = setTimeout(() => void restart(), QUIET)
  }),
)
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end)

start()
await ended
clearTimeout(timer)
for (const watcher of watchers) watcher.close()
await stop()
await rm(userDir, { recursive: true, force: true })
