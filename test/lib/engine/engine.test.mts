import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Outcome } from '../../../dist/lib/delivery/lane-port.js'
import type { SenderCounts } from '../../../dist/lib/delivery/sender-port.js'
import { AutomationError } from '../../../dist/lib/error.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { copyAsKilled } from '../store/killed.mts'
import { event, NOON } from '../store/make.mts'
import { busy, DOWN, OK, Outputs, REFUSED, SetUp } from './set-up.mts'

describe('the delivery engine', () => {
  let s: SetUp

  beforeEach(() => {
    s = new SetUp()
  })
  afterEach(() => s.remove())

  it('sends what was stored, and gives the output after the result is on disk', async () => {
    await s.start()
    const id = await s.enqueue('{"a":1}', { message: { topic: 'LINK_ARTIFACT', req: { cycle: null as unknown } } })
    await s.world.rest()
    assert.deepEqual(s.endpoint.bodies, ['{"a":1}'])
    const [output = assert.fail('an output')] = s.outputs.delivered
    assert.equal(output.delivery.id, id)
    assert.equal(output.delivery.status, 'delivered')
    assert.deepEqual(output.message, { topic: 'LINK_ARTIFACT', req: { cycle: null } })
    assert.deepEqual(output.event, event('event of {"a":1}'))
    assert.deepEqual((await s.engine.get(id))?.delivery, output.delivery)
  })

  it('makes one delivery of the same event, sender and payload, and two of two payloads', async () => {
    await s.start()
    const same = s.delivery('one')
    assert.equal((await s.engine.enqueue(same)).duplicate, false)
    assert.equal((await s.engine.enqueue(same)).duplicate, true)
    assert.equal((await s.engine.enqueue({ ...same, payload: Buffer.from('two') })).duplicate, false)
    await s.world.rest()
    assert.deepEqual(s.endpoint.bodies, ['one', 'two'])
  })

  it('#31 retries by the schedule, with the same id, and gives up when it is over', async () => {
    await s.start()
    s.endpoint.answer = () => DOWN
    const id = await s.enqueue('x')
    await s.world.pass(3_600_000)
    assert.deepEqual(
      s.endpoint.sent.map(({ id: sent, attempt, at }) => [sent === id, attempt, at - NOON]),
      [
        [true, 1, 0],
        [true, 2, 1_000],
        [true, 3, 61_000],
      ],
    )
    const [output = assert.fail('an output')] = s.outputs.failed
    assert.deepEqual(
      [output.delivery.status, output.delivery.attempts, output.delivery.error?.code],
      ['failed', 3, 'http_status'],
    )
    assert.equal((await s.engine.get(id))?.log.length, 3)
  })

  for (const [random, wait] of [
    [0, 800],
    [0.999999, 1_200],
  ] as const) {
    it(`spreads retries by a fifth: ${wait} ms for one second`, async () => {
      s.random = () => random
      await s.start()
      s.endpoint.answer = (_, attempt) => (attempt === 1 ? DOWN : OK)
      await s.enqueue('x')
      await s.world.pass(wait - 1)
      assert.equal(s.endpoint.sent.length, 1)
      await s.world.pass(1)
      assert.equal(s.endpoint.sent.length, 2)
    })
  }

  it('fails at once what is refused', async () => {
    await s.start()
    s.endpoint.answer = () => REFUSED
    await s.enqueue('x')
    await s.world.pass(3_600_000)
    assert.deepEqual([s.endpoint.sent.length, s.outputs.failed.length], [1, 1])
  })

  it('counts no attempt when the request could not be made for good', async () => {
    await s.start({
      send: () => Promise.reject(new AutomationError('secret_unknown', 'There is no secret of this name.')),
    })
    const id = await s.enqueue('x')
    await s.world.rest()
    const detail = await s.engine.get(id)
    assert.deepEqual(
      [detail?.delivery.status, detail?.delivery.attempts, detail?.delivery.error?.code],
      ['failed', 0, 'secret_unknown'],
    )
    assert.equal(s.outputs.failed[0]?.attempt, null)
  })

  it('#62 counts an attempt when sending breaks, so that a poisonous delivery ends', async () => {
    await s.start({
      send: () => {
        throw new TypeError('boom')
      },
    })
    const id = await s.enqueue('x')
    await s.world.pass(3_600_000)
    const detail = await s.engine.get(id)
    assert.deepEqual(
      [detail?.delivery.status, detail?.delivery.attempts, detail?.delivery.error?.code],
      ['failed', 3, 'internal'],
    )
  })

  it('#50 has no timer longer than a minute', async () => {
    await s.start({ schedule: [86_400_000] })
    s.endpoint.answer = () => DOWN
    await s.enqueue('x')
    await s.world.rest()
    assert.ok(Math.max(...s.world.waits) <= 60_000, String(s.world.waits))
  })

  describe('with many deliveries', () => {
    it('sends at most as many at once as the webhook takes', async () => {
      await s.start({ concurrency: 3 })
      let release = () => {}
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      s.endpoint.answer = () => held.then(() => OK)
      await Promise.all(Array.from({ length: 20 }, (_, i) => s.enqueue(`${i}`)))
      await s.world.rest()
      assert.equal(s.endpoint.open, 3)
      release()
      await s.world.pass(10)
      assert.deepEqual([s.endpoint.sent.length, s.endpoint.most], [20, 3])
    })

    it('keeps to the rate, evenly', async () => {
      await s.start({ rateLimit: 4 })
      for (let i = 0; i < 9; i++) await s.enqueue(`${i}`)
      await s.world.pass(2_000)
      assert.deepEqual(
        s.endpoint.sent.map(({ at }) => at - NOON),
        [0, 250, 500, 750, 1_000, 1_250, 1_500, 1_750, 2_000],
      )
    })

    it('sends each once and in turn when they are more than memory takes', async () => {
      await s.start({ waiting: 'Not yet.' })
      const bodies = Array.from({ length: 1_500 }, (_, i) => `${i}`)
      await Promise.all(bodies.map((body) => s.enqueue(body)))
      s.engine.attachWebhook('hook', s.endpoint.port({ concurrency: 1 }))
      while (s.outputs.delivered.length < 1_500) await s.world.pass(1)
      assert.deepEqual(s.endpoint.bodies, bodies)
    }).timeout(20_000)

    it('#46 does not let a dead webhook hold up another', async () => {
      await s.start()
      s.endpoint.answer = () => new Promise(() => {})
      for (let i = 0; i < 50; i++) await s.enqueue(`dead ${i}`)
      const other: string[] = []
      s.engine.attachWebhook(
        'other',
        s.endpoint.port({
          send: async ({ payload }) => {
            other.push(payload.toString())
            return { outcome: OK, attempt: null }
          },
        }),
      )
      await s.enqueue('quick', { webhook: { id: 'other', name: '' } })
      await s.world.rest()
      assert.deepEqual(other, ['quick'])
    })
  })

  describe('when the endpoint asks for patience', () => {
    it('#32 leaves the whole webhook alone for so long, and takes no attempt for it', async () => {
      await s.start()
      s.endpoint.answer = (_, attempt) => (attempt === 1 ? busy(3_000) : OK)
      const id = await s.enqueue('first')
      await s.world.rest()
      await s.enqueue('second')
      await s.world.pass(2_999)
      assert.deepEqual(s.endpoint.bodies, ['first'])
      assert.deepEqual(s.outputs.counts?.waiting, {
        reason: 'The endpoint asked to wait.',
        short: '503',
        until: NOON + 3_000,
      })
      s.endpoint.answer = () => OK
      await s.world.pass(1)
      assert.deepEqual(s.endpoint.bodies.sort(), ['first', 'first', 'second'])
      const detail = await s.engine.get(id)
      assert.deepEqual([detail?.delivery.status, detail?.log.length], ['delivered', 2])
    })

    it('#32 waits for the longest that it asked for', async () => {
      await s.start({ concurrency: 2 })
      const waits = [60_000, 5_000]
      s.endpoint.answer = (_, attempt) => (attempt === 1 ? busy(waits.shift() ?? 1) : OK)
      await Promise.all([s.enqueue('long'), s.enqueue('short')])
      await s.world.pass(59_999)
      assert.equal(s.endpoint.sent.length, 2)
      await s.world.pass(1)
      assert.equal(s.outputs.delivered.length, 2)
    })

    it('#32 #49 waits no longer when the clock is set back meanwhile', async () => {
      await s.start()
      s.endpoint.answer = () => busy(120_000)
      await s.enqueue('x')
      await s.world.rest()
      s.endpoint.answer = () => OK
      s.world.setClock(NOON - 86_400_000)
      await s.world.pass(61_000)
      await s.enqueue('y')
      assert.equal(s.endpoint.sent.length, 1)
      await s.world.pass(120_000)
      assert.equal(s.outputs.delivered.length, 2)
    })

    it('#32 #53 asks another URL at once: it was not that one which asked for a day', async () => {
      await s.start()
      s.endpoint.answer = () => busy(86_400_000)
      await s.enqueue('first')
      await s.world.rest()
      await s.enqueue('second')
      await s.engine.detachWebhook('hook')
      s.endpoint.answer = () => OK
      s.engine.attachWebhook('hook', s.endpoint.port({ url: 'https://new.example' }))
      await s.world.pass(1_000)
      assert.deepEqual(s.endpoint.bodies, ['first', 'second'])
    })

    it('#32 still knows after a restart', async () => {
      await s.start()
      s.endpoint.answer = () => busy(60_000)
      await s.enqueue('first')
      await s.world.rest()
      await s.restart()
      s.endpoint.answer = () => OK
      s.engine.attachWebhook('hook', s.endpoint.port())
      s.engine.attachSender('send', s.outputs.port)
      await s.enqueue('second')
      await s.world.pass(59_999)
      assert.deepEqual(s.endpoint.bodies, ['first'])
      await s.world.pass(1_000)
      assert.deepEqual(s.outputs.delivered.length, 2)
    })

    it('#33 waits a day at the most', async () => {
      await s.start()
      s.endpoint.answer = (_, attempt) => (attempt === 1 ? busy(1e20) : OK)
      await s.enqueue('x')
      await s.world.pass(86_400_000)
      assert.equal(s.outputs.delivered.length, 1)
    })
  })

  describe('when the endpoint is down', () => {
    it('#48 sends a few probes instead of everything, and costs nobody an attempt', async () => {
      await s.start({ schedule: Array.from({ length: 20 }, () => 1_000) })
      s.endpoint.answer = () => DOWN
      for (let i = 0; i < 200; i++) await s.enqueue(`${i}`)
      await s.world.pass(3_600_000)
      // Ten to find out with (and those on their way then), two minutes of growing pauses, then one a minute.
      assert.ok(s.endpoint.sent.length < 100, `${s.endpoint.sent.length} requests`)
      assert.equal(s.outputs.counts?.waiting?.reason, 'Paused after failures.')
      assert.equal(s.outputs.failed.length, 0)
    })

    it('tells the senders at once why their deliveries wait, and until when', async () => {
      await s.start({ schedule: [600_000, 600_000] })
      s.endpoint.answer = () => DOWN
      for (let i = 0; i < 30; i++) await s.enqueue(`${i}`)
      await s.world.pass(250)
      const opened = s.outputs.counts?.waiting
      assert.deepEqual(opened, { reason: 'Paused after failures.', short: '503', until: NOON + 1_000 })
      await s.world.pass(1_000)
      assert.deepEqual(
        s.outputs.counts?.waiting,
        { reason: 'Paused after failures.', short: '503', until: NOON + 3_000 },
        'a probe',
      )

      s.endpoint.answer = () => OK
      await s.world.pass(2_000)
      const between = { reason: 'The last attempt failed.', short: '503', until: NOON + 600_000 }
      assert.deepEqual(s.outputs.counts?.waiting, between, 'what is left had an attempt that failed')
      await s.world.pass(600_000)
      assert.deepEqual([s.outputs.delivered.length, s.outputs.counts?.waiting], [30, null])
    })

    it('tells when the one delivery is tried again, and that it is on its way then', async () => {
      await s.start({ schedule: [7_200_000] })
      s.endpoint.answer = () => DOWN
      await s.enqueue('x')
      await s.world.pass(250)
      const { pending, waiting } = s.outputs.counts!
      assert.deepEqual(
        { pending, waiting },
        { pending: 1, waiting: { reason: 'The last attempt failed.', short: '503', until: NOON + 7_200_000 } },
      )
      let answer = (_: Outcome) => {}
      s.endpoint.answer = () => new Promise((resolve) => (answer = resolve))
      await s.world.pass(7_200_000)
      assert.equal(s.outputs.counts?.waiting, null)
      answer(OK)
    })

    it('tells every sender of a webhook at once that it is paused, though nothing waits', async () => {
      await s.start()
      s.engine.attachSender('send', { ...s.outputs.port, webhook: 'hook' })
      s.endpoint.answer = () => ({
        kind: 'failed',
        error: { code: 'http_status', message: 'x.example answered 410 Gone.' },
        pause: true,
      })
      await s.enqueue('x')
      await s.world.pass(250)
      const { pending, waiting } = s.outputs.counts!
      assert.equal(pending, 0)
      assert.equal(waiting?.short, 'paused (410)')
      await s.engine.resume('hook')
      await s.world.pass(250)
      assert.equal((s.outputs.counts as SenderCounts | null)?.waiting, null)
      await s.engine.pause('hook')
      await s.world.pass(250)
      assert.equal((s.outputs.counts as SenderCounts | null)?.waiting?.short, 'paused')
    })

    it('still knows after a restart when the next try is', async () => {
      await s.start({ schedule: [7_200_000] })
      s.endpoint.answer = () => DOWN
      await s.enqueue('x')
      await s.world.rest()
      await s.restart()
      s.engine.attachWebhook('hook', s.endpoint.port())
      s.engine.attachSender('send', s.outputs.port)
      await s.world.pass(250)
      assert.deepEqual(s.outputs.counts?.waiting, {
        reason: 'The last attempt failed.',
        short: '503',
        until: NOON + 7_200_000,
      })
    })

    it('#47 #48 drains when it is back, all of it, without a stampede', async () => {
      await s.start({ schedule: Array.from({ length: 50 }, () => 60_000), rateLimit: 20 })
      s.endpoint.answer = () => DOWN
      for (let i = 0; i < 100; i++) await s.enqueue(`${i}`)
      await s.world.pass(3 * 3_600_000)
      s.endpoint.answer = () => OK
      const before = s.endpoint.sent.length
      await s.world.pass(70_000)
      assert.equal(s.outputs.delivered.length, 100)
      const times = s.endpoint.sent.slice(before).map(({ at }) => at)
      for (let i = 21; i < times.length; i++) assert.ok(times[i]! - times[i - 21]! >= 1_000, 'at its rate')
    })
  })

  describe('in order', () => {
    const version = (body: string, collection: string) => ({
      event: event(body, { artifact_collection_name: collection }),
    })

    it('#60 sends v1 to v20 of a collection in turn though v3 fails twice, and others meanwhile', async () => {
      await s.start({ ordering: 'collection' })
      s.endpoint.answer = ({ payload }, attempt) => (payload.toString() === 'v3' && attempt < 3 ? DOWN : OK)
      for (let i = 1; i <= 20; i++) await s.enqueue(`v${i}`, version(`v${i}`, 'churn'))
      await s.enqueue('other', version('other', 'fraud'))
      await s.world.pass(500)
      assert.deepEqual(s.endpoint.bodies.sort(), ['other', 'v1', 'v2', 'v3'])
      await s.world.pass(120_000)
      assert.deepEqual(
        s.outputs.delivered.map(({ payload }) => payload.toString()).filter((body) => body !== 'other'),
        Array.from({ length: 20 }, (_, i) => `v${i + 1}`),
      )
      assert.ok(s.endpoint.most <= 2)
    })

    it('#60 lets the next one go when one failed for good', async () => {
      await s.start({ ordering: 'collection' })
      s.endpoint.answer = ({ payload }) => (payload.toString() === 'v1' ? REFUSED : OK)
      for (const body of ['v1', 'v2']) await s.enqueue(body, version(body, 'churn'))
      await s.world.pass(1_000)
      assert.deepEqual([s.outputs.failed.length, s.outputs.delivered.length], [1, 1])
    })

    it('is kept by a queue that was there before it was asked for', async () => {
      await s.start({ waiting: 'Not yet.' })
      for (let i = 1; i <= 5; i++) await s.enqueue(`v${i}`, version(`v${i}`, 'churn'))
      s.engine.attachWebhook('hook', s.endpoint.port({ ordering: 'collection' }))
      await s.world.pass(1_000)
      assert.deepEqual(s.endpoint.bodies, ['v1', 'v2', 'v3', 'v4', 'v5'])
      assert.equal(s.endpoint.most, 1)
    })
  })

  describe('while something is missing', () => {
    it('#54 #55 waits for the webhook, visibly', async () => {
      await s.engine.start()
      s.engine.attachSender('send', s.outputs.port)
      await s.enqueue('x')
      await s.world.pass(300_000)
      assert.deepEqual(
        [s.outputs.counts?.pending, s.outputs.counts?.waiting?.reason],
        [1, 'The webhook is not deployed, or is disabled.'],
      )
      s.engine.attachWebhook('hook', s.endpoint.port())
      await s.world.pass(1_000)
      assert.deepEqual([s.outputs.delivered.length, s.outputs.counts?.pending, s.outputs.counts?.waiting], [1, 0, null])
    })

    it('#56 waits for a credential, in the words of the webhook', async () => {
      await s.start({ waiting: 'The access token has no value.' })
      await s.enqueue('x')
      await s.world.pass(300_000)
      assert.deepEqual(s.outputs.counts?.waiting, {
        reason: 'The access token has no value.',
        short: 'cannot send now',
        until: null,
      })
      assert.deepEqual(s.endpoint.sent, [])
      s.engine.attachWebhook('hook', s.endpoint.port())
      await s.world.rest()
      assert.deepEqual(s.endpoint.bodies, ['x'])
    })

    it('#54 #55 waits for the sender, and does not hold up others', async () => {
      await s.start()
      await s.enqueue('orphan', { sender: { id: 'gone', name: '' } })
      await s.enqueue('x')
      await s.world.pass(1_000)
      assert.deepEqual(s.endpoint.bodies, ['x'])
      const late = new Outputs()
      s.engine.attachSender('gone', late.port)
      await s.world.pass(1_000)
      assert.equal(late.delivered.length, 1)
    })

    it('#54 #55 waits for a sender that went when its delivery was already next in line', async () => {
      await s.start({ rateLimit: 1 })
      for (const body of ['first', 'second', 'third']) await s.enqueue(body)
      await s.world.rest()
      s.engine.detachSender('send')
      await s.world.pass(300_000)
      assert.deepEqual(s.endpoint.bodies, ['first'])
      s.engine.attachSender('send', s.outputs.port)
      await s.world.pass(5_000)
      assert.deepEqual(s.endpoint.bodies, ['first', 'second', 'third'])
    })

    it('gives a sender that was away the outputs it missed', async () => {
      await s.start()
      let answer = (_: typeof OK) => {}
      s.endpoint.answer = () => new Promise((resolve) => (answer = resolve))
      await s.enqueue('x')
      await s.world.rest()
      s.engine.detachSender('send')
      answer(OK)
      await s.world.rest()
      await s.restart()
      s.engine.attachSender('send', s.outputs.port)
      await s.world.rest()
      assert.equal(s.outputs.delivered.length, 1)
      await s.restart()
      s.engine.attachSender('send', s.outputs.port)
      await s.world.rest()
      assert.equal(s.outputs.delivered.length, 1)
    })
  })

  describe('that is paused', () => {
    it('sends nothing until it is resumed, over restarts too', async () => {
      await s.start()
      s.endpoint.answer = () => DOWN
      await s.enqueue('w')
      await s.world.pass(400)
      await s.engine.pause('hook')
      await s.world.pass(400)
      assert.deepEqual(s.outputs.counts?.waiting, { reason: 'Paused by hand.', short: 'paused', until: null })
      s.endpoint.answer = () => OK
      await s.enqueue('x')
      await s.restart()
      s.engine.attachWebhook('hook', s.endpoint.port())
      s.engine.attachSender('send', s.outputs.port)
      await s.world.pass(300_000)
      assert.deepEqual([s.endpoint.bodies, s.outputs.counts?.waiting?.reason], [['w'], 'Paused by hand.'])
      await s.engine.resume('hook')
      await s.world.pass(1_000)
      assert.equal(s.outputs.delivered.length, 2)
    })

    it('#36 #53 because the endpoint is gone, and goes on when it has another URL', async () => {
      await s.start()
      s.endpoint.answer = () => ({ ...REFUSED, pause: true }) as typeof REFUSED
      await s.enqueue('gone')
      await s.world.rest()
      await s.enqueue('waits')
      s.engine.attachWebhook('hook', s.endpoint.port())
      await s.world.pass(60_000)
      assert.deepEqual([s.endpoint.bodies, s.outputs.failed.length], [['gone'], 1])
      s.endpoint.answer = () => OK
      s.engine.attachWebhook('hook', s.endpoint.port({ url: 'https://new.example' }))
      await s.world.rest()
      assert.deepEqual(s.endpoint.bodies, ['gone', 'waits'])
      assert.equal((await s.engine.metrics()).webhooks[0]?.paused, false)
    })
  })

  describe('that redelivers', () => {
    it('#63 makes further attempts of the same delivery, with the schedule from the start', async () => {
      await s.start()
      s.endpoint.answer = () => DOWN
      const id = await s.enqueue('x')
      await s.world.pass(100_000)
      assert.equal(await s.statusOf(id), 'failed')
      s.endpoint.answer = (_, attempt) => (attempt < 5 ? DOWN : OK)
      assert.equal(await s.engine.redelivery.one(id), true)
      await s.world.pass(100_000)
      assert.deepEqual(
        s.endpoint.sent.map((sent) => [sent.id === id, sent.attempt]),
        [1, 2, 3, 4, 5].map((attempt) => [true, attempt]),
      )
      assert.equal(await s.statusOf(id), 'delivered')
      assert.equal(await s.engine.redelivery.one('dlv_none'), false)
    })

    it('#63 takes all that failed, and counts them', async () => {
      await s.start()
      s.endpoint.answer = () => REFUSED
      for (let i = 0; i < 300; i++) await s.enqueue(`${i}`)
      await s.world.rest()
      assert.equal(s.outputs.failed.length, 300)
      s.endpoint.answer = () => OK
      assert.equal(await s.engine.redelivery.many({ webhook: 'hook' }), 300)
      await s.world.pass(1_000)
      assert.equal(s.outputs.delivered.length, 300)
      assert.equal(await s.engine.redelivery.many({}), 0)
    })
  })

  describe('#49 when the clock jumps', () => {
    beforeEach(async () => {
      await s.start({ schedule: [600_000] })
      s.endpoint.answer = (_, attempt) => (attempt === 1 ? DOWN : OK)
      await s.enqueue('x')
      await s.world.rest()
    })

    it('a day ahead, sends what is due then once', async () => {
      s.world.setClock(NOON + 86_400_000)
      await s.world.pass(61_000)
      assert.deepEqual([s.endpoint.sent.length, s.outputs.delivered.length], [2, 1])
    })

    it('a day back, does not freeze for a day', async () => {
      s.world.setClock(NOON - 86_400_000)
      await s.world.pass(600_000 + 61_000)
      assert.equal(s.outputs.delivered.length, 1)
      assert.deepEqual(s.logged, ['The clock was set back by 86400 s; deliveries that wait go with it.'])
    })

    it('a day back while nothing ran, does not freeze either', async () => {
      await s.stop()
      s.world.setClock(NOON - 86_400_000)
      s.engine = s.makeEngine()
      await s.start({ schedule: [600_000] })
      await s.world.pass(601_000)
      assert.equal(s.outputs.delivered.length, 1)
    })
  })

  describe('that stops', () => {
    it('#64 lets requests end that can, and sends the others again', async () => {
      await s.start()
      s.endpoint.answer = ({ payload }) =>
        payload.toString() === 'slow'
          ? new Promise(() => {})
          : new Promise((resolve) => s.world.setTimeout(() => resolve(OK), 1_000))
      const slow = await s.enqueue('slow')
      const quick = await s.enqueue('quick')
      await s.world.rest()
      await s.stop(3_000)
      s.engine = s.makeEngine()
      s.endpoint.answer = () => OK
      await s.start()
      await s.world.pass(1_000)
      assert.equal(await s.statusOf(quick), 'delivered')
      assert.equal(s.endpoint.sent.filter(({ id }) => id === quick).length, 1, 'its answer was waited for')
      const log = (await s.engine.get(slow))?.log
      assert.deepEqual(
        log?.map(({ error }) => error?.code),
        ['interrupted', undefined],
      )
      assert.deepEqual(
        s.endpoint.sent.filter(({ id }) => id === slow).map(({ attempt }) => attempt),
        [1, 2],
      )
    })

    it('closes at once when the process ends, and sends again what was on its way', async () => {
      await s.start()
      s.endpoint.answer = () => new Promise(() => {})
      const id = await s.enqueue('x')
      await s.world.rest()
      s.engine.closeNow()
      s.engine = s.makeEngine()
      s.endpoint.answer = () => OK
      await s.start()
      await s.world.rest()
      assert.deepEqual(
        (await s.engine.get(id))?.log.map(({ error }) => error?.code),
        ['interrupted', undefined],
      )
      assert.equal(
        s.logged.some((line) => /not closed properly/.test(line)),
        false,
      )
    })

    it('#52 lets a webhook go at its deadline, and its delivery on with the next deployment', async () => {
      await s.start()
      s.endpoint.answer = () => new Promise(() => {})
      await s.enqueue('x')
      await s.world.rest()
      const gone = s.engine.detachWebhook('hook', { deadlineMs: 3_000 })
      s.endpoint.answer = () => OK
      s.engine.attachWebhook('hook', s.endpoint.port())
      await s.world.pass(3_000)
      await gone
      await s.world.pass(1_000)
      assert.deepEqual([s.endpoint.sent.length, s.outputs.delivered.length], [2, 1])
    })
  })

  describe('after a crash', () => {
    const match = () => ({ automations: ['auto'], traceable: ['auto'] })
    async function crash(): Promise<void> {
      const copy = copyAsKilled(s.path, join(s.dir, 'copy'))
      await s.stop()
      s.engine = s.makeEngine(copy)
    }
    async function taken(): Promise<string[]> {
      const events: ArtifactEvent[] = []
      for await (const { event: again } of s.engine.takeUnrouted(match)) events.push(again)
      return events.map(({ event_id }) => event_id)
    }

    it('#1 hands out again what did not reach its sender, and what came in the last seconds', async () => {
      await s.start()
      await s.engine.accept('src', [event('reached'), event('lost')], { routed: true })
      await s.enqueue('x', { event: event('reached') })
      await s.world.pass(20_000)
      await s.engine.accept('src', [event('last')], { routed: true })
      await s.enqueue('y', { event: event('last') })
      await crash()
      await s.engine.start()
      assert.deepEqual(await taken(), ['lost', 'last'])
      assert.deepEqual(await taken(), [], 'once')
    })

    it('hands out nothing when it was idle for more than a minute before', async () => {
      await s.start()
      await s.engine.accept('src', [event('filtered')], { routed: true })
      await s.world.pass(200_000)
      await crash()
      await s.engine.start()
      assert.deepEqual(await taken(), [])
    })

    it('hands out what came while the flows were stopped, and forgets it a minute later', async () => {
      await s.start()
      await s.engine.accept('src', [event('kept')], { routed: false })
      await s.restart()
      assert.deepEqual(await taken(), ['kept'])
      await s.restart()
      assert.deepEqual(await taken(), ['kept'], 'it was not given the time to settle')
      await s.world.pass(130_000)
      await s.restart()
      assert.deepEqual(await taken(), [])
    })
  })

  describe('with a store that fails', () => {
    it('says so, refuses, and goes on by itself when the other owner is gone', async () => {
      const other = s.makeEngine()
      await other.start()
      const problems: (string | null)[] = []
      s.engine.onProblem((problem) => problems.push(problem?.statusText ?? null))
      await s.start()
      assert.equal(s.engine.problem?.statusText, 'store in use elsewhere')
      await assert.rejects(s.engine.accept('src', [event('a')], { routed: true }), { code: 'store_unavailable' })
      await other.stop({ deadlineMs: 0 })
      await s.world.pass(30_000)
      assert.deepEqual(problems, ['store in use elsewhere', null])
      await s.enqueue('x')
      await s.world.rest()
      assert.equal(s.outputs.delivered.length, 1)
    })

    it('refuses at once, in the words of the failure, until the store was seen to work', async () => {
      await s.start()
      s.store.full = true
      await assert.rejects(s.enqueue('x'), { message: 'The disk is full.' })
      s.store.full = false
      await assert.rejects(s.enqueue('x'), { message: 'The disk is full.' })
      await assert.rejects(s.engine.get('x'), { message: 'The disk is full.' })
      await s.world.pass(1_000)
      await s.enqueue('x')
      assert.deepEqual(s.logged, ['The disk is full.', 'The delivery store works again.'])
    })

    it('logs what nobody waits for', async () => {
      await s.start()
      s.store.reorder = () => Promise.reject(new Error('no such column'))
      s.engine.attachWebhook('hook', s.endpoint.port({ ordering: 'collection' }))
      await s.world.rest()
      assert.deepEqual(s.logged, ['no such column'])
    })

    it('refuses everything once it was stopped', async () => {
      await s.start()
      await s.stop()
      await assert.rejects(s.enqueue('x'), { code: 'store_unavailable', message: 'The delivery store is not open.' })
    })
  })

  describe('#11 #12 on a disk that is full for a while', () => {
    it('refuses what is new, sends nothing more, and asks nobody twice who has answered', async () => {
      await s.start({ concurrency: 1 })
      let answer = (_: typeof OK) => {}
      s.endpoint.answer = () =>
        new Promise((resolve) => {
          answer = resolve
        })
      const first = await s.enqueue('first')
      await s.enqueue('second')
      await s.world.rest()
      s.store.full = true
      await assert.rejects(s.engine.accept('src', [event('a')], { routed: true }), { code: 'store_unavailable' })
      answer(OK)
      await s.world.pass(40_000)
      assert.deepEqual([s.endpoint.bodies, s.outputs.delivered.length], [['first'], 0])
      assert.equal(s.outputs.counts?.waiting?.reason, 'The disk is full.')

      s.store.full = false
      s.endpoint.answer = () => OK
      await s.world.pass(31_000)
      assert.deepEqual([s.endpoint.bodies, s.outputs.delivered.length], [['first', 'second'], 2])
      assert.equal((await s.engine.get(first))?.log.length, 1)
    })

    it('hands out events again whose deliveries could not be stored', async () => {
      await s.start()
      await s.engine.accept('src', [event('e')], { routed: true })
      s.store.full = true
      await assert.rejects(s.enqueue('x', { event: event('e') }), { code: 'store_unavailable' })
      s.store.full = false
      await s.world.pass(31_000)
      const again: string[] = []
      for await (const { event: found } of s.engine.takeUnrouted(() => ({
        automations: ['auto'],
        traceable: ['auto'],
      })))
        again.push(found.event_id)
      assert.deepEqual(again, ['e'])
    })
  })

  it('counts what it does', async () => {
    await s.start()
    await s.engine.accept('src', [event('a'), event('a'), event('b')], { routed: true })
    s.endpoint.answer = ({ payload }, attempt) => (payload.toString() === 'bad' ? REFUSED : attempt === 1 ? DOWN : OK)
    await s.enqueue('bad')
    await s.enqueue('good')
    await s.world.pass(500)
    const before = await s.engine.metrics()
    assert.equal(before.queueAgeMs, 500)
    await s.world.pass(1_000)
    const { accepted, duplicates, queueAgeMs, webhooks } = await s.engine.metrics()
    assert.deepEqual([accepted, duplicates, queueAgeMs], [2, 1, 0])
    const [{ delivered, failed, retries, pending, latency } = assert.fail()] = webhooks
    assert.deepEqual([delivered, failed, retries, pending], [1, 1, 1, 0])
    assert.deepEqual([latency.count, latency.sumMs, latency.buckets[0]], [3, 9, 3])
  })
})
