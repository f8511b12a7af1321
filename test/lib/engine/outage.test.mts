import assert from 'node:assert/strict'
import { DEFAULT_SCHEDULE, parseSchedule } from '../../../dist/lib/delivery/schedule.js'
import { event, NOON } from '../store/make.mts'
import { busy, DOWN, OK, type Sent, SetUp } from './set-up.mts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

describe('an endpoint', () => {
  let s: SetUp

  beforeEach(() => {
    s = new SetUp()
  })
  afterEach(() => s.remove())

  const schedule = parseSchedule(DEFAULT_SCHEDULE)
  const later = (count: number) => s.endpoint.sent.slice(count)

  /** A token bucket of one request gives at most one more than the rate within any second. */
  function keepsTo(rate: number, sent: readonly Sent[]): void {
    for (let i = rate + 1; i < sent.length; i++) {
      const took = sent[i]!.at - sent[i - rate - 1]!.at
      assert.ok(took >= 1_000, `${rate + 2} requests within ${took} ms`)
    }
  }

  it('#47 that is down for three days is left in peace, and gets everything afterwards, once, at its rate', async () => {
    await s.start({ schedule, rateLimit: 5 })
    s.endpoint.answer = () => DOWN
    for (let hour = 0; hour < 72; hour++) {
      for (let i = 0; i < 5; i++) await s.enqueue(`${hour * 5 + i}`)
      await s.world.pass(HOUR)
    }
    assert.ok(s.endpoint.sent.length < 72 * 60 + 100, `${s.endpoint.sent.length} requests: more than one a minute`)
    assert.equal(s.outputs.failed.length, 0, 'the waits of the schedule are 75 hours and a half')

    const before = s.endpoint.sent.length
    s.endpoint.answer = () => OK
    await s.world.pass(DAY + 5 * HOUR)
    assert.equal(s.outputs.delivered.length, 360)
    assert.equal(new Set(s.outputs.delivered.map(({ delivery }) => delivery.id)).size, 360)
    assert.equal(later(before).length, 360, 'one request each')
    keepsTo(5, later(before))
    assert.equal((await s.engine.metrics()).webhooks[0]?.pending, 0)
  }).timeout(120_000)

  it('#47 #60 that is down for three days gets each collection in its order', async () => {
    await s.start({ schedule, rateLimit: 5, ordering: 'collection' })
    s.endpoint.answer = () => DOWN
    for (let hour = 0; hour < 72; hour++) {
      for (const name of ['churn', 'fraud']) {
        const body = `${name} ${hour}`
        await s.enqueue(body, { event: event(body, { artifact_collection_name: name }) })
      }
      await s.world.pass(HOUR)
    }
    const before = s.endpoint.sent.length
    s.endpoint.answer = () => OK
    await s.world.pass(DAY + 5 * HOUR)
    assert.equal(s.outputs.failed.length, 0)
    for (const name of ['churn', 'fraud']) {
      assert.deepEqual(
        later(before).flatMap(({ body }) => (body.startsWith(name) ? [body] : [])),
        Array.from({ length: 72 }, (_, hour) => `${name} ${hour}`),
      )
    }
    keepsTo(5, later(before))
  }).timeout(120_000)

  it('#47 #48 that comes back is asked by one request first, then by more, not by all that wait', async () => {
    await s.start({ schedule: Array.from({ length: 90 }, () => HOUR), concurrency: 8 })
    s.endpoint.answer = () => DOWN
    for (let i = 0; i < 200; i++) await s.enqueue(`${i}`)
    await s.world.pass(3 * HOUR)
    const before = s.endpoint.sent.length
    s.endpoint.answer = () => new Promise((resolve) => s.world.setTimeout(() => resolve(OK), 100))
    await s.world.pass(2 * HOUR)
    assert.equal(s.outputs.delivered.length, 200)
    const moments = Map.groupBy(later(before), ({ at }) => at)
    const atOnce = Array.from(moments.values(), (sent) => sent.length)
    assert.deepEqual(atOnce.slice(0, 5), [1, 2, 4, 8, 8])
    assert.ok(Math.max(...atOnce) <= 8)
  }).timeout(60_000)

  describe('#49 while the clock jumps', () => {
    for (const [what, jump] of [
      ['a day ahead', DAY],
      ['a day back', -DAY],
      ['a day ahead and back again', 0],
    ] as const) {
      /** The clock is wrong for ten minutes, or from now on. */
      const jumps = async () => {
        s.world.setClock(s.world.now() + (jump || DAY))
        await s.world.pass(10 * MINUTE)
        if (jump === 0) s.world.setClock(s.world.now() - DAY)
      }

      it(`${what}: a queue goes out at its rate, each once`, async () => {
        await s.start({ rateLimit: 2 })
        for (let i = 0; i < 1_500; i++) await s.enqueue(`${i}`)
        await s.world.pass(MINUTE)
        const before = s.endpoint.sent.length
        const monotonic: number[] = []
        let passed = 0
        s.endpoint.answer = () => {
          monotonic.push(passed)
          return OK
        }
        await jumps()
        for (; passed < 60; passed++) await s.world.pass(MINUTE)
        assert.equal(s.endpoint.sent.length, 1_500)
        assert.equal(new Set(s.endpoint.sent.map(({ id }) => id)).size, 1_500)
        assert.ok(before <= 122, `${before} in the first minute`)
        for (let minute = 1; minute < 12; minute++) {
          const here = monotonic.filter((at) => at === minute).length
          assert.ok(here <= 122, `${here} requests in minute ${minute}`)
        }
      }).timeout(120_000)

      it(`${what}: who asked for an hour of patience is asked again within a minute of it at the latest`, async () => {
        await s.start()
        s.endpoint.answer = (_, attempt) => (attempt === 1 ? busy(HOUR) : OK)
        await s.enqueue('x')
        await s.world.pass(MINUTE)
        await jumps()
        await s.world.pass(HOUR + MINUTE)
        assert.deepEqual([s.endpoint.sent.length, s.outputs.delivered.length], [2, 1])
      })

      it(`${what}: an endpoint that is down gets a probe a minute, and what waits when it is back`, async () => {
        await s.start({ schedule: Array.from({ length: 50 }, () => MINUTE) })
        s.endpoint.answer = () => DOWN
        for (let i = 0; i < 100; i++) await s.enqueue(`${i}`)
        await s.world.pass(10 * MINUTE)
        const before = s.endpoint.sent.length
        await jumps()
        await s.world.pass(20 * MINUTE)
        const probes = s.endpoint.sent.length - before
        assert.ok(probes >= 15 && probes <= 40, `${probes} probes in half an hour`)
        s.endpoint.answer = () => OK
        await s.world.pass(5 * MINUTE)
        assert.equal(s.outputs.delivered.length, 100)
      })
    }
  })

  it('#32 #33 that asks for a day with every answer loses nothing, and is asked once a day', async () => {
    await s.start({ schedule: [] })
    s.endpoint.answer = () => busy(Number.MAX_VALUE)
    for (let i = 0; i < 20; i++) await s.enqueue(`${i}`)
    await s.world.pass(10 * DAY)
    assert.ok(s.endpoint.sent.length <= 11 * 8, `${s.endpoint.sent.length} requests in ten days`)
    assert.ok(Math.max(...s.world.waits) <= MINUTE)
    s.endpoint.answer = () => OK
    await s.world.pass(DAY)
    assert.deepEqual([s.outputs.delivered.length, s.outputs.failed.length], [20, 0])
  }).timeout(60_000)

  it('#63 that is down while a thousand failures of an hour are redelivered gets one more attempt of those alone', async () => {
    await s.start({ schedule: [], rateLimit: null })
    s.endpoint.answer = () => ({ kind: 'failed', error: { code: 'http_status', message: 'It answered 400.' } })
    const fail = async (name: string, count: number) => {
      for (let i = 0; i < count; i++) await s.enqueue(`${name} ${i}`)
      await s.world.pass(HOUR)
    }
    await fail('before', 10)
    await fail('within', 1_000)
    await fail('after', 10)
    assert.equal(s.outputs.failed.length, 1_020)
    const before = s.endpoint.sent.length
    const filter = { status: 'failed', since: NOON + HOUR, until: NOON + 2 * HOUR } as const
    assert.equal(await s.engine.redelivery.many(filter), 1_000)
    await s.world.pass(MINUTE)
    assert.equal(s.endpoint.sent.length - before, 1_000)
    const again = s.endpoint.sent.slice(before)
    assert.ok(again.every(({ body, attempt }) => body.startsWith('within') && attempt === 2))
    assert.equal(s.outputs.failed.length, 2_020)
    assert.equal((await s.engine.metrics()).webhooks[0]?.pending, 0)
  }).timeout(60_000)
})
