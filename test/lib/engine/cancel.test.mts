import assert from 'node:assert/strict'
import type { Outcome } from '../../../dist/lib/delivery/lane-port.js'
import { DOWN, OK, SetUp } from './set-up.mts'

describe('an engine that cancels', () => {
  let s: SetUp
  beforeEach(() => {
    s = new SetUp()
  })
  afterEach(() => s.remove())

  const cancel = (id: string) => s.engine.cancellation.one(id)
  const errorOf = async (id: string) => (await s.engine.get(id))?.delivery.error?.code
  const pending = async () => (await s.engine.metrics()).webhooks[0]?.pending
  const all = { before: null, limit: Number.POSITIVE_INFINITY }

  it('ends what waits for its next attempt: no request follows, and its sender says so', async () => {
    await s.start()
    s.endpoint.answer = () => DOWN
    const id = await s.enqueue('x')
    await s.world.rest()
    assert.equal(await cancel(id), true)
    await s.world.pass(100_000)
    assert.equal(s.endpoint.sent.length, 1)
    assert.deepEqual([await s.statusOf(id), await errorOf(id), await pending()], ['failed', 'cancelled', 0])
    assert.deepEqual(
      s.outputs.failed.map(({ delivery }) => [delivery.id, delivery.error?.code]),
      [[id, 'cancelled']],
    )
    assert.equal((await s.engine.get(id))?.log.length, 1)
  })

  it('ends what a paused webhook holds back, in memory or on disk', async () => {
    await s.start({ concurrency: 1 })
    let answer: (outcome: Outcome) => void = () => {}
    s.endpoint.answer = () => new Promise((resolve) => (answer = resolve))
    await s.enqueue('flies')
    const inMemory = await s.enqueue('waits')
    await s.engine.pause('hook')
    const onDisk = await s.enqueue('comes later')
    for (const id of [inMemory, onDisk]) assert.equal(await cancel(id), true)
    assert.deepEqual([await s.statusOf(inMemory), await s.statusOf(onDisk)], ['failed', 'failed'])
    answer(OK)
    await s.engine.resume('hook')
    await s.world.pass(100_000)
    assert.deepEqual(s.endpoint.bodies, ['flies'])
  })

  for (const [how, outcome, status] of [
    ['fails, none follows', DOWN, 'failed'],
    ['arrives, it is delivered', OK, 'delivered'],
  ] as const) {
    it(`lets a request that is on its way decide: when it ${how}`, async () => {
      await s.start()
      let answer: (outcome: Outcome) => void = () => {}
      s.endpoint.answer = () => new Promise((resolve) => (answer = resolve))
      const id = await s.enqueue('x')
      await s.world.rest()
      assert.equal(await cancel(id), true)
      assert.equal(await s.statusOf(id), 'pending')
      answer(outcome)
      await s.world.pass(100_000)
      assert.deepEqual([await s.statusOf(id), s.endpoint.sent.length, await pending()], [status, 1, 0])
      assert.equal(await errorOf(id), status === 'failed' ? 'cancelled' : undefined)
    })
  }

  it('keeps the output of a sender that is away', async () => {
    await s.start()
    await s.engine.pause('hook')
    const id = await s.enqueue('x')
    s.engine.detachSender('send')
    assert.equal(await cancel(id), true)
    assert.equal(s.outputs.failed.length, 0)
    s.engine.attachSender('send', s.outputs.port)
    await s.world.rest()
    assert.deepEqual(
      s.outputs.failed.map(({ delivery }) => delivery.error?.code),
      ['cancelled'],
    )
  })

  it('lets the successor in a collection go on', async () => {
    await s.start({ ordering: 'collection' })
    s.endpoint.answer = ({ payload }) => (payload.toString() === '1' ? DOWN : OK)
    const first = await s.enqueue('1')
    await s.enqueue('2')
    await s.world.rest()
    assert.deepEqual(s.endpoint.bodies, ['1'])
    await cancel(first)
    await s.world.rest()
    assert.deepEqual(s.endpoint.bodies, ['1', '2'])
  })

  it('knows when nothing is pending under an id', async () => {
    await s.start()
    const id = await s.enqueue('x')
    await s.world.rest()
    assert.deepEqual([await cancel(id), await cancel('dlv_none')], [false, false])
    assert.equal(await s.statusOf(id), 'delivered')
  })

  it('sends one again that is redelivered after it was cancelled', async () => {
    await s.start()
    s.endpoint.answer = () => DOWN
    const id = await s.enqueue('x')
    await s.world.rest()
    await cancel(id)
    s.endpoint.answer = () => OK
    assert.equal(await s.engine.redelivery.one(id), true)
    await s.world.rest()
    assert.equal(await s.statusOf(id), 'delivered')
  })

  it('takes what fits a filter by pages, each once', async () => {
    await s.start()
    await s.engine.pause('hook')
    for (let i = 0; i < 450; i++) await s.enqueue(`${i}`)
    const first = await s.engine.cancellation.page({ webhook: 'hook' }, { before: null, limit: 100 })
    assert.deepEqual([first.count, await pending()], [100, 350])
    assert.notEqual(first.next, null)
    const rest = await s.engine.cancellation.page({ webhook: 'hook' }, { ...all, before: first.next })
    assert.deepEqual([rest, await pending()], [{ count: 350, next: null }, 0])
    assert.equal((await s.engine.cancellation.page({ webhook: 'hook' }, all)).count, 0)
    assert.equal(await s.engine.count({ status: 'failed' }), 450)
    await s.engine.resume('hook')
    await s.world.rest()
    assert.equal(s.endpoint.sent.length, 0)
  })

  it('redelivers by pages too, each once', async () => {
    await s.start()
    s.endpoint.answer = () => ({ kind: 'failed', error: { code: 'http_status', message: 'No.' } })
    for (let i = 0; i < 5; i++) await s.enqueue(`${i}`)
    await s.world.rest()
    await s.engine.pause('hook')
    let before: string | null = null
    const counts: number[] = []
    do {
      const page = await s.engine.redelivery.page({ webhook: 'hook' }, { before, limit: 2 })
      counts.push(page.count)
      before = page.next
    } while (before !== null)
    assert.deepEqual([counts, await pending()], [[2, 2, 1], 5])
  })
})
