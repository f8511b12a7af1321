import assert from 'node:assert/strict'
import { changeOf } from '../../../dist/lib/events/change.js'
import type { Heard, NewEvent } from '../../../dist/lib/store/event-log.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'
import type { StorePlace } from './conformance.mts'
import { end, event, NOON, start } from './make.mts'

/** What every kind of store must know of changes that are heard of in two ways. */
export function knowsTwins(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`a ${kind} store, of a change that a webhook tells and a look finds,`, () => {
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

    const entry = (
      way: Heard['way'],
      id: string,
      { alias = 'a', at = NOON, since = NOON - 60_000, more = {} } = {},
    ) => {
      const heard = event(id, { event_type: 'ADD_ARTIFACT_ALIAS', alias, ...more })
      return {
        source: way,
        event: heard,
        receivedAt: at,
        routed: true,
        heard: { way, change: changeOf('mlflow', heard), since },
      } satisfies NewEvent
    }
    const put = async (...events: NewEvent[]) =>
      (await store.putEvents(events)).map(({ event: stored, duplicate }) => [stored.event_id, duplicate])
    const listed = async () => {
      const { events } = await store.events({}, { limit: 100 })
      return events.map(({ source, event: { event_id } }) => `${source} ${event_id}`).sort()
    }

    it('makes one event of both, whichever comes first', async () => {
      assert.deepEqual(await put(entry('watched', 'w1')), [['w1', false]])
      assert.deepEqual(await put(entry('told', 't1')), [['w1', false]])
      assert.deepEqual(await put(entry('told', 't2', { alias: 'b' })), [['t2', false]])
      assert.deepEqual(await put(entry('watched', 'w2', { alias: 'b' })), [['t2', false]])
      assert.deepEqual(await listed(), ['told t2', 'told w1', 'watched t2', 'watched w1'])
      assert.equal((await store.event('told', 'w1'))?.event.event_id, 'w1')
    })

    it('gives what was stored, with everything that the first one said', async () => {
      await put(entry('watched', 'w1', { more: { event_author: 'ada', note: '\ud800 ü' } }))
      const [taken] = await store.putEvents([entry('told', 't1')])
      assert.deepEqual([taken?.event.event_author, taken?.event['note']], ['ada', '\ud800 ü'])
      assert.equal((await store.event('told', 'w1'))?.event.event_author, 'ada')
    })

    it('knows a webhook’s message again under its own id, also after a kill right after it was stored', async () => {
      await put(entry('watched', 'w1'))
      await put(entry('told', 't\ud801'))
      await place.kill(store)
      store = place.store()
      await store.open(start())
      assert.deepEqual(await put(entry('told', 't\ud801')), [['w1', true]])
      assert.deepEqual(await put(entry('told', 't\ud801'), entry('told', 't\ud801')), [
        ['w1', true],
        ['w1', true],
      ])
      assert.deepEqual(await listed(), ['told w1', 'watched w1'])
    })

    it('takes it for another change when it happens again', async () => {
      for (const round of ['1', '2', '3']) {
        assert.deepEqual(await put(entry('told', `t${round}`)), [[`t${round}`, false]])
        assert.deepEqual(await put(entry('watched', `w${round}`)), [[`t${round}`, false]])
      }
      assert.deepEqual(await put(entry('watched', 'w4')), [['w4', false]])
      assert.deepEqual(await put(entry('told', 't4')), [['w4', false]])
      // of two that were told between two looks, the look saw the last
      await put(entry('told', 't5'), entry('told', 't6'))
      assert.deepEqual(await put(entry('watched', 'w6')), [['t6', false]])
    })

    it('takes it for another one that came before the look before, or happened after the look', async () => {
      await put(entry('told', 't1', { at: NOON - 90_000 }))
      assert.deepEqual(await put(entry('watched', 'w1')), [['w1', false]])
      const later = { event_time: new Date(NOON + 60_000).toISOString() }
      assert.deepEqual(await put(entry('told', 't2', { at: NOON + 60_000, more: later })), [['t2', false]])
    })

    it('knows for two what differs in anything that a person would call it by, and the default workspace for none', async () => {
      await put(entry('watched', 'w1'))
      for (const [index, more] of [
        { artifact_collection_name: 'other' },
        { artifact_version: 'models:/churn/2' },
        { project_name: 'other' },
        { workspace: 'other' },
        { event_type: 'REMOVE_ARTIFACT_ALIAS' as const },
      ].entries()) {
        assert.deepEqual(await put(entry('told', `t${index}`, { more })), [[`t${index}`, false]])
      }
      assert.deepEqual(await put(entry('told', 't', { more: { workspace: 'default' } })), [['w1', false]])
    })

    it('makes one event of both in one call, and of many that race', async () => {
      assert.deepEqual(await put(entry('told', 't'), entry('watched', 'w')), [
        ['t', false],
        ['t', false],
      ])
      const aliases = Array.from({ length: 30 }, (_, index) => `a${index}`)
      const both = await Promise.all(
        aliases.flatMap((alias) => [
          put(entry('told', `t-${alias}`, { alias })),
          put(entry('watched', `w-${alias}`, { alias })),
          put(entry('told', `t-${alias}`, { alias })),
        ]),
      )
      for (const [index, alias] of aliases.entries()) {
        const [one, other, again] = both.slice(index * 3, index * 3 + 3).map(([stored]) => stored)
        assert.equal(one?.[0], other?.[0], alias)
        assert.deepEqual(again, [one?.[0], true], alias)
      }
    })

    it('moves no cursor without the events that it has', async () => {
      const moved = { key: 'k', expected: 'never', next: '1' }
      await assert.rejects(store.putEvents([entry('watched', 'w1')], moved), { code: 'cursor_moved' })
      assert.deepEqual(await put(entry('told', 't1')), [['t1', false]])
    })
  })
}
