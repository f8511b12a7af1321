import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { deliveryId, withTime } from '../../../dist/lib/delivery/id.js'
import { isUnfinished } from '../../../dist/lib/inbox/missed.js'
import { laneOf } from '../../../dist/lib/store/lease.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'
import { sender, source, template, trigger } from '../../nodes/automation.mts'
import { automationOf } from '../automations/flows.mts'
import type { StorePlace } from './conformance.mts'
import { delivered, end, event, leaseOf, NOON, record, start, wish } from './make.mts'

const MINUTE = 60_000

/** Under which id every kind of store keeps a delivery whose event has an id of somebody else. */
export function keepsIds(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`a ${kind} store, of a delivery whose event has an id of somebody else,`, () => {
    let place: StorePlace
    let store: DeliveryStore

    beforeEach(async () => {
      place = await makePlace()
      store = place.store()
      await store.open(start())
    })
    afterEach(async () => {
      await store.close(end()).catch(() => {})
      await place.remove()
    })

    const of = (id: string, payload = '{}') => {
      const bytes = Buffer.from(payload)
      return record(deliveryId(id, 'send', bytes), { event: event(id), payload: bytes })
    }

    const brings = (source: string, id: string, receivedAt: number) =>
      store.putEvents([{ source, event: event(id), receivedAt, routed: true }])

    const idsOf = async (id: string) =>
      (await store.deliveries({ event_id: id }, { limit: 10 })).deliveries.map((each) => each.id)

    it('has an id that begins with the time when its event came, so that new ones stand together', async () => {
      const ids: string[] = []
      for (let minute = 0; minute < 20; minute++) {
        const id = randomUUID()
        await brings('a', id, NOON + minute * MINUTE)
        ids.push((await store.enqueue(of(id))).delivery.id)
        // the same in every store: deliveries move from one to another
        assert.equal(ids.at(-1), withTime(of(id).id, NOON + minute * MINUTE))
      }
      assert.deepEqual(ids, ids.toSorted())
      for (const id of ids) assert.match(id, /^dlv_[0-9a-f]{12}[\w-]{32}$/)
    })

    it('has one, whenever and through whichever source its event comes again', async () => {
      const id = randomUUID()
      await brings('b', id, NOON)
      const first = await store.enqueue(of(id))
      await brings('a', id, NOON + MINUTE)
      const again = await store.enqueue(of(id))
      assert.deepEqual([again.duplicate, again.delivery.id], [true, first.delivery.id])
      assert.deepEqual(await idsOf(id), [first.delivery.id])
      assert.equal((await store.enqueue(of(id, '{"other":1}'))).duplicate, false)
      assert.deepEqual(await store.automationsReached(id), ['auto'])
    })

    it('has one when a flow made it before its event came', async () => {
      const id = randomUUID()
      const made = await store.enqueue(of(id))
      await brings('a', id, NOON)
      const again = await store.enqueue(of(id))
      assert.deepEqual([again.duplicate, again.delivery.id], [true, made.delivery.id])
      const other = await store.enqueue(of(id, '{"other":1}'))
      assert.deepEqual(await idsOf(id), [other.delivery.id, made.delivery.id])
    })

    it('has one under which it is known what else is to be made of its event, after a crash', async () => {
      const id = randomUUID()
      await brings('a', id, NOON)
      const both = ['first', 'second'].map((to) => JSON.stringify({ to }))
      const automation = automationOf([
        source(),
        trigger({ events: ['LINK_ARTIFACT'], pattern: '', wires: [['first', 'second']] }),
        ...['first', 'second'].map((to, index) => template(both[index]!, { id: to, wires: [['send']] })),
        sender({ id: 'send', wires: [[], []] }),
      ])
      const unfinished = async () => {
        const { deliveries: made } = await store.deliveries({ event_id: id }, { limit: 10 })
        return isUnfinished(automation, event(id), made, false)
      }
      assert.equal(await unfinished(), true)
      await store.enqueue(of(id, both[0]))
      assert.equal(await unfinished(), true)
      await store.enqueue(of(id, both[1]))
      assert.equal(await unfinished(), false)
      await store.enqueue(of(id, '{"of": "another template"}'))
      assert.equal(await unfinished(), false)
    })

    it('is of another template than it has now: nothing more is made of its event', async () => {
      const id = randomUUID()
      await brings('a', id, NOON)
      await store.enqueue(of(id, '{"of": "another template"}'))
      const flow = [source(), trigger({ events: ['LINK_ARTIFACT'], pattern: '' }), template('{}'), sender()]
      const { deliveries: made } = await store.deliveries({ event_id: id }, { limit: 10 })
      assert.equal(made.length, 1)
      assert.equal(isUnfinished(automationOf(flow), event(id), made, false), false)
    })

    it('holds nothing of its collection back when it comes a second time', async () => {
      const [first, next] = [randomUUID(), randomUUID()]
      const ordered = { ordered: true, createdAt: NOON }
      for (const id of [first, next]) await brings('a', id, NOON)
      await store.enqueue({ ...of(first), ...ordered })
      const lease = await leaseOf(store, laneOf('hook'))
      const [claimed] = (await store.claim(lease, wish())).deliveries
      await store.record(delivered(claimed!))
      const [again, other] = await Promise.all([first, next].map((id) => store.enqueue({ ...of(id), ...ordered })))
      assert.deepEqual([again!.duplicate, other!.duplicate], [true, false])
      const { deliveries } = await store.claim(lease, wish({ now: NOON + 500 }))
      assert.deepEqual(
        deliveries.map(({ id }) => id),
        [other!.delivery.id],
      )
    })

    it('has it as a dry run too, whose request shows it', async () => {
      const id = randomUUID()
      await brings('a', id, NOON)
      const entry = of(id)
      const request = { method: 'POST', url: 'http://x/', headers: { 'webhook-id': entry.id }, body: '' }
      const tried = await store.putDryRun(entry, request)
      const detail = await store.delivery(tried.delivery.id)
      assert.equal(detail?.request?.headers['webhook-id'], tried.delivery.id)
      const sent = await store.enqueue(entry)
      assert.deepEqual([sent.duplicate, sent.delivery.id], [false, tried.delivery.id])
    })
  })
}
