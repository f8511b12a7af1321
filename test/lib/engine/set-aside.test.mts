import assert from 'node:assert/strict'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import type { LanePort } from '../../../dist/lib/delivery/lane-port.js'
import type { HandedAgain } from '../../../dist/lib/inbox/replay.js'
import { event } from '../store/make.mts'
import { OK, SetUp } from './set-up.mts'

/** Until an accused one has its turn, and until one that nothing is heard of is let go. */
const QUIET_MS = 2_000
const HOLD_MS = 1_000

describe('what is being handled when the process dies', () => {
  let s: SetUp
  const never = () => new Promise<never>(() => {})

  beforeEach(() => {
    s = new SetUp()
  })
  afterEach(() => s.remove())

  /** As when something calls `process.exit`: what was stored is there, and nothing came to its end. */
  function dies(): void {
    s.engine.closeNow(false)
    s.engine = s.makeEngine()
    s.endpoint.sent.length = 0
    s.endpoint.open = 0
    s.endpoint.most = 0
  }
  /** The endpoint's answer to one of them ends the process. */
  const breaksAt = (...bodies: string[]) => {
    s.endpoint.answer = ({ payload }) => (bodies.includes(payload.toString()) ? never() : OK)
  }
  const errorOf = async (id: string) => (await s.engine.get(id))?.delivery.error

  describe('a delivery', () => {
    it('is set aside in words when it was there three times in a row, and the others are delivered', async () => {
      breaksAt('poison')
      await s.start()
      const poison = await s.enqueue('poison')
      const others = [await s.enqueue('one'), await s.enqueue('two')]
      for (const life of [2, 3]) {
        dies()
        await s.start()
        await s.world.pass(life === 3 ? QUIET_MS : 0)
        assert.ok(s.endpoint.bodies.includes('poison'), `it is tried in life ${life}`)
      }
      dies()
      await s.start()
      await s.world.pass(QUIET_MS)
      assert.equal(s.endpoint.bodies.includes('poison'), false)
      assert.equal(await s.statusOf(poison), 'failed')
      assert.equal((await errorOf(poison))?.code, 'set_aside')
      assert.match((await errorOf(poison))?.message ?? '', /ended three times in a row .* Redeliver it/)
      for (const id of others) assert.equal(await s.statusOf(id), 'delivered')
      const [output = assert.fail('an output')] = s.outputs.failed
      assert.deepEqual([output.delivery.id, output.delivery.error?.code], [poison, 'set_aside'])
      assert.ok(s.logged.some((line) => line.includes(poison) && /redeliver it/.test(line)))
      assert.deepEqual((await s.engine.list({ status: 'failed' }, { limit: 10 })).deliveries.length, 1)
    })

    it('is tried again, as often, when a person redelivers it', async () => {
      breaksAt('poison')
      await s.start()
      const poison = await s.enqueue('poison')
      const threeEnds = async () => {
        for (let end = 0; end < 3; end += 1) {
          assert.notEqual(await s.statusOf(poison), 'failed', `after ${end} ends`)
          dies()
          await s.start()
          await s.world.pass(end === 1 ? QUIET_MS : 0)
        }
        assert.equal((await errorOf(poison))?.code, 'set_aside')
      }
      await threeEnds()
      await s.engine.redelivery.one(poison)
      await s.world.rest()
      assert.deepEqual(s.endpoint.bodies, ['poison'])
      await threeEnds()
      breaksAt()
      await s.engine.redelivery.one(poison)
      await s.world.rest()
      assert.equal(await s.statusOf(poison), 'delivered')
    })

    it('lets its successor in the same collection go', async () => {
      breaksAt('poison')
      await s.start({ ordering: 'collection' })
      await s.enqueue('poison')
      const next = await s.enqueue('next')
      for (const wait of [0, QUIET_MS, QUIET_MS]) {
        dies()
        await s.start({ ordering: 'collection' })
        await s.world.pass(wait)
      }
      assert.equal(await s.statusOf(next), 'delivered')
    })

    it('is not, when its answer only takes long: an endpoint that is silent breaks nothing', async () => {
      s.endpoint.answer = never
      await s.start()
      const id = await s.enqueue('slow')
      for (let end = 0; end < 5; end += 1) {
        await s.world.pass(HOLD_MS + QUIET_MS)
        dies()
        await s.start()
      }
      assert.equal(await s.statusOf(id), 'pending')
    })

    it('is, when that answer breaks the process at last', async () => {
      const port: Partial<LanePort> = {
        send: async (_delivery, _attempt, _signal, arrived) => {
          await new Promise<void>((resolve) => s.world.setTimeout(resolve, 10_000))
          arrived?.()
          return never()
        },
      }
      await s.start(port)
      const id = await s.enqueue('late')
      for (let end = 0; end < 3; end += 1) {
        assert.equal(await s.statusOf(id), 'pending')
        await s.world.pass(QUIET_MS + 10_000)
        dies()
        await s.start(port)
      }
      assert.equal((await errorOf(id))?.code, 'set_aside')
    })

    it('is not, after an end in order, or after an attempt that ended', async () => {
      breaksAt('poison')
      await s.start()
      const poison = await s.enqueue('poison')
      for (const ordered of [false, false, true, false, false, true]) {
        if (ordered) await s.restart()
        else dies()
        await s.start()
        await s.world.pass(QUIET_MS)
      }
      assert.equal(await s.statusOf(poison), 'pending')
      dies()
      await s.start()
      await s.world.pass(QUIET_MS)
      assert.equal(await s.statusOf(poison), 'pending')
      assert.deepEqual(s.endpoint.bodies, ['poison'])
    })

    it('is not, when the process dies before its turn comes: that has another reason', async () => {
      breaksAt('poison')
      await s.start()
      const poison = await s.enqueue('poison')
      for (const wait of [0, QUIET_MS / 2, 0, QUIET_MS / 2, 0, QUIET_MS / 2]) {
        dies()
        await s.start()
        await s.world.pass(wait)
      }
      assert.equal(await s.statusOf(poison), 'pending')
      assert.equal((await s.engine.get(poison))?.log.length, 4, 'what had not begun is no attempt')
    })

    it('stands alone the third time, whatever its webhook, so that others are not set aside with it', async () => {
      const all = ['a', 'b', 'poison', 'c', 'd']
      s.endpoint.answer = never
      await s.start()
      s.engine.attachWebhook('other', s.endpoint.port())
      const ids: string[] = []
      for (const [index, body] of all.entries()) {
        ids.push(await s.enqueue(body, { webhook: { id: index % 2 ? 'other' : 'hook', name: '' } }))
      }
      for (const last of [false, true]) {
        dies()
        if (last) breaksAt('poison')
        await s.start()
        s.engine.attachWebhook('other', s.endpoint.port())
        await s.world.pass(last ? QUIET_MS : 0)
        assert.equal(s.endpoint.most, last ? 1 : all.length)
      }
      breaksAt()
      dies()
      await s.start()
      s.engine.attachWebhook('other', s.endpoint.port())
      await s.world.pass(QUIET_MS)
      const statuses = await Promise.all(ids.map((id) => s.statusOf(id)))
      assert.deepEqual(statuses, ['delivered', 'delivered', 'failed', 'delivered', 'delivered'])
    })

    it('can be cancelled, and its webhook deployed anew, while it waits for its turn', async () => {
      s.endpoint.answer = never
      await s.start()
      const [first, second] = [await s.enqueue('first'), await s.enqueue('second')]
      dies()
      await s.start()
      await s.world.rest()
      dies()
      s.endpoint.answer = () => OK
      await s.start()
      await s.world.rest()
      assert.deepEqual(s.endpoint.bodies, [])
      const gone = s.engine.detachWebhook('hook', { deadlineMs: 100 })
      await s.world.pass(200)
      await gone
      await s.engine.cancellation.one(second)
      s.engine.attachWebhook('hook', s.endpoint.port())
      await s.world.pass(2 * QUIET_MS)
      assert.deepEqual([await s.statusOf(first), await s.statusOf(second)], ['delivered', 'failed'])
      assert.deepEqual(s.endpoint.bodies, ['first'])
    })
  })

  describe('an event in the flows', () => {
    const match = () => ({ automations: ['auto'], traceable: ['auto'] })
    async function taken(): Promise<HandedAgain[]> {
      const found: HandedAgain[] = []
      const taking = (async () => {
        for await (const each of s.engine.takeUnrouted(match)) found.push(each)
      })()
      await s.world.pass(QUIET_MS)
      await taking
      return found
    }
    const ids = (found: HandedAgain[]) => found.map(({ event: { event_id } }) => event_id)
    const known = async (id: string) => (await s.engine.event('src', id)) ?? assert.fail('it is there')

    it('is set aside when it was there three times in a row; the others reach their senders', async () => {
      await s.start()
      await s.engine.accept('src', [event('poison'), event('good')], { routed: true })
      dies()
      await s.engine.start()
      assert.deepEqual(await (async () => ids(await firstTaken()))(), ['poison', 'good'])
      dies()
      await s.engine.start()
      const [poison] = await taken()
      assert.equal(poison?.event.event_id, 'poison', 'alone')
      dies()
      await s.engine.start()
      assert.deepEqual(ids(await taken()), ['good'])
      assert.equal((await known('poison')).isAside, true)
      assert.equal((await known('good')).isAside, undefined)
      assert.ok(s.logged.some((line) => /event poison .* catch up/.test(line)))
      const { events } = await s.engine.history.eventTexts({}, { limit: 10 })
      assert.deepEqual(
        events.map(({ isAside }) => isAside),
        [undefined, true],
      )
    })

    /** Takes without letting time pass: all are in hand, but for `good`, which has reached its sender. */
    async function firstTaken(): Promise<HandedAgain[]> {
      const found: HandedAgain[] = []
      for await (const each of s.engine.takeUnrouted(match)) {
        found.push(each)
        if (each.event.event_id === 'good') each.hand?.done()
      }
      return found
    }

    it('stays aside over further ends, until a person wants it', async () => {
      await s.start()
      await s.engine.accept('src', [event('poison')], { routed: true })
      for (let end = 0; end < 5; end += 1) {
        dies()
        await s.engine.start()
        const found: string[] = []
        const taking = (async () => {
          for await (const each of s.engine.takeUnrouted(match)) found.push(each.event.event_id)
        })()
        await s.world.pass(end === 1 ? QUIET_MS : 0)
        await taking
        assert.deepEqual(found, end < 2 ? ['poison'] : [])
      }
      await s.engine.handAgain.noLongerAside([(await known('poison')).seq])
      assert.equal((await known('poison')).isAside, undefined)
    })
  })

  it('an output that a sender was owed is left out when it was there three times in a row', async () => {
    await s.start()
    // it goes away while its delivery is on its way
    s.endpoint.answer = () => {
      s.engine.detachSender('send')
      return OK
    }
    const id = await s.enqueue('x')
    await s.world.rest()
    let given = 0
    const port = {
      delivered() {
        given += 1
        dies()
      },
      failed() {},
    }
    s.engine.attachSender('send', port)
    await s.world.rest()
    for (const wait of [0, QUIET_MS, QUIET_MS]) {
      await s.engine.start()
      s.engine.attachSender('send', port)
      await s.world.pass(wait)
    }
    assert.equal(await s.statusOf(id), 'delivered')
    assert.equal(given, 3)
    assert.ok(s.logged.some((line) => line.includes(`the output of delivery ${id}`)))
  })

  describe('the notes of it', () => {
    const notes = () => `${s.path}.in-hand`

    it('are there for nobody else, and only after an end that nobody ordered', async () => {
      breaksAt('poison')
      await s.start()
      await s.enqueue('poison')
      assert.equal(existsSync(notes()), false)
      dies()
      await s.start()
      assert.equal(statSync(notes()).mode & 0o777, 0o600)
      await s.restart()
      assert.equal(existsSync(notes()), false)
    })

    it('are not believed when they are of another time, or are nonsense', async () => {
      breaksAt('poison')
      await s.start()
      const poison = await s.enqueue('poison')
      for (const text of ['7 d1\n+d1\n', '\0\0\0', '', '2 d1\n+d1x\n+q1\n+d\n+', '2 d99 e99\n+d99\n+e99\n+o99\n']) {
        s.engine.closeNow(false)
        writeFileSync(notes(), text)
        s.engine = s.makeEngine()
        await s.start()
        assert.equal(s.engine.problem, null)
        assert.equal(await s.statusOf(poison), 'pending', JSON.stringify(text))
      }
    })
  })
})
