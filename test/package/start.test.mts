import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { freePort, Started } from '../e2e/harness/npm-start.mts'
import { root } from './repository.mts'

const run = promisify(execFile)

/** Carried by every process that an `npm start` of these tests begins, also by those that rename themselves. */
const MARK = 'ARTIFACT_AUTOMATIONS_TEST_START'

/** Ids of the processes that carry this mark. */
async function processesOf(mark: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))
  const marked = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(`${MARK}=${mark}`)
    }),
  )
  return ids.filter((_id, index) => marked[index])
}

describe('npm start', () => {
  let userDir: string
  let port: number
  let started: Started

  beforeEach(async () => {
    userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-start-'))
    port = await freePort()
    started = new Started(['-p', String(port), '-u', userDir], { [MARK]: userDir })
  })
  afterEach(async () => {
    await started.end('SIGTERM')
    await rm(userDir, { recursive: true, force: true })
  })

  it('prints the editor and a curl line that is answered 202 and delivered within a second', async () => {
    const editor = await started.line(/^Editor: /)
    assert.match(editor, new RegExp(`http://127\\.0\\.0\\.1:${port}/$`))
    const curl = await started.line(/^curl /)

    const socket = new WebSocket(`ws://127.0.0.1:${port}/comms`)
    const arrived = new Promise<string>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        if (String(data).includes('BUILD_AND_DEPLOY')) resolve(String(data))
      })
    })
    await once(socket, 'open')
    const posted = performance.now()
    const { stdout } = await run('sh', ['-c', curl])
    assert.match(stdout, /^HTTP\/1\.1 202 /)
    assert.match(stdout, /"duplicate":false,"automations":1/)
    assert.match(await arrived, /churn:production/)
    const took = performance.now() - posted
    socket.close()
    assert.ok(took < 1000, `${took} ms`)
  })

  it('keeps what was changed, follows its port, and leaves nothing in the repository', async () => {
    await started.line(/^curl /)
    await started.end('SIGTERM')
    const flows = path.join(userDir, 'flows.json')
    assert.match(await readFile(flows, 'utf8'), new RegExp(`:${port}/demo-receiver`))

    const other = await freePort()
    const { stdout: before } = await run('git', ['status', '--porcelain'], { cwd: root })
    started = new Started(['--port', String(other), '--userDir', userDir], { [MARK]: userDir })
    await started.line(/^curl /)
    assert.match(await readFile(flows, 'utf8'), new RegExp(`:${other}/demo-receiver`))
    await started.end('SIGTERM')
    const { stdout: after } = await run('git', ['status', '--porcelain'], { cwd: root })
    assert.equal(after, before)
  })

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`leaves no process behind after ${signal}`, async () => {
      await started.line(/^curl /)
      assert.notDeepEqual(await processesOf(userDir), [])
      await started.end(signal)
      assert.deepEqual(await processesOf(userDir), [])
      assert.ok(
        started.lines.some((line) => line.includes('Stopped flows')),
        'Node-RED had the time to stop its flows',
      )
      await assert.rejects(fetch(`http://127.0.0.1:${port}/`))
    })
  }
})
