import assert from 'node:assert/strict'
import { event, NOON } from '../store/make.mts'
import { SetUp } from './set-up.mts'

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

describe('what the delivery engine keeps', () => {
  let s: SetUp

  beforeEach(() => {
    s = new SetUp()
  })
  afterEach(() => s.remove())

  /** The clock says that so many days are over, and the engine has had the time to see it. */
  async function daysLater(days: number): Promise<void> {
    s.world.setClock(NOON + days * DAY_MS)
    await s.world.pass(HOUR_MS + 60_000)
  }

  describe('of its history', () => {
    let done: string
    let waiting: string

    beforeEach(async () => {
      await s.start()
      done = await s.enqueue('done')
      await s.world.rest()
      await s.engine.pause('hook')
      waiting = await s.enqueue('waiting')
    })

    const kept = async () => [await s.statusOf(done), await s.statusOf(waiting)]

    it('is as many days as it was told to keep, and all that is pending', async () => {
      await daysLater(29.9)
      assert.deepEqual(await kept(), ['delivered', 'pending'])
      await daysLater(30)
      assert.deepEqual(await kept(), [undefined, 'pending'])
    })

    it('is fewer days at once when it is told so', async () => {
      await daysLater(8)
      s.engine.keepFor(7)
      await s.world.pass(1_000)
      assert.deepEqual(await kept(), [undefined, 'pending'])
    })

    it('is more days when it is told so', async () => {
      s.engine.keepFor(90)
      await daysLater(89)
      assert.deepEqual(await kept(), ['delivered', 'pending'])
      await daysLater(90)
      assert.deepEqual(await kept(), [undefined, 'pending'])
    })

    it('is everything when it is to be kept for ever', async () => {
      s.engine.keepFor(Number.POSITIVE_INFINITY)
      await daysLater(36_500)
      assert.deepEqual(await kept(), ['delivered', 'pending'])
    })
  })

  describe('of its events', () => {
    const isDuplicate = async () => {
      const [accepted] = await s.engine.accept('src', [event('e')], { routed: true })
      return accepted?.duplicate
    }

    beforeEach(async () => {
      await s.start()
      assert.equal(await isDuplicate(), false)
      // the newest one stays, so that its number is not given again
      await s.engine.accept('src', [event('newest')], { routed: true })
    })

    it('is as much as of its history, so that an event is known when it comes again', async () => {
      await daysLater(29.9)
      assert.equal(await isDuplicate(), true)
      await daysLater(30)
      assert.equal(await isDuplicate(), false)
    })

    it('is three days at least', async () => {
      s.engine.keepFor(1)
      await daysLater(2.9)
      assert.equal(await isDuplicate(), true)
      await daysLater(3)
      assert.equal(await isDuplicate(), false)
    })
  })

  describe('of results', () => {
    it('is no more than the disk is behind: then it sends nothing until the disk has caught up', async () => {
      let caughtUp = () => {}
      const disk = new Promise<void>((resolve) => {
        caughtUp = resolve
      })
      await s.start({ concurrency: 8 })
      const record = s.store.record.bind(s.store)
      s.store.record = async (result) => {
        await disk
        return record(result)
      }
      const bodies = Array.from({ length: 400 }, (_, index) => `${index}`)
      await Promise.all(bodies.map((body) => s.enqueue(body)))
      await s.world.pass(1_000)
      const sent = s.endpoint.sent.length
      assert.ok(sent >= 256 && sent <= 256 + 8, `${sent} were sent`)
      assert.equal(s.outputs.delivered.length, 0)

      caughtUp()
      await s.world.pass(1_000)
      assert.deepEqual(s.endpoint.bodies.toSorted(), bodies.toSorted())
      assert.equal(s.outputs.delivered.length, 400)
    })

    it('is said when one can never be stored: it is sent again after a restart', async () => {
      await s.start()
      s.store.record = () => Promise.reject(new Error('no such table'))
      const id = await s.enqueue('x')
      await s.world.rest()
      assert.deepEqual(s.logged, [
        `The result of delivery ${id} is not stored, so Node-RED sends it again after its next start: no such table`,
      ])
      assert.deepEqual([s.endpoint.sent.length, s.outputs.delivered.length], [1, 0])

      await s.restart()
      await s.start()
      assert.deepEqual([s.endpoint.sent.length, s.outputs.delivered.length], [2, 1])
    })
  })
})
