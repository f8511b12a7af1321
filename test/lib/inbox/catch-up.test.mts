import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DeliveryEngine } from '../../../dist/lib/engine/engine.js'
import { AutomationError } from '../../../dist/lib/error.js'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import { CatchUp } from '../../../dist/lib/inbox/catch-up.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { eventually } from '../../e2e/harness/wait.mts'
import { event as eventWith } from '../../nodes/automation.mts'

describe('catching up', () => {
  let folder: string
  let engine: DeliveryEngine
  let time: number
  let timers: { call: () => void; at: number }[]
  let emitted: string[]
  let tried: string[]
  let isAtWork: boolean
  let unfinished: (eventId: string, isSettled: boolean) => boolean

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-catch-up-'))
    engine = await open()
    time = Date.now()
    timers = []
    emitted = []
    tried = []
    isAtWork = true
    unfinished = () => true
  })
  afterEach(async () => {
    await engine.stop({ deadlineMs: 0 })
    await rm(folder, { recursive: true })
  })

  async function open(): Promise<DeliveryEngine> {
    const opened = new DeliveryEngine({
      store: new SqliteStore({ path: path.join(folder, 'store.db') }),
      clock: { now: Date.now },
      timers: { setTimeout, clearTimeout },
      random: Math.random,
      log: { info() {}, warn() {}, error() {} },
      retentionDays: 30,
    })
    await opened.start()
    return opened
  }

  const made = (keeper: () => Promise<DeliveryEngine> = async () => engine) =>
    new CatchUp({
      keeper,
      emit: (automation, { event_id }) => {
        tried.push(event_id)
        if (isAtWork) emitted.push(`${automation} ${event_id}`)
        return isAtWork
      },
      isUnfinished: async (_, { event_id }, isSettled) => unfinished(event_id, isSettled),
      isRunning: () => isAtWork,
      now: () => time,
      later: (call, ms) => timers.push({ call, at: time + ms }),
    })
  const passed = (ms: number) => {
    time += ms
    for (const { call } of timers.filter(({ at }) => at <= time)) call()
    timers = timers.filter(({ at }) => at > time)
  }
  const event = (id: string) => parseEvent(eventWith({ event_id: id }), { receivedAt: new Date(), newId: () => 'x' })
  const stored = async (...ids: string[]) => {
    const events = ids.map(event)
    await engine.accept('source', events, { routed: true })
    const known = await Promise.all(ids.map((id) => engine.event('source', id)))
    return known.map((one) => one ?? assert.fail('it is stored'))
  }
  const noted = async () =>
    [...(await engine.cursor('catch-up')).parts.keys()].map((key) => JSON.parse(key)[2] as string)
  const emittedTo = (count: number) =>
    eventually(async () => tried.length === count, `${tried.length} of ${count} tried`)
  const nothingNoted = () => eventually(async () => (await noted()).length === 0, 'something stays noted')

  it('notes in the store what it hands over, before it does, and forgets it when it has reached its senders', async () => {
    const catchUp = made()
    const handing = catchUp.hand('a', await stored('e1', 'e2'))
    await emittedTo(2)
    assert.deepEqual(emitted, ['a e1', 'a e2'])
    assert.deepEqual((await noted()).sort(), ['e1', 'e2'])
    for (const id of ['e1', 'e2']) catchUp.settled('a', 'source', id)
    await handing
    passed(1_000)
    assert.equal((await noted()).length, 2, 'a second branch may be just behind')
    passed(1_500)
    passed(2_500)
    await nothingNoted()
  })

  it('goes on after two seconds when messages reach no sender, and forgets them after a minute', async () => {
    const catchUp = made()
    let isOver = false
    const handing = catchUp.hand('a', await stored('e1')).then(() => {
      isOver = true
    })
    await emittedTo(1)
    assert.equal(isOver, false)
    passed(2_000)
    await handing
    for (let seconds = 0; seconds < 70; seconds += 2) passed(2_000)
    await nothingNoted()
  })

  it('hands over again what a crash caught on its way, once the flows run, to that automation alone', async () => {
    const crashed = made()
    void crashed.hand('a', await stored('e1', 'e2', 'e3'))
    await emittedTo(3)
    await engine.stop({ deadlineMs: 0 })
    engine = await open()
    emitted = []
    unfinished = (id) => id !== 'e2'
    const next = made()
    await next.resume()
    assert.deepEqual(emitted, ['a e1', 'a e3'])
    await next.resume()
    assert.deepEqual(emitted, ['a e1', 'a e3', 'a e1', 'a e3'], 'until it has settled')
    for (const id of ['e1', 'e3']) next.settled('a', 'source', id)
    for (const _ of [1, 2, 3]) passed(2_500)
    await nothingNoted()
    await next.resume()
    assert.equal(emitted.length, 4)
  })

  it('tells of what had settled when flows are deployed anew', async () => {
    const catchUp = made()
    const handing = catchUp.hand('a', await stored('e1', 'e2'))
    await emittedTo(2)
    catchUp.settled('a', 'source', 'e1')
    const told: [string, boolean][] = []
    unfinished = (id, isSettled) => {
      told.push([id, isSettled])
      return !isSettled
    }
    await catchUp.resume()
    assert.deepEqual(told, [
      ['e1', true],
      ['e2', false],
    ])
    assert.deepEqual(emitted.slice(2), ['a e2'])
    passed(2_000)
    await handing
  })

  it('keeps what it could not hand over for the moment in which the flows start', async () => {
    isAtWork = false
    const catchUp = made()
    const handing = catchUp.hand('a', await stored('e1'))
    await emittedTo(1)
    assert.deepEqual([emitted, await noted()], [[], ['e1']])
    isAtWork = true
    await catchUp.resume()
    assert.deepEqual(emitted, ['a e1'])
    passed(2_000)
    await handing
  })

  it('hands over nothing that it could not note', async () => {
    const failing = new Proxy(engine, {
      get(target, name) {
        const full = new AutomationError('store_unavailable', 'The disk is full.')
        if (name === 'accept') return () => Promise.reject(full)
        const value = Reflect.get(target, name, target) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const events = await stored('e1')
    await assert.rejects(made(async () => failing).hand('a', events), { code: 'store_unavailable' })
    assert.deepEqual(emitted, [])
  })

  it('is not disturbed by another one that notes at the same time', async () => {
    const [one, other] = [made(), made()]
    const events = await stored(...Array.from({ length: 20 }, (_, index) => `e${index}`))
    const handing = events.map((each, index) => (index % 2 ? one : other).hand('a', [each]))
    await emittedTo(20)
    passed(2_000)
    await Promise.all(handing)
    assert.equal((await noted()).length, 20)
  })
})
