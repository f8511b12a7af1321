import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Worker } from 'node:worker_threads'
import { laneOf } from '../../dist/lib/store/lease.js'
import { SqliteStore } from '../../dist/lib/store/sqlite/store.js'
import { AdminRouter } from '../../dist/nodes/runtime/admin/router.js'
import { Receiver } from '../e2e/harness/receiver.mts'
import { delivered, end, NOON, record, start, event as storedEvent, wish } from '../lib/store/make.mts'
import { collects, event, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

const MIB = 1024 * 1024

/** What nobody notices, with room for a machine that does many other things; in milliseconds. */
const LONGEST_TURN = 200

const READER = `
  const { parentPort, workerData } = require('node:worker_threads')
  fetch(workerData).then(async (response) => {
    const bytes = new Uint8Array(await response.arrayBuffer())
    parentPort.postMessage({ status: response.status, bytes }, [bytes.buffer])
  })`

/** 1 MiB as it is posted, five as JSON.stringify writes it: each number grows from 4 characters to 21. */
const grows = (id: string) =>
  JSON.stringify(event({ event_id: id, artifact_metadata: { numbers: ['here'] } })).replace(
    '"here"',
    Array(200_000).fill('1E20').join(','),
  )

describe('answers of the admin interface', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const load = () =>
    nodeRed.load([
      source(),
      trigger(),
      template('{"alias": "${alias}"}'),
      sender(),
      webhook(receiver.url, { schedule: '' }),
      collects('delivered'),
      collects('failed'),
    ])

  /** An answer, and the longest turn of the event loop that it took, in milliseconds: the best of some, for others use the machine too. */
  async function measured(route: string) {
    let best = await measuredOnce(route)
    for (let more = 0; more < 8 && best.longest > LONGEST_TURN; more++) {
      const again = await measuredOnce(route)
      if (again.longest < best.longest) best = again
    }
    return best
  }

  async function measuredOnce(route: string) {
    const delay = monitorEventLoopDelay({ resolution: 2 })
    delay.enable()
    // in another thread: what a client does with an answer is not what is measured
    const reader = new Worker(READER, { eval: true, workerData: `${nodeRed.url}/artifact-automations${route}` })
    const [{ status, bytes }] = (await once(reader, 'message')) as [{ status: number; bytes: Uint8Array }]
    delay.disable()
    return { status, text: Buffer.from(bytes).toString(), longest: delay.max / 1e6 }
  }

  it('are bounded in bytes and leave the event loop free, however many events grow when they are written', async () => {
    await load()
    const count = 12
    for (let i = 0; i < count; i++) {
      assert.equal((await nodeRed.fetch('/artifact-events', { body: grows(`e${i}`) })).status, 202)
    }
    const ids: string[] = []
    for (let before: string | null = ''; before !== null; ) {
      const { status, text, longest } = await measured(`/events?limit=200${before && `&before=${before}`}`)
      assert.equal(status, 200)
      assert.ok(text.length < 8 * MIB, `${text.length} bytes`)
      assert.ok(longest < LONGEST_TURN, `a turn of ${longest} ms`)
      const page = JSON.parse(text)
      ids.push(...page.events.map((row: { event: { event_id: string } }) => row.event.event_id))
      before = page.next
    }
    assert.deepEqual(
      ids,
      Array.from({ length: count }, (_, i) => `e${count - 1 - i}`),
    )
  })

  it('show one delivery whole, with the most that an event and a hundred attempts can hold', async () => {
    const file = path.join(nodeRed.userDir, 'artifact-automations', 'store.db')
    const store = new SqliteStore({ path: file })
    await store.open(start())
    const large = storedEvent('large', { artifact_metadata: { numbers: Array(200_000).fill(1e20) } })
    const payload = Buffer.from(JSON.stringify('\u{1F600}"'.repeat(MIB / 8)))
    await store.enqueue(record('large', { event: large, payload, webhook: { id: 'webhook', name: '' } }))
    for (let attempt = 0; attempt < 100; attempt++) {
      const [claimed] = (await store.claim(store.want(laneOf('webhook')) ?? assert.fail(), wish())).deliveries
      assert.ok(claimed)
      const { attempt: answer } = delivered(claimed)
      const status = attempt === 99 ? 'delivered' : 'pending'
      const log = { ...answer!, response_body: '\0'.repeat(16 * 1024) }
      await store.record(delivered(claimed, { status, dueAt: status === 'pending' ? NOON : null, attempt: log }))
    }
    await store.close(end())
    await load()
    const { status, text, longest } = await measured('/deliveries/large')
    assert.equal(status, 200)
    assert.ok(longest < LONGEST_TURN, `a turn of ${longest} ms`)
    const detail = JSON.parse(text)
    assert.equal(detail.log.length, 100)
    assert.deepEqual(detail.event, JSON.parse(JSON.stringify(large)))
    assert.equal(detail.request.body, payload.toString())
  })

  it('are short pages of deliveries where names and reasons are long, none left out', async () => {
    const file = path.join(nodeRed.userDir, 'artifact-automations', 'store.db')
    const store = new SqliteStore({ path: file })
    await store.open(start())
    const name = 'n'.repeat(100_000)
    const ids = Array.from({ length: 60 }, (_, i) => `d${i}`)
    for (const id of ids) await store.enqueue(record(id, { automation: { id: 'auto', name } }))
    await store.close(end())
    await load()
    const found: string[] = []
    for (let before: string | null = ''; before !== null; ) {
      const { text } = await measured(`/deliveries?limit=200${before && `&before=${before}`}`)
      assert.ok(text.length < 2 * MIB, `${text.length} bytes`)
      const page = JSON.parse(text)
      assert.ok(page.deliveries.length > 0)
      found.push(...page.deliveries.map(({ id }: { id: string }) => id))
      before = page.next
    }
    assert.deepEqual(found, ids.toReversed())
  })

  it('end with their reader', async () => {
    await load()
    for (let i = 0; i < 3; i++) await nodeRed.fetch('/artifact-events', { body: grows(`e${i}`) })
    for (let i = 0; i < 5; i++) {
      const gone = new AbortController()
      const response = await nodeRed.fetch('/artifact-automations/events', { signal: gone.signal })
      assert.equal(response.status, 200)
      gone.abort()
    }
    assert.equal((await nodeRed.fetch('/artifact-automations/events?limit=1')).status, 200)
  })
})

