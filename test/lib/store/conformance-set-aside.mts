import assert from 'node:assert/strict'
import type { StoredDelivery } from '../../../dist/lib/delivery/stored.js'
import type { DeliveryStore, Opening } from '../../../dist/lib/store/store.js'
import type { Suspect, Suspects } from '../../../dist/lib/store/suspects.js'
import type { StorePlace } from './conformance.mts'
import { delivered, end, event, leaseOf, NOON, record, retried, start, wish } from './make.mts'

/** What every kind of store must do with what ends one process after the other. */
export function setsAside(kind: string, makePlace: () => Promise<StorePlace>): void {
  describe(`what a ${kind} store had in hand at ends that nobody ordered`, () => {
    let place: StorePlace
    let store: DeliveryStore
    let opening: Opening

    beforeEach(async () => {
      place = await makePlace()
      store = place.store()
      opening = await store.open(start())
    })
    afterEach(async () => {
      await store.close(end()).catch(() => {})
      await place.remove()
    })

    const opened = async () => {
      store = place.store()
      opening = await store.open(start())
      return opening.setAside
    }
    const killed = async () => {
      await place.kill(store)
      return opened()
    }
    const stopped = async () => {
      await store.close(end())
      return opened()
    }
    const suspects = (): Suspects => opening.suspects ?? assert.fail('there are suspects')
    /** What it is to the one who has it now. */
    const standing = (suspect: Suspect) =>
      !opening.suspects?.has(suspect) ? 'none' : opening.suspects.isAccused(suspect) ? 'accused' : 'suspect'
    const take = async (suspect: Suspect) => {
      await suspects().take(suspect)
    }
    /** Resolves when notes are written that nobody waits for: what comes after them is not before them. */
    const written = () => store.suspectEvents(2 * NOON)

    describe('of an event', () => {
      const receive = (...ids: string[]) =>
        store.putEvents(ids.map((id) => ({ source: 'src', event: event(id), receivedAt: NOON, routed: true })))
      /** Takes what waits for the flows. */
      const waiting = async () => {
        const found = await store.unroutedEvents(0, 100)
        return new Map(found.map(({ seq, event: { event_id: id } }) => [id, { kind: 'event', seq } as const]))
      }
      const suspectOf = async (id: string): Promise<Suspect> =>
        (await waiting()).get(id) ?? assert.fail(`${id} waits for the flows`)

      it('sets it aside after the third, and leaves what was beside it at the first two', async () => {
        await receive('poison', 'good')
        assert.deepEqual(await killed(), [])
        for (const each of (await waiting()).values()) {
          assert.equal(standing(each), 'suspect')
          await take(each)
        }
        assert.deepEqual(await killed(), [])
        const all = await waiting()
        for (const each of all.values()) assert.equal(standing(each), 'accused')
        await take(all.get('poison')!)
        assert.deepEqual(await killed(), [{ kind: 'event', id: 'poison' }])
        const left = await waiting()
        assert.deepEqual([...left.keys()], ['good'])
        assert.equal(standing(left.get('good')!), 'suspect', 'its turn had not come')

        assert.equal((await store.event('src', 'poison'))?.isAside, true)
        assert.equal((await store.event('src', 'good'))?.isAside, undefined)
        const page = { limit: 10 }
        const texts = (await store.eventTexts({}, page)).events.map(({ isAside }) => isAside)
        const events = (await store.events({}, page)).events.map(({ isAside }) => isAside)
        assert.deepEqual(
          [texts, events],
          [
            [undefined, true],
            [undefined, true],
          ],
        )
      })

      it('leaves it there, however often it ends, until a person wants it; then it takes three again', async () => {
        await receive('poison')
        const thrice = async () => {
          for (const last of [false, true]) {
            await killed()
            const known = (await store.event('src', 'poison')) ?? assert.fail('it is kept')
            const suspect = { kind: 'event', seq: known.seq } as const
            await waiting()
            await suspects().doubt?.(suspect)
            assert.equal(standing(suspect), last ? 'accused' : 'suspect')
            await take(suspect)
          }
          assert.deepEqual(await killed(), [{ kind: 'event', id: 'poison' }])
        }
        await thrice()
        assert.deepEqual(await killed(), [])
        assert.deepEqual(await stopped(), [])
        assert.deepEqual([...(await waiting()).keys()], [])
        const known = (await store.event('src', 'poison')) ?? assert.fail('it is kept')
        await store.markRouted([known.seq])
        assert.equal((await store.event('src', 'poison'))?.isAside, undefined)
        await thrice()
      })

      it('begins anew when it was handled, or was let go, or somebody ordered the end', async () => {
        await receive('poison')
        const ways = [
          async (suspect: Suspect) => suspects().clear(suspect),
          async (suspect: Suspect) => suspects().letGo(suspect),
          async () => stopped(),
        ]
        for (const way of ways) {
          await killed()
          await take(await suspectOf('poison'))
          await killed()
          const suspect = await suspectOf('poison')
          assert.equal(standing(suspect), 'accused')
          await take(suspect)
          await way(suspect)
          await written()
          assert.deepEqual(await killed(), [])
          assert.notEqual(standing(await suspectOf('poison')), 'accused')
          await stopped()
        }
      })

      it('is no suspect when it came after the end', async () => {
        await receive('early')
        await killed()
        await receive('late')
        const known = (await store.event('src', 'late')) ?? assert.fail('it is kept')
        assert.equal(standing({ kind: 'event', seq: known.seq }), 'none')
        assert.equal(standing(await suspectOf('early')), 'suspect')
      })
    })

    describe('of a delivery', () => {
      const enqueue = (...ids: string[]) =>
        Promise.all(ids.map((id) => store.enqueue(record(id, { event: event(`event of ${id}`) }))))
      const claim = async () => {
        const { deliveries } = await store.claim(await leaseOf(store, 'webhook/hook'), wish())
        return new Map(deliveries.map((each) => [each.id, each]))
      }
      const suspectOf = ({ seq }: StoredDelivery): Suspect => ({ kind: 'delivery', seq })
      /** Claims it, and has it in hand when the process dies. */
      const diesWith = async (id: string) => {
        const claimed = (await claim()).get(id) ?? assert.fail(`${id} can be claimed`)
        await take(suspectOf(claimed))
        return killed()
      }
      const thrice = async (id: string) => {
        await claim()
        assert.deepEqual(await killed(), [])
        assert.deepEqual(await diesWith(id), [])
        return diesWith(id)
      }

      it('sets it aside after the third: it has failed, in words, and its sender is owed that', async () => {
        await enqueue('poison', 'good')
        assert.deepEqual(await thrice('poison'), [{ kind: 'delivery', id: 'poison' }])
        const { delivery } = (await store.delivery('poison')) ?? assert.fail('it is kept')
        assert.deepEqual([delivery.status, delivery.error?.code], ['failed', 'set_aside'])
        assert.match(delivery.error?.message ?? '', /ended three times in a row .* Redeliver it/)
        assert.deepEqual([...(await claim()).keys()], ['good'])
        assert.deepEqual(await store.pending(), [{ webhook: 'hook', sender: 'send', count: 1 }])
        assert.deepEqual(store.pendingAtOpening?.() ?? (await store.pending()), await store.pending())
        const owed = await store.owedOutputs('send', 10)
        assert.deepEqual(
          owed.map((output) => output.delivery.id),
          ['poison'],
        )
        const hours = await store.statistics.hours({ since: 0, until: 2 * NOON })
        assert.equal(
          hours.reduce((sum, { failed }) => sum + failed, 0),
          1,
        )
      })

      it('lets the next of its collection go', async () => {
        await store.reorder(await leaseOf(store, 'webhook/hook'), 'collection', NOON)
        for (const id of ['poison', 'next']) await store.enqueue(record(id, { ordered: true }))
        assert.deepEqual([...(await thrice('poison'))].length, 1)
        assert.deepEqual([...(await claim()).keys()], ['next'])
      })

      it('begins anew when a person redelivers it', async () => {
        await enqueue('poison')
        await thrice('poison')
        await store.redeliver({ id: 'poison' }, NOON)
        const [claimed = assert.fail('it can be claimed')] = (await claim()).values()
        assert.notEqual(standing(suspectOf(claimed)), 'accused')
        assert.deepEqual(await thrice('poison'), [{ kind: 'delivery', id: 'poison' }])
      })

      it('begins anew when it was handled, was let go, or its turn had not come', async () => {
        await enqueue('poison')
        const ways = [
          async (claimed: StoredDelivery) => {
            await take(suspectOf(claimed))
            await store.record(retried(claimed, NOON))
            suspects().clear(suspectOf(claimed))
          },
          async (claimed: StoredDelivery) => {
            await take(suspectOf(claimed))
            suspects().letGo(suspectOf(claimed))
          },
          async () => {},
        ]
        for (const way of ways) {
          await claim()
          await killed()
          await diesWith('poison')
          const claimed = (await claim()).get('poison')!
          assert.equal(standing(suspectOf(claimed)), 'accused')
          await way(claimed)
          await written()
          assert.deepEqual(await killed(), [])
          assert.notEqual(standing(suspectOf((await claim()).get('poison')!)), 'accused')
          await stopped()
        }
      })

      it('leaves out its output after the third', async () => {
        await enqueue('d')
        const [claimed = assert.fail()] = (await claim()).values()
        await store.record(delivered(claimed, { owed: true }))
        const output = async () => {
          const [owed = assert.fail('it is owed')] = await store.owedOutputs('send', 10)
          return { kind: 'output', seq: owed.seq } as const
        }
        await output()
        assert.deepEqual(await killed(), [])
        for (const expected of ['suspect', 'accused']) {
          const suspect = await output()
          assert.equal(standing(suspect), expected)
          await take(suspect)
          const aside = await killed()
          assert.deepEqual(aside, expected === 'accused' ? [{ kind: 'output', id: 'd' }] : [])
        }
        assert.deepEqual(await store.owedOutputs('send', 10), [])
        assert.equal((await store.delivery('d'))?.delivery.status, 'delivered')
      })
    })
  })
}
