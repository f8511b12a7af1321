import assert from 'node:assert/strict'
import type { DeliveryFilter } from '../../../dist/lib/store/delivery-queue.js'
import { laneOf } from '../../../dist/lib/store/lease.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'
import type { StorePlace } from './conformance.mts'
import { delivered, end, event, leaseOf, NOON, record, retried, start, UNREACHABLE, wish } from './make.mts'

/** What every kind of store must find, count, and take out of the queue. */
export function findsRight(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`a ${kind} store, asked for some of many,`, () => {
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

    const lease = (webhook: string) => leaseOf(store, laneOf(webhook))
    const found = async (filter: DeliveryFilter, limit = 7) => {
      const ids: string[] = []
      for (let before: string | undefined; ; ) {
        const page = await store.deliveries(filter, { limit, ...(before !== undefined && { before }) })
        assert.ok(page.deliveries.length <= limit)
        ids.push(...page.deliveries.map(({ id }) => id))
        if (page.next === null) return ids
        before = page.next
      }
    }
    const TOLD = event('told-1', {
      artifact_collection_name: 'Churn_Model',
      artifact_version_string: 'acme/wandb-registry-model/Churn_Model:v7',
      alias: 'Production',
      tag: 'eu%west',
      event_author: 'Zoë "the" Owl\\',
      run_name: 'dutiful-sunset-9',
      artifact_metadata: { secret_sauce: 'ketchup' },
    })
    const FINDS: Record<string, [string, boolean]> = {
      'the id of the event': ['told-1', true],
      'the id of the delivery': ['dlv_x1', true],
      'the collection, in other letters': ['churn_model', true],
      'the version': ['churn_model:v7', true],
      'part of the alias': ['oduct', true],
      'the tag': ['eu%west', true],
      'the author, with what JSON escapes': ['"the" owl\\', true],
      'letters beyond ASCII as they are': ['zoë', true],
      'the run': ['sunset', true],
      'no metadata': ['ketchup', false],
      'no wildcard': ['eu_west', false],
      'no other wildcard': ['e%west', false],
      'no other case of letters beyond ASCII': ['zoË', false],
      'no name of a field': ['event_author', false],
    }

    describe('of deliveries', () => {
      beforeEach(async () => {
        await store.putEvents([{ source: 'src', event: TOLD, receivedAt: NOON, routed: true }])
        await store.enqueue(record('dlv_x1', { event: TOLD }))
        for (let i = 0; i < 20; i++) await store.enqueue(record(`other-${i}`))
      })
      for (const [what, [search, finds]] of Object.entries(FINDS)) {
        it(`finds ${what}`, async () => {
          for (const filter of [
            {},
            { webhook: 'hook' },
            { status: 'pending' },
            { automation: 'auto', webhook: 'hook' },
          ]) {
            assert.deepEqual(await found({ ...filter, search } as DeliveryFilter), finds ? ['dlv_x1'] : [])
          }
          assert.equal(await store.count({ search }), finds ? 1 : 0)
        })
      }

      it('finds the text of an error, as long as it has one', async () => {
        const taken = (await store.claim(await lease('hook'), wish())).deliveries.find(({ id }) => id === 'other-3')!
        await store.record(retried(taken, NOON))
        assert.deepEqual(await found({ search: 'nobody ANSWERS'.toLowerCase() }), ['other-3'])
        const again = (await store.claim(await lease('hook'), wish())).deliveries.find(({ id }) => id === 'other-3')!
        await store.record(delivered(again))
        assert.deepEqual(await found({ search: 'nobody answers' }), [])
      })

      it('finds newest first, each once over all pages, with every other condition', async () => {
        const expected = Array.from({ length: 20 }, (_, i) => `other-${19 - i}`)
        for (const limit of [1, 3, 20, 100]) {
          assert.deepEqual(await found({ search: 'other-' }, limit), expected)
          assert.deepEqual(await found({ search: 'other-', webhook: 'hook', status: 'pending' }, limit), expected)
        }
        assert.deepEqual(await found({ search: 'other-', status: 'failed' }), [])
        assert.deepEqual(await found({ search: 'other-', until: NOON }), [])
      })
    })

    it('finds what was made at any time though the clock was set back meanwhile', async () => {
      for (const [id, createdAt] of [
        ['first', NOON],
        ['late', NOON + 9e6],
        ['back', NOON - 9e6],
      ] as const) {
        await store.enqueue(record(id, { createdAt }))
      }
      assert.deepEqual(await found({ since: NOON }), ['late', 'first'])
      assert.deepEqual(await found({ until: NOON + 1, search: 'event of' }), ['back', 'first'])
    })

    describe('of events', () => {
      const listed = async (search: string) => {
        const ids: string[] = []
        for (let before: string | undefined; ; ) {
          const page = await store.eventTexts({ search }, { limit: 3, ...(before !== undefined && { before }) })
          ids.push(...page.events.map(({ text }) => JSON.parse(text).event_id))
          if (page.next === null) return ids
          before = page.next
        }
      }
      for (const [what, [search, finds]] of Object.entries(FINDS)) {
        if (search === 'dlv_x1') continue
        it(`finds ${what}`, async () => {
          await store.putEvents([{ source: 'src', event: TOLD, receivedAt: NOON, routed: true }])
          for (let i = 0; i < 9; i++) {
            await store.putEvents([{ source: 'src', event: event(`e${i}`), receivedAt: NOON, routed: true }])
          }
          assert.deepEqual(await listed(search), finds ? ['told-1'] : [])
        })
      }
    })

    it('counts what fits, by every condition', async () => {
      for (let i = 0; i < 12; i++) {
        await lease(`w${i % 3}`)
        const { claimed } = await store.enqueue(
          record(`d${i}`, { createdAt: NOON + i, webhook: { id: `w${i % 3}`, name: '' }, claim: i % 2 === 0 }),
        )
        if (claimed !== null) await store.record(delivered(claimed, { status: 'failed', error: UNREACHABLE }))
      }
      assert.equal(await store.count({}), 12)
      assert.equal(await store.count({ status: 'failed' }), 6)
      assert.equal(await store.count({ webhook: 'w1' }), 4)
      assert.equal(await store.count({ webhook: 'w1', status: 'pending' }), 2)
      assert.equal(await store.count({ since: NOON + 3, until: NOON + 5 }), 2)
      assert.equal(await store.count({ search: 'event of d1' }), 3)
      assert.equal(await store.count({ event_id: 'event of d1' }), 1)
    })

    it('stops counting when nobody waits any more', async () => {
      await store.enqueue(record('a'))
      await assert.rejects(store.count({ search: 'event' }, AbortSignal.abort(new Error('gone'))), { message: 'gone' })
    })

    describe('and told to take what is pending,', () => {
      it('gives it to nobody else, and says what somebody has', async () => {
        for (const id of ['a', 'b', 'c']) await store.enqueue(record(id))
        const [a] = (await store.claim(await lease('hook'), wish({ limit: 1 }))).deliveries
        const { taken, busy, next } = await store.takePending({
          filter: { status: 'pending' },
          before: null,
          limit: 10,
        })
        assert.deepEqual(
          [taken.map(({ id }) => id), busy, next],
          [['c', 'b'], [{ seq: a!.seq, webhook: 'hook' }], null],
        )
        assert.deepEqual((await store.claim(await lease('hook'), wish())).deliveries, [])
        await store.release(await lease('hook'), [taken[0]!.seq])
        assert.deepEqual(
          (await store.claim(await lease('hook'), wish())).deliveries.map(({ id }) => id),
          ['c'],
        )
      })

      it('takes what is not due yet, and what waits for its predecessor', async () => {
        for (const id of ['1', '2', '3']) await store.enqueue(record(id, { ordered: true }))
        const { taken } = await store.takePending({ id: '2' })
        assert.deepEqual(
          taken.map(({ id }) => id),
          ['2'],
        )
        const error = { code: 'cancelled', message: 'Cancelled.' }
        await store.record({
          delivery: taken[0]!,
          attempt: null,
          status: 'failed',
          step: 0,
          dueAt: null,
          at: NOON,
          error,
          owed: false,
        })
        const [first] = (await store.claim(await lease('hook'), wish())).deliveries
        assert.equal(first!.id, '1')
        await store.record(delivered(first!))
        assert.deepEqual(
          (await store.claim(await lease('hook'), wish({ now: NOON + 500 }))).deliveries.map(({ id }) => id),
          ['3'],
        )
      })

      it('takes nothing that is over, or unknown, and goes on page by page', async () => {
        await lease('hook')
        const { claimed } = await store.enqueue(record('over', { claim: true }))
        await store.record(delivered(claimed!))
        for (const id of ['over', 'unknown']) {
          const { taken, busy } = await store.takePending({ id })
          assert.deepEqual([taken, busy], [[], []])
        }
        for (let i = 0; i < 5; i++) await store.enqueue(record(`p${i}`))
        const ids: string[] = []
        let before: string | null = null
        do {
          const page: Awaited<ReturnType<DeliveryStore['takePending']>> = await store.takePending({
            filter: { status: 'pending' },
            before,
            limit: 2,
          })
          ids.push(...page.taken.map(({ id }) => id))
          before = page.next
        } while (before !== null)
        assert.deepEqual(ids, ['p4', 'p3', 'p2', 'p1', 'p0'])
      })
    })
  })
}
