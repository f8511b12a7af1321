import assert from 'node:assert/strict'
import type { NewRecord } from '../../../dist/lib/store/delivery-queue.js'
import { percentile } from '../../../dist/lib/store/latency.js'
import { laneOf } from '../../../dist/lib/store/lease.js'
import { HOUR_MS } from '../../../dist/lib/store/statistics.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'
import type { StorePlace } from './conformance.mts'
import { delivered, end, event, leaseOf, NOON, record, retried, start, wish } from './make.mts'

/** What every kind of store must count. */
export function countsRight(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`the statistics of a ${kind} store`, () => {
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

    const put = (id: string, { source = 'src', at = NOON, fires = ['auto'] } = {}) =>
      store.putEvents([{ source, event: event(id), receivedAt: at, routed: true, fires }])
    const claim = async (now = NOON) =>
      (await store.claim(await leaseOf(store, laneOf('hook')), wish({ now }))).deliveries[0]!
    const make = (id: string, more: Partial<NewRecord> = {}) => store.enqueue(record(id, { event: event(id), ...more }))
    const hours = async (more: { automation?: string; webhook?: string; since?: number; until?: number } = {}) =>
      (await store.statistics.hours({ since: NOON - 24 * HOUR_MS, until: NOON + 24 * HOUR_MS, ...more })).map(
        ({ latencies, ...counts }) => ({ ...counts, p50: percentile(latencies, 0.5) }),
      )
    const none = { accepted: 0, fired: 0, delivered: 0, failed: 0, attempts: 0, p50: null }

    it('count events and what they start, once each, and no duplicate', async () => {
      await put('a', { fires: ['auto', 'other'] })
      await put('a', { fires: ['auto', 'other'] })
      await put('b', { fires: [] })
      assert.deepEqual(await hours(), [{ ...none, hour: NOON, accepted: 2, fired: 2 }])
      assert.deepEqual(await hours({ automation: 'other' }), [{ ...none, hour: NOON, fired: 1 }])
      assert.deepEqual(await hours({ automation: 'unknown' }), [])
    })

    it('count an event that waited for the flows when it starts something, once', async () => {
      await store.putEvents([{ source: 'src', event: event('a'), receivedAt: NOON, routed: false }])
      const [{ seq } = { seq: 0 }] = await store.unroutedEvents(0, 10)
      assert.deepEqual(await hours(), [{ ...none, hour: NOON, accepted: 1 }])
      await store.markFired([{ seq, automations: ['auto'] }])
      await store.markFired([{ seq, automations: ['auto', 'later'] }])
      assert.deepEqual(await hours(), [{ ...none, hour: NOON, accepted: 1, fired: 1 }])
    })

    it('count attempts and results where they ended, for all, each automation, each webhook and both', async () => {
      await put('a')
      await make('a')
      await store.record(retried(await claim(), NOON))
      const later = NOON + HOUR_MS
      await store.record(delivered(await claim(), { at: later }))
      const first = { ...none, hour: NOON, attempts: 2, p50: (await hours({ webhook: 'hook' }))[0]!.p50 }
      const second = { ...none, hour: later, delivered: 1 }
      assert.deepEqual(await hours({ webhook: 'hook' }), [first, second])
      assert.deepEqual(await hours({ automation: 'auto', webhook: 'hook' }), [first, second])
      assert.deepEqual(await hours({ automation: 'auto' }), [{ ...first, fired: 1 }, second])
      assert.deepEqual(await hours(), [{ ...first, accepted: 1, fired: 1 }, second])
      assert.deepEqual(await hours({ webhook: 'another' }), [])
    })

    it('count a redelivered one again', async () => {
      await make('a')
      await store.record(delivered(await claim()))
      await store.redeliver({ id: 'a' }, NOON)
      await store.record(delivered(await claim()))
      assert.deepEqual((await hours())[0]!.delivered, 2)
    })

    it('count what events of the past start, when they do, with the cursor that moves, and not without it', async () => {
      await put('a', { fires: [] })
      const fires = { at: NOON + HOUR_MS, automations: ['auto', 'auto'] }
      await store.putEvents([], { key: 'cursor', expected: null, next: '1', fires })
      const again = { key: 'cursor', expected: null, next: '1', fires }
      await assert.rejects(store.putEvents([], again), { code: 'cursor_moved' })
      assert.deepEqual(await hours(), [
        { ...none, hour: NOON, accepted: 1 },
        { ...none, hour: NOON + HOUR_MS, fired: 2 },
      ])
      assert.deepEqual(await hours({ automation: 'auto' }), [{ ...none, hour: NOON + HOUR_MS, fired: 2 }])
    })

    it('leave samples out', async () => {
      await put('a', { source: 'sample:auto' })
      await make('a')
      await store.record(delivered(await claim()))
      assert.deepEqual(await hours(), [])
      // an event with the same id that a registry told counts
      await put('b')
      await make('b')
      await store.record(delivered(await claim()))
      assert.equal((await hours())[0]!.delivered, 1)
    })

    it('are not moved by what fails: nothing is counted that is not stored', async () => {
      await store.putEvents([], { key: 'cursor', expected: null, next: '1' })
      const moved = { key: 'cursor', expected: 'elsewhere', next: '2' }
      const entry = { source: 'src', event: event('a'), receivedAt: NOON, routed: true, fires: ['auto'] }
      await assert.rejects(store.putEvents([entry], moved), { code: 'cursor_moved' })
      assert.deepEqual(await hours(), [])
    })

    it('are right after kill -9, and count the attempt that was cut off', async () => {
      await put('a')
      await make('a')
      const { seq, fence } = await claim()
      await store.markStarted([{ seq, fence, at: NOON }])
      await place.kill(store)
      store = place.store()
      await store.open(start(NOON + HOUR_MS))
      assert.deepEqual(await hours(), [{ ...none, hour: NOON, accepted: 1, fired: 1, attempts: 1, p50: 0 }])
    })

    it('say when an automation fired last, when a webhook delivered last, and how it failed last', async () => {
      await put('a', { at: NOON + 5 })
      await make('a')
      await store.record(retried(await claim(), NOON))
      await store.record(delivered(await claim(), { at: NOON + 9 }))
      const [auto, other] = await store.statistics.automationSums(['auto', 'other'], NOON)
      assert.deepEqual(auto, { fired: 1, delivered: 1, failed: 0, lastFiredAt: NOON + 5 })
      assert.deepEqual(other, { fired: 0, delivered: 0, failed: 0, lastFiredAt: null })
      const [hook] = await store.statistics.webhookSums(['hook'], NOON)
      assert.equal(hook!.lastDeliveredAt, NOON + 9)
      assert.equal(hook!.delivered, 1)
      assert.equal(typeof hook!.lastError?.code, 'string')
      assert.equal((await store.statistics.automationSums(['auto'], NOON + HOUR_MS))[0]!.fired, 0)
    })

    it('go with the history', async () => {
      await put('old', { at: NOON - 48 * HOUR_MS })
      await put('new')
      const slice = { deliveriesBefore: NOON - HOUR_MS, eventsBefore: NOON - HOUR_MS, limit: 1 }
      let from: Parameters<DeliveryStore['sweep']>[0]['from'] = null
      do from = (await store.sweep({ ...slice, from })).next
      while (from !== null)
      const all = await store.statistics.hours({ since: 0, until: NOON + HOUR_MS })
      assert.deepEqual(
        all.map(({ hour }) => hour),
        [NOON],
      )
    })
  })
}