describe('a handler of the admin interface', () => {
  let server: Server
  let url: string
  beforeEach(async () => {
    const load = createRequire(createRequire(import.meta.url).resolve(process.env['NR_PACKAGE'] ?? 'node-red'))
    const app = load('express')()
    const RED = { auth: { needsPermission: () => [] }, httpAdmin: app, settings: {} }
    const router = new AdminRouter(RED as never)
    const answers: Record<string, () => never | object> = {
      throws: () => {
        throw new Error('it threw')
      },
      'no-error': () => {
        throw 'a text'
      },
      'big-integer': () => ({ status: 200, json: { n: 1n } }),
      'cannot-be-written': () => ({
        status: 200,
        json: {
          toJSON: () => {
            throw new Error('no JSON')
          },
        },
      }),
      'breaks-off': () => ({ status: 200, json: ['x'.repeat(200_000), 'y'.repeat(200_000), 1n] }),
      'no-status': () => ({ status: 99, json: {} }),
      'no-answer': () => undefined as never,
    }
    for (const [name, answer] of Object.entries(answers)) router.get(`/${name}`, answer as never)
    server = createServer(app).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/artifact-automations`
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  for (const name of ['throws', 'no-error', 'big-integer', 'cannot-be-written', 'no-status', 'no-answer']) {
    it(`answers 500 in words when it goes wrong: ${name}`, async () => {
      const response = await fetch(`${url}/${name}`)
      assert.equal(response.status, 500)
      assert.equal(((await response.json()) as { error: { code: string } }).error.code, 'internal')
    })
  }

  it('is cut off when it goes wrong after the answer has begun', async () => {
    const response = await fetch(`${url}/breaks-off`)
    await assert.rejects(response.text())
    assert.equal((await fetch(`${url}/throws`)).status, 500)
  })
})
