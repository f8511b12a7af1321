import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { leaveOutClassesNeverMade } from '../../scripts/test/coverage.mts'

const run = promisify(execFile)

describe('what the tests reached, as V8 itself reports it', () => {
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-coverage-'))
    await writeFile(
      path.join(folder, 'class.cjs'),
      'module.exports = class Breaker { #open = 1; get open() { return this.#open } shut() { this.#open = 0 } }',
    )
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  /** The functions that processes reported which ran these codes, each beside the class. */
  async function functionsOf(...codes: string[]): Promise<{ name: string; count: number }[][]> {
    const raw = path.join(folder, 'raw')
    for (const code of codes) {
      await run(process.execPath, ['-e', code], { cwd: folder, env: { ...process.env, NODE_V8_COVERAGE: raw } })
    }
    await leaveOutClassesNeverMade(raw)
    const reports = []
    for (const file of await readdir(raw)) {
      const { result } = JSON.parse(await readFile(path.join(raw, file), 'utf8'))
      const script = result.find(({ url }: { url: string }) => url.endsWith('/class.cjs'))
      const functions: { functionName: string; ranges: { count: number }[] }[] = script.functions
      reports.push(functions.map(({ functionName, ranges }) => ({ name: functionName, count: ranges[0]!.count })))
    }
    return reports
  }

  it('is not taken back by a process that only loads the class', async () => {
    const reports = await functionsOf('new (require("./class.cjs"))().open', 'require("./class.cjs")')
    const fields = reports.flat().filter(({ name }) => name === '<instance_members_initializer>')
    assert.deepEqual(
      fields.map(({ count }) => count),
      [1],
    )
    assert.ok(reports.flat().some(({ name, count }) => name === 'shut' && count === 0))
  })

  it('says of a class that nobody makes that nothing of it was reached', async () => {
    const reports = await functionsOf('require("./class.cjs")', 'require("./class.cjs")')
    for (const functions of reports) assert.ok(functions.some(({ name, count }) => name !== '' && count === 0))
  })
})
