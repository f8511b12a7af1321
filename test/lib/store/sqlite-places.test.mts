import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { deliveryId } from '../../../dist/lib/delivery/id.js'
import { laneOf } from '../../../dist/lib/store/lease.js'
import { APPLICATION_ID, MIGRATIONS } from '../../../dist/lib/store/sqlite/schema.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { delivered, end, event, leaseOf, NOON, record, start, wish } from './make.mts'

/** The schema before deliveries stood under the number of their event. */
const BEFORE = MIGRATIONS.findIndex((step) => step.includes('event_seq'))

const MINUTE = 60_000

describe('where a delivery stands in a file, whose event has an id of somebody else', () => {
  let dir: string
  let store: SqliteStore

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'places-'))
    store = new SqliteStore({ path: join(dir, 'store.db') })
  })

  afterEach(() => rmSync(dir, { recursive: true, force: true }))

  const of = (id: string, payload = '{}') => {
    const bytes = Buffer.from(payload)
    return record(deliveryId(id, 'send', bytes), { event: event(id), payload: bytes })
  }

  const brings = (source: string, id: string, receivedAt: number) =>
    store.putEvents([{ source, event: event(id), receivedAt, routed: true }])

  const idsOf = async (id: string) =>
    (await store.deliveries({ event_id: id }, { limit: 10 })).deliveries.map((each) => each.id)

  it('one from before an upgrade is found by its event, and not made again', async () => {
    const id = randomUUID()
    const old = new DatabaseSync(join(dir, 'store.db'))
    old.function('latency_bucket', { deterministic: true }, (_ms) => 0)
    for (const step of MIGRATIONS.slice(0, BEFORE)) old.exec(step)
    old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${BEFORE}`)
    old
      .prepare('INSERT INTO events (source, event_id, received_at, routed, json) VALUES (?, ?, ?, 0, ?)')
      .run('a', id, NOON, JSON.stringify(event(id)))
    old
      .prepare(
        `INSERT INTO deliveries (id, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id,
           sender_name, status, created_at, due_at) VALUES (?, ?, 'auto', '', 'hook', '', 'send', '', 0, ?, ?)`,
      )
      .run(of(id).id, id, NOON, NOON)
    old.prepare('INSERT INTO bodies (seq, payload) VALUES (1, ?)').run(of(id).payload)
    old.close()

    await store.open(start())
    const again = await store.enqueue(of(id))
    assert.deepEqual([again.duplicate, again.delivery.id], [true, of(id).id])
    assert.deepEqual(await idsOf(id), [of(id).id])
    assert.deepEqual(await store.automationsReached(id), ['auto'])
    await store.close(end())
  })

  it('its event stays as long as it does', async () => {
    await store.open(start())
    const [kept, gone, last] = [randomUUID(), randomUUID(), randomUUID()]
    for (const id of [kept, gone, last]) await brings('a', id, NOON)
    await store.enqueue(of(kept))
    const slice = { from: null, limit: 100, deliveriesBefore: NOON + MINUTE, eventsBefore: NOON + MINUTE }
    await store.sweep(slice)
    assert.notEqual(await store.event('a', kept), null)
    assert.equal(await store.event('a', gone), null)
    const { deliveries } = await store.claim(await leaseOf(store, laneOf('hook')), wish())
    for (const each of deliveries) await store.record(delivered(each))
    await store.enqueue(of(last))
    await store.sweep({ ...slice, from: null })
    assert.equal(await store.event('a', kept), null)
    assert.notEqual(await store.event('a', last), null)
    await store.close(end())
  })
})
