import assert from 'node:assert/strict'
import type { NewRecord } from '../../../dist/lib/store/delivery-queue.js'
import type { EventFilter, EventPage } from '../../../dist/lib/store/event-log.js'
import { laneOf } from '../../../dist/lib/store/lease.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'
import { delivered, end, event, leaseOf, NOON, record, retried, start, UNREACHABLE, wish } from './make.mts'

/** A place for a store, and how a process with a store there ends. */
export interface StorePlace {
  /** A store that is not open yet, on the same data each time. */
  store(): DeliveryStore
  /** What kill -9 does to the process that has this store open. */
  kill(store: DeliveryStore): void | Promise<void>
  remove(): Promise<void>
}

/** What every kind of store must do. */
export function conforms(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`a ${kind} store`, () => {
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

    async function again(now = NOON) {
      await store.close(end(now))
      store = place.store()
      return store.open(start(now))
    }
    async function killed(now = NOON) {
      await place.kill(store)
      store = place.store()
      return store.open(start(now))
    }
    const put = async (...ids: string[]) => {
      const events = ids.map((id) => ({ source: 'src', event: event(id), receivedAt: NOON, routed: true }))
      return (await store.putEvents(events)).map(({ duplicate }) => duplicate)
    }
    const enqueue = async (id: string, more: Partial<NewRecord> = {}) => {
      const entry = record(id, more)
      if (entry.claim) await lease(entry.webhook.id)
      return store.enqueue(entry)
    }
    const claimIds = async (more: Parameters<typeof wish>[0] = {}, webhook = 'hook') =>
      (await store.claim(await lease(webhook), wish(more))).deliveries.map(({ id }) => id)
    const claimOne = async (id: string, now = NOON) => {
      const { deliveries } = await store.claim(await lease('hook'), wish({ now }))
      const found = deliveries.find((delivery) => delivery.id === id)
      assert.ok(found, `${id} can be claimed`)
      return found
    }
    /** Of a webhook, held by this owner. */
    const lease = (webhook: string) => leaseOf(store, laneOf(webhook))
    const statusOf = async (id: string) => (await store.delivery(id))?.delivery.status

    describe('of its owner', () => {
      it('gives a lease of whatever its one owner wants, the same each time', async () => {
        assert.deepEqual(await leaseOf(store, 'source/a'), store.want('source/a'))
        assert.equal((await lease('hook')).thing, 'webhook/hook')
        await store.giveBack('webhook/hook')
        assert.ok(await lease('hook'), 'it may be wanted again')
      })

      it('has another owner with each opening, however the last one ended', async () => {
        const fences = [(await lease('hook')).fence]
        await again()
        fences.push((await lease('hook')).fence)
        await killed()
        fences.push((await lease('hook')).fence)
        assert.deepEqual(
          fences,
          [...new Set(fences)].sort((a, b) => a - b),
        )
      })

      it('changes nothing for an owner that is none any more', async () => {
        await enqueue('a')
        const before = await lease('hook')
        const a = await claimOne('a')
        await again()
        await assert.rejects(store.record(delivered(a)), { code: 'lease_lost' })
        await assert.rejects(store.claim(before, wish()), { code: 'lease_lost' })
        await assert.rejects(store.reorder(before, 'collection', NOON), { code: 'lease_lost' })
        await store.markStarted([{ seq: a.seq, fence: a.fence, at: NOON }])
        assert.equal(await statusOf('a'), 'pending')

        const [claimed] = (await store.claim(await lease('hook'), wish())).deliveries
        await store.release(before, [a.seq])
        assert.deepEqual(await claimIds(), [], 'what another owner has claimed is not given back')
        assert.ok(claimed)
        await store.record(delivered(claimed))
        assert.deepEqual((await store.delivery('a'))?.delivery.attempts, 1)
      })
    })

    describe('of events', () => {
      it('#61 says which events were there before, also within one call', async () => {
        assert.deepEqual(await put('a', 'b', 'a'), [false, false, true])
        assert.deepEqual(await put('b', 'c'), [true, false])
      })

      it('takes the same id from another source for another event', async () => {
        await put('a')
        const other = { source: 'other', event: event('a'), receivedAt: NOON, routed: true }
        assert.deepEqual(await store.putEvents([other]), [{ duplicate: false, event: event('a') }])
      })

      it('tells ids apart that differ in half of a surrogate pair alone, which UTF-8 cannot say', async () => {
        const ids = ['e\ud800', 'e\ud801', 'e\udfff', 'e\ufffd', 'e\uffff', 'e\uffffd800', 'e\u{1f600}']
        assert.deepEqual(await put(...ids, ...ids), ids.map(() => false).concat(ids.map(() => true)))
        await again()
        for (const id of ids) {
          assert.equal((await store.event('src', id))?.event.event_id, id)
          await store.enqueue(record(`of ${ids.indexOf(id)}`, { event: event(id) }))
          const { deliveries } = await store.deliveries({ event_id: id }, { limit: 10 })
          assert.deepEqual(
            deliveries.map(({ event_id }) => event_id),
            [id],
          )
          assert.deepEqual(await store.automationsReached(id), ['auto'])
          assert.deepEqual((await store.delivery(`of ${ids.indexOf(id)}`))?.event, event(id))
        }
        const { events } = await store.events({}, { limit: 10 })
        assert.deepEqual(
          events.map((entry) => entry.event.event_id),
          ids.toReversed(),
        )
      })

      it('finds them again after it was closed and opened', async () => {
        await put('a', 'b')
        assert.equal((await again()).clean, true)
        const { seq, ...known } = (await store.event('src', 'a'))!
        const received_at = new Date(NOON).toISOString()
        assert.deepEqual(known, { source: 'src', received_at, event: event('a') })
        assert.ok(seq < ((await store.event('src', 'b'))?.seq ?? 0), 'numbered in the order of arrival')
        assert.equal(await store.event('src', 'c'), null)
        assert.equal(await store.event('other', 'a'), null)
      })

      /** Every page, whose rows may be fewer than asked for before the end. */
      async function listed(filter: EventFilter, page: EventPage) {
        const found: string[] = []
        let before: string | null = null
        do {
          const part: Awaited<ReturnType<DeliveryStore['events']>> = await store.events(filter, {
            ...page,
            ...(before !== null && { before }),
          })
          assert.ok(part.events.length <= page.limit)
          const last = part.events.at(-1)
          if (last && part.events.length === page.limit && part.next) assert.equal(part.next, String(last.seq))
          found.push(...part.events.map((entry) => entry.event.event_id))
          before = part.next
        } while (before !== null)
        return found
      }

      it('lists them newest first, page by page, of one source too', async () => {
        for (let i = 0; i < 7; i++) {
          const source = i % 2 === 0 ? 'even' : 'odd'
          await store.putEvents([{ source, event: event(`e${i}`), receivedAt: NOON + i, routed: true }])
        }
        const ids = (filter: { source?: string }) => listed(filter, { limit: 2 })
        assert.deepEqual(await ids({}), ['e6', 'e5', 'e4', 'e3', 'e2', 'e1', 'e0'])
        assert.deepEqual(await ids({ source: 'odd' }), ['e5', 'e3', 'e1'])
        const { events } = await store.events({}, { limit: 1 })
        const { seq, ...newest } = events[0]!
        assert.ok(seq > 0)
        assert.deepEqual(newest, {
          source: 'even',
          received_at: new Date(NOON + 6).toISOString(),
          event: event('e6'),
        })
      })

      it('lists those of a time, of a type, of a source, in any combination, in both orders', async () => {
        const types = ['LINK_ARTIFACT', 'ADD_ARTIFACT_ALIAS', 'RUN_STATE'] as const
        // the clock is set back after the fourth: the order is that of arrival
        const times = [0, 1, 2, 3, 1, 2, 3, 4, 5, 6].map((second) => NOON + second * 1000)
        const all = times.map((receivedAt, index) => ({
          source: index % 2 === 0 ? 'even' : 'odd',
          event: event(`e${index}`, { event_type: types[index % 3]! }),
          receivedAt,
          routed: true,
        }))
        await store.putEvents(all)
        const choices: EventFilter[] = [undefined, NOON + 2000].flatMap((since) =>
          [undefined, NOON + 4000].flatMap((until) =>
            [undefined, ...types].flatMap((event_type) =>
              [undefined, 'odd'].map((source) => ({
                ...(since !== undefined && { since }),
                ...(until !== undefined && { until }),
                ...(event_type !== undefined && { event_type }),
                ...(source !== undefined && { source }),
              })),
            ),
          ),
        )
        for (const filter of choices) {
          const { since = 0, until = Number.POSITIVE_INFINITY, event_type, source } = filter
          const expected = all
            .filter(({ receivedAt }) => receivedAt >= since && receivedAt < until)
            .filter((entry) => event_type === undefined || entry.event.event_type === event_type)
            .filter((entry) => source === undefined || entry.source === source)
            .map((entry) => entry.event.event_id)
          const words = JSON.stringify(filter)
          assert.deepEqual(await listed(filter, { limit: 2, order: 'oldest' }), expected, words)
          assert.deepEqual(await listed(filter, { limit: 3 }), [...expected].reverse(), words)
        }
      })

      it('reads no more of them at once than fits into a turn of the event loop, however long they are', async () => {
        const notes = 'x'.repeat(900_000)
        const ids = Array.from({ length: 10 }, (_, index) => `long-${index}`)
        await store.putEvents(
          ids.map((id) => ({ source: 'src', event: event(id, { notes }), receivedAt: NOON, routed: true })),
        )
        const { events } = await store.events({}, { limit: 10 })
        assert.ok(events.length >= 1 && events.length < 10, `${events.length} MB at once`)
        assert.deepEqual(await listed({}, { limit: 10 }), [...ids].reverse())
      })

      it('refuses what is no next of a page', async () => {
        for (const order of ['newest', 'oldest'] as const) {
          await assert.rejects(store.events({}, { limit: 1, order, before: 'x' }), { code: 'request_invalid' })
        }
      })
    })

    describe('of cursors', () => {
      const move = (expected: string | null, next: string, id: string) =>
        store.putEvents([{ source: 'poll', event: event(id), receivedAt: NOON, routed: false }], {
          key: 'k',
          expected,
          next,
        })

      it('moves the cursor and stores the events together', async () => {
        await move(null, '1', 'a')
        await move('1', '2', 'b')
        assert.equal((await store.cursor('k')).value, '2')
        assert.notEqual(await store.event('poll', 'b'), null)
      })

      it('has none before it was moved', async () => {
        assert.deepEqual(await store.cursor('k'), { value: null, parts: new Map() })
      })

      it('moves without an event, too', async () => {
        await store.putEvents([], { key: 'k', expected: null, next: '1' })
        assert.equal((await store.cursor('k')).value, '1')
      })

      it('changes the parts of the cursor that are named, and keeps them when it is closed and opened', async () => {
        const parts = (...changes: [string, string | null][]) => new Map(changes)
        await store.putEvents([], { key: 'k', expected: null, next: '1', parts: parts(['a', 'α'], ['b', 'β']) })
        await store.putEvents([], { key: 'other', expected: null, next: '1', parts: parts(['a', 'another']) })
        await store.putEvents([], {
          key: 'k',
          expected: '1',
          next: '2',
          parts: parts(['a', 'ά'], ['b', null], ['c', '']),
        })
        await again()
        assert.deepEqual(await store.cursor('k'), { value: '2', parts: parts(['a', 'ά'], ['c', '']) })
        assert.deepEqual(await store.cursor('other'), { value: '1', parts: parts(['a', 'another']) })
      })

      it('tells keys and parts apart that differ in half of a surrogate pair alone', async () => {
        const keys = ['k\ud800', 'k\udfff', 'k\ufffd', 'k']
        const parts = new Map(keys.map((key) => [key, `text of ${key.length} ${keys.indexOf(key)}`]))
        for (const key of keys) await store.putEvents([], { key, expected: null, next: key.slice(0, 1), parts })
        for (const key of keys) assert.deepEqual(await store.cursor(key), { value: 'k', parts })
      })

      it('keeps the parts as they were when the cursor is elsewhere', async () => {
        await store.putEvents([], { key: 'k', expected: null, next: '1', parts: new Map([['a', 'kept']]) })
        const lost = { key: 'k', expected: '7', next: '2', parts: new Map([['a', null]]) }
        await assert.rejects(store.putEvents([], lost), { code: 'cursor_moved' })
        assert.deepEqual(await store.cursor('k'), { value: '1', parts: new Map([['a', 'kept']]) })
      })

      for (const [what, expected] of [
        ['is elsewhere', '7'],
        ['exists already', null],
      ] as const) {
        it(`stores nothing when the cursor ${what}, and lets others in the same turn through`, async () => {
          await move(null, '1', 'a')
          const lost = move(expected, '2', 'lost')
          const kept = put('kept')
          await assert.rejects(lost, { code: 'cursor_moved' })
          await kept
          assert.equal((await store.cursor('k')).value, '1')
          assert.equal(await store.event('poll', 'lost'), null)
          assert.notEqual(await store.event('src', 'kept'), null)
        })
      }
    })

    describe('of events that the flows have not seen', () => {
      const unrouted = async () =>
        (await store.unroutedEvents(0, 100)).map(({ event: { event_id }, suspect }) =>
          suspect ? `${event_id}?` : event_id,
        )
      const receive = (id: string, receivedAt: number, routed = true) =>
        store.putEvents([{ source: 'src', event: event(id), receivedAt, routed }])

      it('keeps those that came while the flows were stopped until they are marked', async () => {
        await receive('a', NOON, false)
        await receive('b', NOON)
        await again(NOON + 3_600_000)
        assert.deepEqual(await unrouted(), ['a'])
        const [{ seq } = assert.fail()] = await store.unroutedEvents(0, 1)
        await store.markRouted([seq])
        assert.deepEqual(await unrouted(), [])
      })

      it('gives after a kill what came in the minute before the last sign of life, the last seconds for certain', async () => {
        await receive('long ago', NOON - 61_000)
        await receive('maybe settled', NOON - 30_000)
        await receive('just now', NOON - 4_000)
        await store.beat(NOON)
        const opening = await killed(NOON + 3_600_000)
        const { suspects, ...found } = opening
        assert.deepEqual(found, { clean: false, lastAlive: NOON, interrupted: 0, setAside: [] })
        assert.notEqual(suspects, undefined)
        assert.deepEqual(await unrouted(), ['maybe settled?', 'just now'])
      })

      it('gives them again when it is killed again before they are marked', async () => {
        await receive('a', NOON)
        await store.beat(NOON)
        await killed(NOON + 3_600_000)
        await killed(NOON + 7_200_000)
        assert.deepEqual(await unrouted(), ['a'])
      })

      it('gives after a stop in order only what was still in the flow', async () => {
        await receive('settled', NOON - 1)
        await receive('in the flow', NOON)
        await again()
        assert.deepEqual(await unrouted(), ['in the flow?'])
      })

      it('knows which automations made a delivery of an event', async () => {
        await enqueue('d1', { event: event('e'), automation: { id: 'x', name: '' } })
        await enqueue('d2', { event: event('e'), automation: { id: 'y', name: '' } })
        assert.deepEqual([...(await store.automationsReached('e'))].sort(), ['x', 'y'])
        assert.deepEqual(await store.automationsReached('f'), [])
      })
    })

    describe('of deliveries', () => {
      it('keeps one delivery of one id', async () => {
        assert.equal((await enqueue('d')).duplicate, false)
        const second = await enqueue('d', { createdAt: NOON + 1 })
        assert.equal(second.duplicate, true)
        assert.equal(second.delivery.created_at, new Date(NOON).toISOString())
      })

      it('keeps payload bytes, slots, message and event as they are', async () => {
        const payload = Buffer.from([0, 255, 10, 13, 0xd8, 0])
        const slots = [{ name: 'TOKEN', offset: 3, text: '${TOKEN}', as: 'json-text' as const }]
        const odd = event('e', { note: 'NUL \0, lone \ud800, emoji 🚀', ['__proto__']: { polluted: true } } as object)
        await enqueue('d', { payload, slots, message: '{"topic":"t"}', event: odd })
        await again()
        const claimed = await claimOne('d')
        assert.ok(payload.equals(claimed.payload))
        assert.deepEqual(claimed.slots, slots)
        assert.equal(claimed.message, '{"topic":"t"}')
        assert.deepEqual(claimed.event, JSON.parse(JSON.stringify(odd)))
        assert.deepEqual((await store.delivery('d'))?.event, JSON.parse(JSON.stringify(odd)))
      })

      it('finds the event of a delivery among the events', async () => {
        await put('e')
        await enqueue('d', { event: event('e') })
        assert.deepEqual((await store.delivery('d'))?.event, event('e'))
      })

      it('keeps the event with the delivery when two sources have one of this id', async () => {
        await put('e')
        await store.putEvents([{ source: 'b', event: event('e', { alias: 'mine' }), receivedAt: NOON, routed: true }])
        await enqueue('d', { event: event('e', { alias: 'mine' }) })
        assert.equal((await store.delivery('d'))?.event?.alias, 'mine')
      })

      it('gives what is due to one taker, earliest first', async () => {
        await enqueue('late', { createdAt: NOON + 10 })
        await enqueue('early')
        await enqueue('tomorrow', { createdAt: NOON + 86_400_000 })
        await enqueue('elsewhere', { webhook: { id: 'other', name: '' } })
        const claim = await store.claim(await lease('hook'), wish({ now: NOON + 10 }))
        assert.deepEqual(
          claim.deliveries.map(({ id }) => id),
          ['early', 'late'],
        )
        assert.deepEqual([claim.more, claim.nextDue], [false, NOON + 86_400_000])
        assert.deepEqual(await claimIds({ now: NOON + 10 }), [])
      })

      it('says why the next one waits, where an attempt of it failed', async () => {
        await enqueue('a')
        const error = { code: 'http_status', message: 'x answered 503.' }
        const { attempt, ...failed } = retried(await claimOne('a'), NOON + 60_000)
        await store.record({ ...failed, error, attempt: { ...attempt!, status_code: 503, error } })
        await again()
        const { nextDue, nextError } = await store.claim(await lease('hook'), wish())
        assert.deepEqual([nextDue, nextError], [NOON + 60_000, { ...error, statusCode: 503 }])
        await enqueue('new', { createdAt: NOON + 1_000 })
        assert.equal((await store.claim(await lease('hook'), wish())).nextError, undefined)
      })

      it('keeps what a payload is, and null for what the webhook says', async () => {
        await enqueue('form', { contentType: 'application/x-www-form-urlencoded' })
        await enqueue('usual')
        await again()
        const { deliveries } = await store.claim(await lease('hook'), wish())
        const types = deliveries.map(({ id, contentType }) => [id, contentType])
        assert.deepEqual(Object.fromEntries(types), { form: 'application/x-www-form-urlencoded', usual: null })
        assert.equal((await store.delivery('form'))?.contentType, 'application/x-www-form-urlencoded')
      })

      it('keeps what each attempt sent', async () => {
        const request = (id: string, attempt: number, at = NOON) => ({
          method: 'POST',
          url: 'https://x.example/',
          headers: {
            'Content-Type': 'application/json',
            'webhook-id': id,
            'webhook-timestamp': String(Math.floor(at / 1000)),
            'X-Automation-Attempt': String(attempt),
            Authorization: 'Bearer ***',
          },
        })
        for (const id of ['a', 'b']) {
          const { claimed } = await enqueue(id, { claim: true })
          const { attempt, ...result } = delivered(claimed!)
          const started_at = new Date(NOON).toISOString()
          await store.record({ ...result, attempt: { ...attempt!, started_at, request: request(id, 1) } })
        }
        await again()
        for (const id of ['a', 'b']) {
          const { log } = (await store.delivery(id))!
          assert.deepEqual(log[0]?.request, request(id, 1))
          assert.deepEqual(Object.keys(log[0]!.request!.headers), Object.keys(request(id, 1).headers))
        }
      })

      it('knows what a sender did last, whatever else its webhook does', async () => {
        assert.equal(await store.lastResult('hook', 'send'), null)
        for (const [id, status] of [
          ['first', 'delivered'],
          ['second', 'failed'],
        ] as const) {
          const { claimed } = await enqueue(id, { claim: true })
          await store.record(delivered(claimed!, { status, ...(status === 'failed' && { error: UNREACHABLE }) }))
        }
        await enqueue('waits')
        await enqueue('other', { sender: { id: 'other', name: '' } })
        assert.equal((await store.lastResult('hook', 'send'))?.id, 'second')
        assert.equal(await store.lastResult('hook', 'other'), null)
        assert.equal(await store.lastResult('elsewhere', 'send'), null)
        await store.putDryRun(record('third', { createdAt: NOON + 60_000 }), {
          method: 'POST',
          url: '',
          headers: {},
          body: '',
        })
        assert.equal((await store.lastResult('hook', 'send'))?.id, 'third')
      })

      it('gives no more than is wanted and says that there is more', async () => {
        for (const id of ['a', 'b', 'c']) await enqueue(id)
        const first = await store.claim(await lease('hook'), wish({ limit: 2 }))
        assert.deepEqual([first.deliveries.length, first.more], [2, true])
        const second = await store.claim(await lease('hook'), wish({ limit: 2 }))
        assert.deepEqual([second.deliveries.length, second.more], [1, false])
      })

      it('gives no more bytes than is wanted, but always one delivery', async () => {
        for (const id of ['a', 'b', 'c']) await enqueue(id, { payload: Buffer.alloc(1_000) })
        const claim = await store.claim(await lease('hook'), wish({ bytes: 1 }))
        assert.deepEqual([claim.deliveries.length, claim.more], [1, true])
      })

      it('gives only what comes from senders that are there', async () => {
        await enqueue('a', { sender: { id: 'away', name: '' } })
        await enqueue('b')
        assert.deepEqual(await claimIds(), ['b'])
        assert.deepEqual(await claimIds({ senders: ['away'] }), ['a'])
      })

      it('lets a short queue not wait behind the long one of another sender', async () => {
        for (let i = 0; i < 50; i++) await enqueue(`long ${i}`, { sender: { id: 'many', name: '' } })
        await enqueue('short', { createdAt: NOON + 1 })
        const first = await claimIds({ senders: ['many', 'send'], limit: 20, now: NOON + 1 })
        const second = await claimIds({ senders: ['many', 'send'], limit: 20, now: NOON + 1 })
        const third = await claimIds({ senders: ['many', 'send'], limit: 20, now: NOON + 1 })
        assert.equal(new Set([...first, ...second, ...third]).size, 51)
      })

      it('gives what is due first first, whoever sends it', async () => {
        for (const [index, id] of ['d', 'b', 'c', 'a'].entries()) {
          const sender = { id: index % 2 === 0 ? 'send' : 'other', name: '' }
          await enqueue(id, { sender, createdAt: NOON - 'abcd'.indexOf(id) * 1_000 })
        }
        assert.deepEqual(await claimIds({ senders: ['send', 'other'] }), ['d', 'c', 'b', 'a'])
      })

      it('gives again what was released', async () => {
        await enqueue('a')
        const { seq } = await claimOne('a')
        await store.release(await lease('hook'), [seq])
        assert.deepEqual(await claimIds(), ['a'])
      })

      it('hands a new delivery straight to who asks for it', async () => {
        const { claimed } = await enqueue('a', { claim: true })
        assert.equal(claimed?.id, 'a')
        assert.deepEqual(await claimIds(), [])
        assert.equal((await enqueue('a', { claim: true })).claimed, null)
      })

      it('keeps the result of each attempt', async () => {
        await enqueue('a')
        await store.record(retried(await claimOne('a'), NOON + 60_000))
        assert.deepEqual(await claimIds({ now: NOON + 59_999 }), [])
        const second = await claimOne('a', NOON + 60_000)
        assert.deepEqual([second.attempts, second.step], [1, 1])
        await store.record(delivered(second))
        const detail = await store.delivery('a')
        assert.deepEqual(detail?.log, [retried(second, 0).attempt, delivered(second).attempt])
        assert.deepEqual(detail?.delivery, {
          id: 'a',
          event_id: 'event of a',
          automation: { id: 'auto', name: 'On link' },
          webhook: { id: 'hook', name: 'CI' },
          sender: { id: 'send', name: 'Send' },
          status: 'delivered',
          attempts: 2,
          status_code: 200,
          duration_ms: 500,
          created_at: new Date(NOON).toISOString(),
          finished_at: new Date(NOON + 500).toISOString(),
        })
      })

      it('keeps the newest hundred attempts of a delivery that never ends', async () => {
        await enqueue('a')
        for (let attempt = 1; attempt <= 103; attempt++) {
          const claimed = await claimOne('a', NOON + attempt)
          const result = retried(claimed, NOON + attempt + 1)
          await store.record({ ...result, attempt: { ...result.attempt!, duration_ms: attempt } })
        }
        const detail = await store.delivery('a')
        assert.equal(detail?.delivery.attempts, 103)
        assert.deepEqual(
          detail?.log.map(({ duration_ms }) => duration_ms),
          Array.from({ length: 100 }, (_, index) => index + 4),
        )
      })

      it('counts no attempt when no request was made', async () => {
        await enqueue('a')
        const error = { code: 'secret_unknown', message: 'No.' }
        await store.record(delivered(await claimOne('a'), { attempt: null, status: 'failed', error }))
        const detail = await store.delivery('a')
        assert.deepEqual([detail?.delivery.attempts, detail?.delivery.error, detail?.log], [0, error, []])
      })

      it('logs attempts that were cut off, and has them made again', async () => {
        await enqueue('a')
        const a = await claimOne('a')
        await store.markStarted([{ seq: a.seq, fence: a.fence, at: NOON + 5 }])
        const { interrupted } = await killed(NOON + 1_000)
        assert.equal(interrupted, 1)
        const detail = await store.delivery('a')
        assert.deepEqual(
          detail?.log.map(({ error, started_at }) => [error?.code, started_at]),
          [['interrupted', new Date(NOON + 5).toISOString()]],
        )
        const again = await claimOne('a', NOON + 1_000)
        assert.deepEqual([again.attempts, again.step], [1, 0])
      })

      it('knows no interruption of what has ended', async () => {
        await enqueue('a')
        const a = await claimOne('a')
        await store.markStarted([{ seq: a.seq, fence: a.fence, at: NOON }])
        await store.record(delivered(a))
        await store.markStarted([{ seq: a.seq, fence: a.fence, at: NOON }])
        assert.equal((await killed()).interrupted, 0)
      })

      it('keeps a dry run, and sends it when that is asked for later', async () => {
        const request = { method: 'POST', url: 'https://x', headers: { a: 'b' }, body: '{}' }
        const { delivery, duplicate } = await store.putDryRun(record('a'), request)
        assert.deepEqual([delivery.status, duplicate], ['dry-run', false])
        assert.equal(delivery.finished_at, new Date(NOON).toISOString())
        assert.deepEqual((await store.delivery('a'))?.request, request)
        assert.deepEqual(await claimIds(), [])
        assert.equal((await enqueue('a')).duplicate, false)
        assert.deepEqual(await claimIds(), ['a'])
        assert.equal((await store.putDryRun(record('a'), request)).duplicate, true)
      })
    })

    describe('in order', () => {
      const ordered = { ordered: true }

      it('#60 holds a delivery back until its predecessor is delivered', async () => {
        for (const id of ['1', '2', '3']) await enqueue(id, ordered)
        await enqueue('other', { ...ordered, orderKey: 'another collection' })
        const { deliveries } = await store.claim(await lease('hook'), wish())
        assert.deepEqual(
          deliveries.map(({ id }) => id),
          ['1', 'other'],
        )
        assert.deepEqual(await store.record(delivered(deliveries[0]!)), { successor: true })
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
      })

      it('holds successors back while the first one is retried, and lets them go when it failed for good', async () => {
        for (const id of ['1', '2']) await enqueue(id, ordered)
        assert.deepEqual(await store.record(retried(await claimOne('1'), NOON + 60_000)), { successor: false })
        const later = NOON + 60_000
        const { deliveries } = await store.claim(await lease('hook'), wish({ now: later }))
        assert.deepEqual(
          deliveries.map(({ id }) => id),
          ['1'],
        )
        await store.record(delivered(deliveries[0]!, { status: 'failed', error: UNREACHABLE, at: later }))
        assert.deepEqual(await claimIds({ now: later }), ['2'])
      })

      it('lets a successor go that another owner of the store had put behind its predecessor', async () => {
        for (const id of ['1', '2']) await enqueue(id, ordered)
        await again()
        assert.deepEqual(await store.record(delivered(await claimOne('1'))), { successor: true })
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
      })

      it('holds nothing back behind what is stored a second time', async () => {
        await enqueue('1', ordered)
        await store.record(delivered(await claimOne('1')))
        const [again, next] = await Promise.all([enqueue('1', ordered), enqueue('2', ordered)])
        assert.deepEqual([again.duplicate, next.duplicate], [true, false])
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
      })

      it('hands a new delivery to nobody while it has to wait', async () => {
        assert.notEqual((await enqueue('1', { ...ordered, claim: true })).claimed, null)
        const second = await enqueue('2', { ...ordered, claim: true })
        assert.equal(second.claimed, null)
        assert.equal(second.delivery.next_attempt_at, undefined)
      })

      it('does not hold back what belongs to no collection', async () => {
        for (const id of ['1', '2']) await enqueue(id, { ...ordered, orderKey: null })
        assert.deepEqual(await claimIds(), ['1', '2'])
      })

      it('brings a queue into order, and out of it, when the webhook is changed', async () => {
        for (const id of ['1', '2', '3']) await enqueue(id)
        await store.reorder(await lease('hook'), 'collection', NOON)
        const [first = assert.fail()] = (await store.claim(await lease('hook'), wish())).deliveries
        assert.equal(first.id, '1')
        assert.deepEqual(await claimIds(), [])
        await store.record(delivered(first))
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
        await store.reorder(await lease('hook'), 'none', NOON + 600)
        assert.deepEqual(await claimIds({ now: NOON + 600 }), ['3'])
      })

      it('lets a redelivered one go after the one that is on its way', async () => {
        await store.changeWebhook('hook', { paused: null, pausedUrl: null, heldUntil: null, ordering: 'collection' })
        await enqueue('1', ordered)
        await store.record(delivered(await claimOne('1'), { status: 'failed', error: UNREACHABLE }))
        for (const id of ['2', '3']) await enqueue(id, ordered)
        const second = await claimOne('2')
        await store.redeliver({ id: '1' }, NOON)
        assert.deepEqual(await claimIds(), [])
        await store.record(delivered(second))
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['1'])
      })

      it('leaves a redelivered one behind the one that it waits for', async () => {
        for (const id of ['1', '2']) await enqueue(id, ordered)
        const first = await claimOne('1')
        await store.redeliver({ id: '2' }, NOON)
        assert.deepEqual(await claimIds(), [])
        await store.record(delivered(first))
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
      })

      it('lets redelivered ones go one after the other in a process that knows of no order yet', async () => {
        await store.changeWebhook('hook', { paused: null, pausedUrl: null, heldUntil: null, ordering: 'collection' })
        for (const id of ['1', '2']) {
          await enqueue(id, ordered)
          await store.record(delivered(await claimOne(id), { status: 'failed', error: UNREACHABLE }))
        }
        await again()
        for (const id of ['1', '2']) await store.redeliver({ id }, NOON)
        const first = await claimOne('1')
        assert.deepEqual(await claimIds(), [])
        await store.record(delivered(first))
        assert.deepEqual(await claimIds({ now: NOON + 500 }), ['2'])
      })
    })

    describe('of history', () => {
      const STATUSES = ['pending', 'delivered', 'failed', 'dry-run'] as const

      /** 60 deliveries: 2 automations, 3 webhooks, 4 statuses, 5 events, mixed. */
      beforeEach(async () => {
        for (let i = 0; i < 60; i++) {
          const entry = record(`d${i}`, {
            event: event(`e${i % 5}`),
            automation: { id: `a${i % 2}`, name: '' },
            webhook: { id: `w${i % 3}`, name: '' },
            createdAt: NOON + i,
          })
          const status = STATUSES[(i * 7) % 4]
          if (status === 'dry-run') {
            await store.putDryRun(entry, { method: 'POST', url: '', headers: {}, body: '' })
            continue
          }
          const { claimed } = await enqueue(entry.id, { ...entry, claim: status !== 'pending' })
          if (claimed !== null) await store.record(delivered(claimed, { status: status as 'delivered' }))
        }
      })

      const all = async (filter: Parameters<DeliveryStore['deliveries']>[0], limit: number) => {
        const found: string[] = []
        let before: string | null = null
        do {
          const page: Awaited<ReturnType<DeliveryStore['deliveries']>> = await store.deliveries(filter, {
            limit,
            ...(before !== null && { before }),
          })
          assert.ok(page.deliveries.length <= limit)
          found.push(...page.deliveries.map(({ id }) => id))
          before = page.next
        } while (before !== null)
        return found
      }
      const expected = (wanted: (i: number) => boolean) =>
        Array.from({ length: 60 }, (_, i) => 59 - i)
          .filter(wanted)
          .map((i) => `d${i}`)

      const FILTERS = {
        nothing: [{}, () => true],
        'a status': [{ status: 'failed' }, (i: number) => (i * 7) % 4 === 2],
        'an automation': [{ automation: 'a1' }, (i: number) => i % 2 === 1],
        'a webhook': [{ webhook: 'w2' }, (i: number) => i % 3 === 2],
        'an event': [{ event_id: 'e3' }, (i: number) => i % 5 === 3],
        'a webhook and a status': [
          { webhook: 'w0', status: 'pending' },
          (i: number) => i % 3 === 0 && (i * 7) % 4 === 0,
        ],
        'an automation and a webhook': [{ automation: 'a0', webhook: 'w1' }, (i: number) => i % 6 === 4],
        'all of them': [
          { automation: 'a1', webhook: 'w0', status: 'delivered', event_id: 'e3' },
          (i: number) => i % 2 === 1 && i % 3 === 0 && (i * 7) % 4 === 1 && i % 5 === 3,
        ],
        'a time': [{ since: NOON + 10, until: NOON + 20 }, (i: number) => i >= 10 && i < 20],
        'what does not exist': [{ webhook: 'w9' }, () => false],
      } as const
      const CONDITIONS = [
        [{ status: 'delivered' }, (i: number) => (i * 7) % 4 === 1],
        [{ automation: 'a1' }, (i: number) => i % 2 === 1],
        [{ webhook: 'w0' }, (i: number) => i % 3 === 0],
        [{ event_id: 'e3' }, (i: number) => i % 5 === 3],
      ] as const
      for (const [name, [filter, wanted]] of Object.entries(FILTERS)) {
        it(`lists by ${name}, newest first, each once over all pages`, async () => {
          assert.deepEqual(await all(filter, 7), expected(wanted))
          assert.deepEqual(await all(filter, 100), expected(wanted))
        })
      }

      it('lists what fits each condition, however many there are', async () => {
        for (let subset = 0; subset < 2 ** CONDITIONS.length; subset++) {
          const chosen = CONDITIONS.filter((_, index) => subset & (1 << index))
          const filter = Object.assign({}, ...chosen.map(([condition]) => condition))
          assert.deepEqual(
            await all(filter, 7),
            expected((i) => chosen.every(([, wanted]) => wanted(i))),
            JSON.stringify(filter),
          )
        }
      })

      it('knows that nothing is pending, when nothing is', async () => {
        assert.notEqual(await store.oldestPending(), null)
        for (const webhook of ['w0', 'w1', 'w2']) {
          const { deliveries } = await store.claim(await lease(webhook), wish({ now: NOON + 1_000 }))
          for (const delivery of deliveries) await store.record(delivered(delivery))
        }
        assert.deepEqual([await store.oldestPending(), await store.pending()], [null, []])
      })

      it('says of what waits when it is tried next, and of nothing else', async () => {
        for (const id of ['fails', 'follows']) {
          await enqueue(id, { webhook: { id: 'order', name: '' }, ordered: true })
        }
        const [first] = (await store.claim(await lease('order'), wish())).deliveries
        await store.record(retried(first!, NOON + 10_000))
        const next = async (id: string) => (await store.delivery(id))?.delivery.next_attempt_at
        assert.equal(await next('fails'), new Date(NOON + 10_000).toISOString())
        assert.deepEqual([await next('follows'), await next('d3'), await next('d2')], [undefined, undefined, undefined])
        assert.deepEqual([await statusOf('d3'), await statusOf('d2')], ['delivered', 'failed'])
      })

      it('counts what is pending, and knows since when', async () => {
        const counts = await store.pending()
        const sum = counts.reduce((total, { count }) => total + count, 0)
        assert.equal(sum, expected((i) => (i * 7) % 4 === 0).length)
        assert.equal(await store.oldestPending(), NOON)
      })
    })

    describe('of redeliveries', () => {
      const finish = async (id: string, status: 'delivered' | 'failed') => {
        const { claimed } = await enqueue(id, { claim: true })
        await store.record(delivered(claimed!, { status, step: 3, ...(status === 'failed' && { error: UNREACHABLE }) }))
      }

      it('makes a finished delivery due again, with its schedule from the start', async () => {
        await finish('a', 'failed')
        const { deliveries } = await store.redeliver({ id: 'a' }, NOON + 1_000)
        assert.deepEqual(deliveries, [{ webhook: 'hook', sender: 'send', wasPending: false }])
        const again = await claimOne('a', NOON + 1_000)
        assert.deepEqual([again.attempts, again.step], [1, 0])
        const { delivery } = (await store.delivery('a'))!
        assert.deepEqual([delivery.status, delivery.error, delivery.finished_at], ['pending', undefined, undefined])
        await store.record(delivered(again))
        assert.equal((await store.delivery('a'))?.log.length, 2)
      })

      it('makes one that waits due now', async () => {
        await enqueue('a')
        await store.record(retried(await claimOne('a'), NOON + 86_400_000))
        const { deliveries } = await store.redeliver({ id: 'a' }, NOON + 1)
        assert.equal(deliveries[0]?.wasPending, true)
        assert.deepEqual(await claimIds({ now: NOON + 1 }), ['a'])
      })

      it('leaves one alone that is on its way', async () => {
        await enqueue('a')
        const a = await claimOne('a')
        await store.redeliver({ id: 'a' }, NOON)
        assert.deepEqual(await claimIds(), [])
        await store.record(delivered(a))
        assert.equal(await statusOf('a'), 'delivered')
      })

      it('leaves dry runs alone, and knows when there is none', async () => {
        await store.putDryRun(record('a'), { method: 'POST', url: '', headers: {}, body: '' })
        assert.deepEqual((await store.redeliver({ id: 'a' }, NOON)).deliveries, [])
        assert.deepEqual((await store.redeliver({ id: 'b' }, NOON)).deliveries, [])
      })

      it('takes all that match, slice by slice', async () => {
        for (let i = 0; i < 10; i++) await finish(`f${i}`, 'failed')
        await finish('ok', 'delivered')
        let before: string | null = null
        let count = 0
        do {
          const slice: Awaited<ReturnType<DeliveryStore['redeliver']>> = await store.redeliver(
            { filter: { status: 'failed' }, before, limit: 3 },
            NOON,
          )
          count += slice.deliveries.length
          before = slice.next
        } while (before !== null)
        assert.equal(count, 10)
        assert.deepEqual((await claimIds()).slice(0, 2), ['f0', 'f1'])
        assert.equal(await statusOf('ok'), 'delivered')
      })
    })

    describe('of outputs', () => {
      it('keeps the output of a sender that is away until it was given', async () => {
        const { claimed } = await enqueue('a', { claim: true, message: '{"topic":"t"}' })
        await store.record(delivered(claimed!, { owed: true }))
        await again()
        const [owed = assert.fail()] = await store.owedOutputs('send', 10)
        assert.deepEqual(
          [owed.delivery.status, owed.message, owed.attempt],
          ['delivered', '{"topic":"t"}', delivered(claimed!).attempt],
        )
        await store.outputsGiven([owed.seq])
        assert.deepEqual(await store.owedOutputs('send', 10), [])
      })

      it('keeps none of a sender that was there', async () => {
        const { claimed } = await enqueue('a', { claim: true })
        await store.record(delivered(claimed!))
        assert.deepEqual(await store.owedOutputs('send', 10), [])
      })
    })

    describe('of webhooks', () => {
      it('keeps why one is paused', async () => {
        const state = { paused: 'Gone.', pausedUrl: 'https://x', heldUntil: NOON, ordering: 'collection' } as const
        await store.changeWebhook('hook', state)
        await again()
        assert.deepEqual([...(await store.webhookStates())], [['hook', state]])
      })

      it('changes what is named of one, and leaves what another has changed', async () => {
        await store.changeWebhook('hook', { paused: 'By hand.', pausedUrl: 'https://x' })
        await store.changeWebhook('hook', { heldUntil: NOON })
        await store.changeWebhook('hook', { ordering: 'collection' })
        await again()
        const state = { paused: 'By hand.', pausedUrl: 'https://x', heldUntil: NOON, ordering: 'collection' }
        assert.deepEqual((await store.webhookStates()).get('hook'), state)
      })

      it('takes the wait that an endpoint asked for along when the clock is set back, and leaves none that is over', async () => {
        const state = { paused: null, pausedUrl: null, ordering: 'none' } as const
        await store.changeWebhook('waits', { ...state, heldUntil: NOON + 60_000 })
        await store.changeWebhook('over', { ...state, heldUntil: NOON - 90_000_000 })
        const yesterday = NOON - 86_400_000
        await store.shiftDue(86_400_000, yesterday)
        const states = await store.webhookStates()
        assert.deepEqual(
          ['waits', 'over'].map((id) => states.get(id)?.heldUntil),
          [yesterday + 60_000, NOON - 90_000_000],
        )
      })

      it('takes due times along when the clock is set back', async () => {
        await enqueue('a')
        await store.record(retried(await claimOne('a'), NOON + 10_000))
        assert.equal((await store.delivery('a'))?.delivery.finished_at, undefined)
        const yesterday = NOON - 86_400_000
        await store.shiftDue(86_400_000, yesterday)
        assert.deepEqual(await claimIds({ now: yesterday + 9_999 }), [])
        assert.deepEqual(await claimIds({ now: yesterday + 10_000 }), ['a'])
      })
    })

    describe('that is swept', () => {
      const sweep = async (before: number) => {
        let deleted = 0
        let from = null
        do {
          const slice = await store.sweep({ deliveriesBefore: before, eventsBefore: before, from, limit: 3 })
          deleted += slice.deleted
          from = slice.next
        } while (from !== null)
        return deleted
      }

      it('loses old history, but nothing that is pending, nor its event', async () => {
        await put('e1', 'e2', 'e3', 'last')
        for (const id of ['1', '2', '3', '4', '5']) {
          const { claimed } = await enqueue(id, { event: event('e1'), claim: true })
          await store.record(delivered(claimed!))
        }
        await enqueue('waits', { event: event('e2') })
        await enqueue('young', { createdAt: NOON + 86_400_000 })
        assert.equal(await sweep(NOON + 3_600_000), 7)
        const { deliveries } = await store.deliveries({}, { limit: 10 })
        assert.deepEqual(
          deliveries.map(({ id }) => id),
          ['young', 'waits'],
        )
        assert.deepEqual((await store.delivery('waits'))?.event, event('e2'))
        assert.equal(await store.event('src', 'e1'), null)
      })

      it('keeps what is young, and events that no flow has seen', async () => {
        await store.putEvents([{ source: 'src', event: event('unseen'), receivedAt: NOON, routed: false }])
        await put('last')
        const { claimed } = await enqueue('1', { claim: true })
        await store.record(delivered(claimed!))
        await enqueue('2')
        assert.equal(await sweep(NOON), 0)
        assert.equal(await sweep(NOON + 1_000), 1)
        assert.notEqual(await store.event('src', 'unseen'), null)
      })
    })

    it('rejects every call in words before it is opened and after it is closed', async () => {
      await store.close(end())
      await assert.rejects(put('a'), { code: 'store_unavailable' })
      await assert.rejects(enqueue('a'), { code: 'store_unavailable' })
      await assert.rejects(store.deliveries({}, { limit: 1 }), { code: 'store_unavailable' })
    })
  })
}
