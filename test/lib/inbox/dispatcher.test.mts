import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { compilePattern } from '../../../dist/lib/alias/pattern.js'
import { compileRule, type RuleSettings } from '../../../dist/lib/automations/rule.js'
import { DeliveryEngine } from '../../../dist/lib/engine/engine.js'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import { Dispatcher } from '../../../dist/lib/inbox/dispatcher.js'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { event as eventWith } from '../../nodes/automation.mts'

const anyAlias = compileRule({ scope: 'registry', events: ['ADD_ARTIFACT_ALIAS'] } as unknown as RuleSettings, false)

describe('the dispatcher', () => {
  let folder: string
  let engine: DeliveryEngine
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-dispatcher-'))
    engine = new DeliveryEngine({
      store: new SqliteStore({ path: path.join(folder, 'store.db') }),
      clock: { now: Date.now },
      timers: { setTimeout, clearTimeout },
      random: Math.random,
      log: { info() {}, warn() {}, error() {} },
      retentionDays: 30,
    })
    await engine.start()
  })
  afterEach(async () => {
    await engine.stop({ deadlineMs: 0 })
    await rm(folder, { recursive: true })
  })

  const event = (id: string) =>
    parseEvent(eventWith({ event_id: id }), { receivedAt: new Date(), newId: () => 'unused' })

  for (let steps = 0; steps < 12; steps += 1) {
    it(`#52 hands over an event that came while flows were stopped, and is being stored when they start (${steps} steps before)`, async () => {
      const dispatcher = new Dispatcher(async () => engine, Date.now)
      const { promise: handedOver, resolve: emit } = Promise.withResolvers<string>()
      const automation = {
        id: 'trigger',
        source: 'source',
        rule: anyAlias,
        emit: ({ event_id: id }: { event_id: string }) => emit(id),
      }
      dispatcher.register(automation)
      const accepting = dispatcher.accept('source', [event('between')])
      for (let taken = 0; taken < steps; taken += 1) await null
      await dispatcher.flowsStarted(new Set(['trigger']))
      await accepting
      assert.equal(await handedOver, 'between')
    })
  }

  it('leaves the event loop to others while many events are matched with a pattern that takes long', async () => {
    const dispatcher = new Dispatcher(async () => engine, Date.now)
    const nasty = compilePattern('(.{1,30}x){10}$')
    const rule = { ...anyAlias, trigger: { ...anyAlias.trigger, pattern: nasty } }
    const emitted: string[] = []
    dispatcher.register({ id: 'trigger', source: 'source', rule, emit: ({ event_id: id }) => emitted.push(id) })
    await dispatcher.flowsStarted(new Set(['trigger']))
    const alias = `${'ax'.repeat(511)}y`
    const events = Array.from({ length: 6_000 }, (_, n) => ({ ...event(`e${n}`), alias }))
    let [turns, over] = [0, false]
    const turn = () => {
      turns += 1
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    await dispatcher.accept('source', events)
    over = true
    assert.ok(turns > 20, `${turns} turns`)
    assert.deepEqual(emitted, [])
  })

  it('hands over what a redeploy caught also when the store fails while it is read back', async () => {
    const failing = { now: false }
    const flaky = new Proxy(engine, {
      get(target, name) {
        if (name === 'event' && failing.now) return () => Promise.reject(new Error('the store is away'))
        const value = Reflect.get(target, name, target) as unknown
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const dispatcher = new Dispatcher(async () => flaky, Date.now)
    const emitted: string[] = []
    dispatcher.register({
      id: 'trigger',
      source: 'source',
      rule: anyAlias,
      emit: ({ event_id: id }: { event_id: string }) => emitted.push(id),
    })
    await dispatcher.flowsStarted(new Set(['trigger']))
    await dispatcher.accept('source', [event('first'), event('second')])
    emitted.length = 0
    dispatcher.flowsStopping()
    failing.now = true
    await assert.rejects(dispatcher.flowsStarted(new Set(['trigger'])), /away/)
    failing.now = false
    await dispatcher.handOverWhatWaits()
    assert.deepEqual(emitted.sort(), ['first', 'second'])
  })
})
