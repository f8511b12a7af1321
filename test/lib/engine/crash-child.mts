/**
 * One life of a process that accepts, queues and sends, for the tests that kill it. It says on stdout, a line each:
 * `ready`, `acked <event>`, `delivered <webhook-id>`, `idle` when nothing is pending; it is told by its arguments: the store, the receiver, how many events, and where they begin.
 */
import { writeSync } from 'node:fs'
import { DeliveryEngine } from '../../../dist/lib/engine/engine.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'

const [path = '', receiver = '', from = '0', count = '0'] = process.argv.slice(2)
const say = (line: string) => writeSync(1, `${line}\n`)
const complain = (text: string) => console.error(text)

const engine = new DeliveryEngine({
  store: new SqliteStore({ path, ballastBytes: 4096 }),
  clock: Date,
  timers: { setTimeout, clearTimeout },
  random: Math.random,
  log: { info() {}, warn() {}, error: complain },
  retentionDays: 30,
})
await engine.start()

engine.attachWebhook('hook', {
  name: '',
  url: receiver,
  schedule: [50, 50, 50, 50, 50, 50, 50, 50, 50, 50],
  rateLimit: null,
  ordering: 'none',
  concurrency: 8,
  waiting: null,
  async send(delivery, attempt) {
    const started_at = new Date().toISOString()
    const headers = { 'webhook-id': delivery.id, 'x-attempt': String(attempt) }
    const response = await fetch(receiver, { method: 'POST', headers, body: new Uint8Array(delivery.payload) })
    await response.text()
    return { outcome: { kind: 'delivered' }, attempt: { started_at, duration_ms: 1, status_code: response.status } }
  },
})
engine.attachSender('send', {
  delivered: ({ delivery }) => say(`delivered ${delivery.id}`),
  failed: ({ delivery }) => complain(JSON.stringify(delivery)),
  changed: ({ pending }) => pending === 0 && say('idle'),
})

async function flow(event: ArtifactEvent): Promise<void> {
  await engine.enqueue({
    event,
    automation: { id: 'auto', name: '' },
    webhook: { id: 'hook', name: '' },
    sender: { id: 'send', name: '' },
    payload: Buffer.from(JSON.stringify(event)),
    slots: [],
    message: {},
  })
}

for await (const { event, hand } of engine.takeUnrouted(() => ({ automations: ['auto'], traceable: ['auto'] }))) {
  await flow(event)
  hand?.done()
}
say('ready')

for (let i = Number(from); i < Number(from) + Number(count); i++) {
  const event: ArtifactEvent = {
    event_type: 'LINK_ARTIFACT',
    entity_name: 'acme',
    project_name: 'p',
    event_id: `e${i}`,
    event_time: '2026-11-24T12:00:00Z',
  }
  void engine.accept('src', [event], { routed: true }).then(async () => {
    say(`acked e${i}`)
    // As a flow does: the delivery is made some turns after the event was acknowledged.
    await new Promise((resolve) => setImmediate(resolve))
    await flow(event)
  })
  if (i % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 1))
}
setInterval(() => {}, 1_000)
