import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { end, start } from '../store/make.mts'

const CHILD = fileURLToPath(new URL('crash-child.mts', import.meta.url))

describe('a process that is killed with kill -9', () => {
  let dir: string
  let path: string
  let receiver: Server
  let url: string
  let child: ChildProcess | null
  /** Requests by webhook-id: their bodies and attempt numbers. */
  let got: Map<string, { body: string; attempt: string }[]>
  let acked: Set<string>
  let onRequest: (body: string, answer: () => void) => void

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'artifact-crash-'))
    path = join(dir, 'store.db')
    got = new Map()
    acked = new Set()
    onRequest = (_, answer) => answer()
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const id = String(request.headers['webhook-id'])
        const body = Buffer.concat(chunks).toString()
        const attempt = String(request.headers['x-attempt'])
        got.set(id, [...(got.get(id) ?? []), { body, attempt }])
        onRequest(body, () => response.end('ok'))
      })
    })
    receiver.listen(0, '127.0.0.1')
    await once(receiver, 'listening')
    url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  })
  afterEach(async () => {
    await kill()
    receiver.closeAllConnections()
    receiver.close()
    rmSync(dir, { recursive: true })
  })

  /** Starts a life of the process; `heard` is called with each line it says. Resolves when it is ready. */
  async function live(from: number, count: number, heard: (line: string) => void = () => {}): Promise<void> {
    child = spawn(process.execPath, [CHILD, path, url, String(from), String(count)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await new Promise<void>((resolve, reject) => {
      child?.once('exit', () => reject(new Error('it ended')))
      createInterface({ input: child!.stdout! }).on('line', (line) => {
        if (line.startsWith('acked ')) acked.add(line.slice('acked '.length))
        if (line === 'ready') resolve()
        heard(line)
      })
    })
  }
  async function kill(): Promise<void> {
    const dying = child
    child = null
    if (dying === null || dying.exitCode !== null || dying.signalCode !== null) return
    dying.kill('SIGKILL')
    await once(dying, 'close')
  }
  /** A life with nothing new to do, until all that was left is delivered. */
  function untilIdle(): Promise<void> {
    return new Promise((resolve) => {
      void live(0, 0, (line) => line === 'idle' && resolve())
    })
  }
  /** The process notes in its store that a request takes longer than a moment: its log grows by that. */
  async function marked(): Promise<void> {
    const size = () => statSync(`${path}-wal`).size
    let before = 0
    for (let quiet = 0; quiet < 5 || before === 0; quiet++) {
      if (size() !== before) quiet = 0
      before = size()
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
  const delivered = () =>
    new Set([...got.values()].map(([first]) => (JSON.parse(first!.body) as { event_id: string }).event_id))
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  it('#7 in a burst loses nothing that it acknowledged, and repeats only what was on its way, with the same id and body', async () => {
    const KILLS = 6
    for (let life = 0; life < KILLS; life++) {
      const before = acked.size
      const enough = new Promise<void>((resolve) => {
        void live(life * 1_000, 1_000, () => {
          if (acked.size >= before + 100 + life * 120) resolve()
        })
      })
      await enough
      await kill()
    }
    await live(0, 0)
    await until(() => {
      const there = delivered()
      return [...acked].every((id) => there.has(id))
    })
    assert.ok(acked.size > 1_000, `${acked.size} acknowledged`)
    let repeated = 0
    for (const requests of got.values()) {
      assert.ok(
        requests.every(({ body }) => body === requests[0]!.body),
        'the same body',
      )
      repeated += requests.length - 1
    }
    // Eight on their way, and the results of about one transaction, at each kill.
    assert.ok(repeated <= KILLS * (8 + 64), `${repeated} repeated`)
  }).timeout(180_000)

  it('#4 while the receiver holds a request sends it again, and the history says that it was interrupted', async () => {
    let hold = true
    onRequest = (_, answer) => {
      if (!hold) answer()
    }
    await live(0, 1)
    await until(() => got.size === 1)
    await marked()
    await kill()
    hold = false
    const [[id, requests] = assert.fail()] = [...got]
    await untilIdle()
    await kill()
    assert.deepEqual(
      got.get(id)!.map(({ attempt, body }) => [attempt, body]),
      [
        ['1', requests[0]!.body],
        ['2', requests[0]!.body],
      ],
    )
    const store = new SqliteStore({ path, ballastBytes: 4096 })
    await store.open(start(Date.now()))
    const detail = await store.delivery(id)
    await store.close(end())
    assert.deepEqual(
      detail?.log.map(({ error, status_code }) => error?.code ?? status_code),
      ['interrupted', 200],
    )
  }).timeout(20_000)

  it('#5 right after the answer, before the result is on disk, asks once more and not again', async () => {
    const killed = new Promise<void>((resolve) => {
      onRequest = (_, answer) => {
        answer()
        child?.kill('SIGKILL')
        onRequest = (_, again) => again()
        resolve()
      }
    })
    await live(0, 1)
    await killed
    await kill()
    await untilIdle()
    await kill()
    await untilIdle()
    const [requests = assert.fail()] = [...got.values()]
    assert.ok(requests.length >= 1 && requests.length <= 2, `${requests.length} requests`)
  }).timeout(20_000)
})
