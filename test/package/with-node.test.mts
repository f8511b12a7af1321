import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { root } from './repository.mts'

/** What is started: says that it is there, and how it was asked to end. */
const PROGRAM = `
const fs = require('node:fs')
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => {
  fs.writeSync(1, 'asked to end by ' + signal + '\\n')
  process.exit(7)
})
setTimeout(() => {}, 60_000)
fs.writeSync(1, 'started\\n')
`

describe('scripts/with-node.cjs', () => {
  let folder: string
  let child: ChildProcess | undefined

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'artifact-automations-with-node-'))
    writeFileSync(path.join(folder, 'program.cjs'), PROGRAM)
    writeFileSync(path.join(folder, 'end.cjs'), 'process.exit(Number(process.argv[2]))')
    const launcher = path.join(root, 'scripts/with-node.cjs')
    const scripts = {
      hold: `node ${launcher} ${path.join(folder, 'program.cjs')}`,
      end: `node ${launcher} ${path.join(folder, 'end.cjs')}`,
    }
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'held', version: '1.0.0', scripts }))
  })
  afterEach(() => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  })

  /** Starts a command; `said` resolves with all it printed, once everything that could print has ended. */
  function start(command: string, args: readonly string[]) {
    // as typed by hand: these tests may run below npm themselves
    const { npm_lifecycle_event: _, ...env } = process.env
    const started = spawn(command, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let text = ''
    const ready = Promise.withResolvers<void>()
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (chunk) => {
        text += chunk
        if (text.includes('started')) ready.resolve()
      })
    }
    return { started, ready: ready.promise, said: once(started, 'close').then(() => text) }
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`hands ${signal} on, and ends as what it started does`, async () => {
      const { started, ready, said } = start(process.execPath, [
        path.join(root, 'scripts/with-node.cjs'),
        path.join(folder, 'program.cjs'),
      ])
      await ready
      started.kill(signal)
      assert.match(await said, new RegExp(`asked to end by ${signal}`))
      assert.equal(started.exitCode, 7)
    })
  }

  it('asks what it started to end when npm is asked to, whose shell dies without a word', async () => {
    const { started, ready, said } = start('npm', ['run', '--silent', 'hold'])
    await ready
    started.kill('SIGTERM')
    assert.match(await said, /asked to end by SIGTERM/)
  })

  it('goes on when the shell that started it by hand is gone: only npm’s counts', async () => {
    const launched = `node ${path.join(root, 'scripts/with-node.cjs')} ${path.join(folder, 'program.cjs')}`
    const outer = start('sh', ['-c', `${launched} & echo $! > pid; exec sleep 0`])
    await outer.ready
    const launcher = Number(readFileSync(path.join(folder, 'pid'), 'utf8'))
    // many times as long as it takes npm’s launcher to notice: a wait that is too short could hide a fault, never show one
    await new Promise((resolve) => setTimeout(resolve, 500))
    process.kill(launcher, 'SIGTERM')
    assert.match(await outer.said, /^started\nasked to end by SIGTERM\n$/)
  })

  for (const status of [0, 3]) {
    it(`gives npm the exit code ${status}`, async () => {
      const { started, said } = start('npm', ['run', '--silent', 'end', '--', String(status)])
      await said
      assert.equal(started.exitCode, status)
    })
  }
})
