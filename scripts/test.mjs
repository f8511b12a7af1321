// Everything that must hold: `npm test`, or `npm test -- lib nodes e2e-5` for parts of it. What follows the first
// argument with a dash goes to mocha: `npm test -- e2e-5 -g "alias filter"`.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { prepareBrowser } from '../test/e2e/harness/browser.mts'
import { build } from './build.mjs'
import { leaveOutClassesNeverMade } from './test/coverage.mts'
import { choosePhases, PHASES } from './test/phases.mts'

const root = path.resolve(import.meta.dirname, '..')
const coverage = path.join(root, 'coverage')
/** The longest that one phase may take before it counts as hung, milliseconds. */
const PHASE_LIMIT = 20 * 60_000
/** A phase keeps a core busy for half of its time: two at once leave one of two cores idle. More than three were not tried. */
const AT_ONCE = 3

/** Each phase is a process group of its own: what its tests started ends with it, however it ends. */
const running = new Set()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    for (const child of running) endGroup(child)
    process.exit(1)
  })
}

/** Ends all that is left of a phase. */
function endGroup(child) {
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

/**
 * Runs one phase. Its output is held back until `show` is called, so that phases never mix their lines.
 * @returns {{show(): void, result: Promise<{passed: number, failed: number, seconds: string, note?: string, words: string[]}>}}
 */
function runPhase({ name, files, nodeRed, timeout, mayLack }, options, resultFolder) {
  const resultFile = path.join(resultFolder, `${name}.json`)
  const started = performance.now()
  const child = spawn(
    process.execPath,
    [
      'node_modules/mocha/bin/mocha.js',
      ...['--reporter', path.join(import.meta.dirname, 'test/reporter.cjs')],
      ...['--forbid-only', '--timeout', String(timeout)],
      ...(mayLack ? [] : ['--forbid-pending']),
      ...(process.stdout.isTTY ? ['--color'] : []),
      ...options,
      files,
    ],
    {
      cwd: root,
      detached: process.platform !== 'win32',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        NR_PACKAGE: nodeRed,
        PHASE_RESULT: resultFile,
        NODE_V8_COVERAGE: path.join(coverage, 'raw'),
      },
    },
  )
  running.add(child)
  const held = []
  let write = (chunk) => held.push(chunk)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => write(chunk))
  const limit = setTimeout(() => endGroup(child), PHASE_LIMIT)

  const result = new Promise((resolve) => {
    child.on('exit', () => endGroup(child))
    child.on('close', async (code, signal) => {
      clearTimeout(limit)
      running.delete(child)
      const counts = existsSync(resultFile)
        ? JSON.parse(await readFile(resultFile, 'utf8'))
        : { passed: 0, failed: 0, pending: 0, tests: 0, words: [] }
      let problem
      if (signal) problem = signal === 'SIGKILL' ? `hung for ${PHASE_LIMIT / 60_000} minutes` : `ended by ${signal}`
      else if (counts.tests === 0) problem = 'ran no test'
      else if (counts.pending > 0 && !mayLack) problem = `skipped ${counts.pending} tests`
      else if (code !== 0 && counts.failed === 0) problem = `ended with code ${code}`
      const failed = counts.failed + (problem ? 1 : 0)
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      const missing = counts.pending > 0 ? `${counts.pending} not run for lack of ${mayLack}` : undefined
      resolve({ name, passed: counts.passed, failed, seconds, note: problem ?? missing, words: counts.words })
    })
  })
  return {
    show() {
      process.stdout.write(`\n── ${name} ${'─'.repeat(70 - name.length)}\n`)
      for (const chunk of held.splice(0)) process.stdout.write(chunk)
      write = (chunk) => process.stdout.write(chunk)
    },
    result,
  }
}

/** Runs the phases, at most three at a time, the long ones first, and shows them in that order. */
async function runPhases(phases, options) {
  const resultFolder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-test-'))
  try {
    const waiting = [...phases.filter(({ long }) => long), ...phases.filter(({ long }) => !long)]
    const started = []
    const active = new Set()
    const startNext = () => {
      while (active.size < AT_ONCE && waiting.length > 0) {
        const phase = runPhase(waiting.shift(), options, resultFolder)
        started.push(phase)
        active.add(phase)
        void phase.result.then(() => {
          active.delete(phase)
          startNext()
        })
      }
    }
    startNext()
    const results = []
    for (let index = 0; index < phases.length; index += 1) {
      started[index].show()
      results.push(await started[index].result)
    }
    return results
  } finally {
    await rm(resultFolder, { recursive: true, force: true })
  }
}

/** Reports what the tests reached, as shares of the TypeScript sources; the whole run must reach enough (.c8rc.json). */
async function reportCoverage({ whole }) {
  await leaveOutClassesNeverMade(path.join(coverage, 'raw'))
  const { status } = spawnSync(
    process.execPath,
    [
      'node_modules/c8/bin/c8.js',
      'report',
      ...['--temp-directory', path.join(coverage, 'raw')],
      ...(whole ? ['--check-coverage'] : []),
    ],
    { cwd: root, stdio: 'inherit' },
  )
  return { name: 'coverage', passed: 0, failed: status === 0 ? 0 : 1 }
}

try {
  const { phases, options } = choosePhases(process.argv.slice(2))
  await build()
  await rm(coverage, { recursive: true, force: true })
  if (phases.some(({ name }) => name.startsWith('e2e'))) await prepareBrowser()
  const results = await runPhases(phases, options)
  const covered = await reportCoverage({ whole: phases.length === PHASES.length && options.length === 0 })

  process.stdout.write('\n')
  for (const { name, passed, failed, seconds, note, words } of results) {
    const line = `${name.padEnd(10)} ${passed} passed, ${failed} failed in ${seconds} s`
    process.stdout.write(note ? `${line}: ${note}\n` : `${line}\n`)
    // Said here once more: who sees the end of a long log alone would know that a test failed, and not which.
    for (const failure of words)
      process.stdout.write(`           ${failure.split('\n').slice(0, 5).join('\n             ')}\n`)
  }
  if (covered.failed > 0) {
    results.push(covered)
    process.stdout.write('coverage   is less than .c8rc.json asks for\n')
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0)
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`)
  process.exitCode = sum('failed') === 0 ? 0 : 1
} catch (error) {
  process.stderr.write(`${error.message}\n\n0 passed, 1 failed\n`)
  process.exitCode = 1
}
