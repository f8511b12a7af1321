import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LanePort } from '../../../dist/lib/delivery/lane-port.js'
import { DeliveryEngine } from '../../../dist/lib/engine/engine.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { event, NOON } from '../store/make.mts'
import { FakeWorld } from './fake-world.mts'
import { atOnce, DOWN, Endpoint, OK, Outputs } from './set-up.mts'
import { SharedFile, type SharedStore } from './shared-file.mts'

const HOOK = 'webhook/hook'

/** One Node-RED of several on a store. */
interface Instance {
  readonly engine: DeliveryEngine
  readonly owner: SharedStore
  /** What this one sent, and to which outputs it led here. */
  readonly endpoint: Endpoint
  readonly outputs: Outputs
}

describe('two engines on one store', () => {
  let folder: string
  let world: FakeWorld
  let file: SharedFile
  let one: Instance
  let other: Instance
  const logged: string[] = []

  async function instance(port: Partial<LanePort>): Promise<Instance> {
    const { owner, store } = file.owner()
    const log = (text: string) => void logged.push(text)
    const engine = new DeliveryEngine({
      store,
      clock: world,
      timers: world,
      random: () => 0.5,
      log: { info: log, warn: log, error: log },
      retentionDays: 30,
    })
    const endpoint = new Endpoint(world)
    const outputs = new Outputs()
    await engine.start()
    engine.attachWebhook('hook', endpoint.port(port))
    engine.attachSender('send', outputs.port)
    await world.rest()
    return { engine, owner, endpoint, outputs }
  }

  async function start(port: Partial<LanePort> = {}) {
    one = await instance(port)
    other = await instance(port)
  }

  const post = (to: Instance, id: string) =>
    to.engine.enqueue({
      event: event(id),
      automation: { id: 'auto', name: '' },
      webhook: { id: 'hook', name: 'CI' },
      sender: { id: 'send', name: '' },
      payload: Buffer.from(id),
      slots: [],
      message: {},
    })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'artifact-owners-'))
    world = new FakeWorld(NOON)
    const later = (call: () => void) => void setImmediate(call)
    file = new SharedFile(
      new SqliteStore({ path: join(folder, 'store.db'), ballastBytes: 4096, later, fdatasync: atOnce }),
    )
    logged.length = 0
  })
  afterEach(async () => {
    await Promise.all([one, other].map(({ engine }) => engine.stop({ deadlineMs: 0 })))
    rmSync(folder, { recursive: true })
  })

  it('send what both take through the one that has the lane, which puts out the results', async () => {
    await start()
    await post(one, 'a')
    await post(other, 'b')
    await world.rest()
    assert.deepEqual([one.endpoint.bodies, other.endpoint.bodies], [['a', 'b'], []])
    assert.deepEqual([one.outputs.delivered.length, other.outputs.delivered.length], [2, 0])
    assert.deepEqual(
      await Promise.all(
        [one, other].map(
          async ({ engine }) => (await engine.list({ status: 'delivered' }, { limit: 9 })).deliveries.length,
        ),
      ),
      [2, 2],
      'both know the history',
    )
  })

  it('say that another instance sends, where nobody sends', async () => {
    await start({ waiting: null })
    one.endpoint.answer = () => DOWN
    await post(one, 'a')
    await world.rest()
    await world.pass(300)
    assert.equal(other.outputs.counts?.pending, 1)
    assert.equal(other.outputs.counts?.waiting?.reason, 'Another instance sends for this webhook.')
    assert.equal(one.outputs.counts?.waiting?.reason.startsWith('Another'), false)
  })

  it('go on under the same id when the lane passes on, and the one that lost it sends and records nothing more', async () => {
    await start({ concurrency: 1 })
    let release: (outcome: typeof OK) => void = () => {}
    one.endpoint.answer = () => new Promise((resolve) => (release = resolve as typeof release))
    await post(one, 'a')
    await post(one, 'b')
    await world.rest()
    assert.deepEqual(one.endpoint.bodies, ['a'])

    await file.move(HOOK, other.owner)
    release(OK)
    await world.rest()
    assert.deepEqual([one.endpoint.bodies, other.endpoint.bodies], [['a'], ['a', 'b']])
    assert.equal(other.endpoint.sent[0]?.id, one.endpoint.sent[0]?.id)
    assert.deepEqual([one.outputs.delivered.length, other.outputs.delivered.length], [0, 2])
    const { deliveries } = await other.engine.list({}, { limit: 9 })
    assert.deepEqual(
      deliveries.map(({ status, attempts }) => [status, attempts]),
      [
        ['delivered', 1],
        ['delivered', 1],
      ],
    )
  })

  it('send nothing for a lane that was lost without a word, as by a process that slept', async () => {
    await start({ concurrency: 1 })
    let release: (outcome: typeof OK) => void = () => {}
    one.endpoint.answer = () => new Promise((resolve) => (release = resolve as typeof release))
    for (const id of ['a', 'b', 'c']) await post(one, id)
    await world.rest()
    await file.move(HOOK, other.owner, { heard: false })
    await world.rest()
    release(OK)
    await world.rest()
    assert.deepEqual([one.endpoint.bodies, other.endpoint.bodies], [['a'], ['a', 'b', 'c']])
    assert.deepEqual(
      logged.filter((line) => /not stored|lease/i.test(line)),
      [],
    )
  })

  it('keep the order of a collection while the lane passes to and fro', async () => {
    await start({ ordering: 'collection', concurrency: 4 })
    const ids = Array.from({ length: 12 }, (_, index) => `e${index}`)
    const arrived: string[] = []
    for (const { endpoint } of [one, other]) {
      endpoint.answer = ({ payload }) => {
        arrived.push(payload.toString())
        return OK
      }
    }
    for (const [index, id] of ids.entries()) {
      await post(index % 2 === 0 ? one : other, id)
      if (index % 3 === 2) await file.move(HOOK, index % 2 === 0 ? other.owner : one.owner)
    }
    await world.rest()
    const firsts = [...new Set(arrived)]
    assert.deepEqual(firsts, ids)
  })

  it('pause and go on together, whoever is asked', async () => {
    await start()
    await other.engine.pause('hook')
    await post(one, 'a')
    await world.rest()
    assert.deepEqual(one.endpoint.bodies, [])
    await other.engine.resume('hook')
    await world.rest()
    assert.deepEqual(one.endpoint.bodies, ['a'])
  })

  it('redeliver from either', async () => {
    await start({ schedule: [] })
    one.endpoint.answer = () => DOWN
    const { delivery } = await post(one, 'a')
    await world.rest()
    assert.equal(one.outputs.failed.length, 1)
    one.endpoint.answer = () => OK
    await one.engine.redelivery.one(delivery.id)
    await world.rest()
    assert.equal(one.outputs.delivered.length, 1)
  })

  it('hear of a pause that comes while one of them opens the store', async () => {
    one = await instance({})
    const states = file.file.webhookStates.bind(file.file)
    file.file.webhookStates = async () => {
      file.file.webhookStates = states
      const before = await states()
      await one.engine.pause('hook')
      return before
    }
    other = await instance({})
    await file.move(HOOK, other.owner)
    await post(other, 'a')
    await world.rest()
    assert.deepEqual(other.endpoint.bodies, [])
  })
})
