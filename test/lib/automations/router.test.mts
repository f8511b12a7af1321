import assert from 'node:assert/strict'
import fc from 'fast-check'
import { explain } from '../../../dist/lib/automations/match.js'
import { Router } from '../../../dist/lib/automations/router.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { compileTrigger, SCOPES, type TriggerSettings } from '../../../dist/lib/automations/trigger.js'
import { type ArtifactEvent, EVENT_TYPES } from '../../../dist/lib/events/event.js'

const anyAlias: TriggerSettings = {
  scope: 'registry',
  entity: '',
  project: '',
  collection: '',
  events: ['ADD_ARTIFACT_ALIAS'],
  pattern: '',
}

const routerOf = (settings: readonly TriggerSettings[]) =>
  new Router(settings.map((each, value) => ({ trigger: compileTrigger(each), value })))

// Few names, so that they meet.
const names = fc.constantFrom('', 'a', 'b', 'model', 'entity', 'registry')
const projects = fc.constantFrom('a', 'model', 'wandb-registry-model', 'wandb-registry-a', 'model-registry', 'project')
const subjects = fc.constantFrom('', 'a', 'prod', 'PROD', 'prod-1', 'prod-12', 'v1', 'v12', 'x\ny', 'é', 'staging')
const patterns = fc.constantFrom(
  ...['', '^prod$', 'prod', 'prod-1', '^prod-1', '-1$', '(?i)prod', '(?i)^prod', '^v\\d+$', 'v\\d', '(prod|staging)'],
  ...['(?m)^y', '^$', '.', '^.*1', '[pv]', '^[pv]', 'a|b', '^é$', '\\bprod\\b', '^prod|1$', '(?:)', '^staging$', 'x+'],
)

const triggers: fc.Arbitrary<TriggerSettings> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  entity: names,
  project: fc.oneof(names, projects),
  collection: names,
  events: fc.subarray(EVENT_TYPES.slice(0, 8), { minLength: 1 }),
  pattern: patterns,
})

const absent = <T,>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const events = fc
  .record({
    event_type: fc.constantFrom(...EVENT_TYPES.slice(0, 8)),
    entity_name: fc.constantFrom('a', 'b', 'model'),
    project_name: projects,
    organization_name: absent(fc.constantFrom('a', 'b')),
    artifact_collection_name: absent(fc.constantFrom('a', 'b', 'model')),
    alias: absent(subjects),
    tag: absent(subjects),
  })
  .map((event) => ({ event_id: 'e', event_time: '2026-11-23T10:00:00Z', ...event }) as ArtifactEvent)

describe('the router', () => {
  it('finds the automations that explain says match, in their order', function () {
    this.timeout(30_000)
    fc.assert(
      fc.property(
        fc.array(triggers, { maxLength: 60 }),
        fc.array(events, { minLength: 1, maxLength: 10 }),
        (all, some) => {
          const compiled = all.map((settings, value) => ({ trigger: compileTrigger(settings), value }))
          const router = new Router(compiled)
          for (const event of some) {
            const expected = compiled.filter(({ trigger }) => explain(trigger, event).matches).map(({ value }) => value)
            assert.deepEqual(router.route(event), expected)
          }
        },
      ),
      { numRuns: 300 },
    )
  })

  it('finds nothing when there is nothing', () => {
    assert.deepEqual(new Router([]).route(sampleEvent('RUN_STATE')), [])
  })

  it('finds the same value once for each of its triggers', () => {
    const trigger = compileTrigger(anyAlias)
    const router = new Router([
      { trigger, value: 'same' },
      { trigger, value: 'same' },
    ])
    assert.deepEqual(router.route(sampleEvent('ADD_ARTIFACT_ALIAS')), ['same', 'same'])
  })

  describe('with 1,000 automations of which one matches', () => {
    const kinds: Readonly<Record<string, readonly [(n: number) => Partial<TriggerSettings>, (n: number) => object]>> = {
      collection: [(n) => ({ collection: `c${n}` }), (n) => ({ artifact_collection_name: `c${n}` })],
      project: [(n) => ({ project: `p${n}` }), (n) => ({ project_name: `wandb-registry-p${n}` })],
      entity: [(n) => ({ entity: `e${n}` }), (n) => ({ entity_name: `e${n}` })],
      'pattern that is a whole text': [(n) => ({ pattern: `^alias-${n}$` }), (n) => ({ alias: `alias-${n}` })],
      'pattern that begins': [(n) => ({ pattern: `^team-${n}-.*` }), (n) => ({ alias: `team-${n}-x` })],
      'pattern that ends': [(n) => ({ pattern: `-${n}$` }), (n) => ({ alias: `a-${n}` })],
      'pattern with digits': [(n) => ({ pattern: `^v\\d+-${n}$` }), (n) => ({ alias: `v12-${n}` })],
      'pattern of any case': [(n) => ({ pattern: `(?i)^prod-${n}$` }), (n) => ({ alias: `Prod-${n}` })],
    }
    for (const [kind, [settings, changes]] of Object.entries(kinds)) {
      it(`that differ in their ${kind}, does not look at the others`, () => {
        const all = Array.from({ length: 1000 }, (_, n) => ({ ...anyAlias, ...settings(n) }))
        const many = routerOf(all)
        const one = routerOf(all.slice(500, 501))
        const event = { ...sampleEvent('ADD_ARTIFACT_ALIAS'), ...changes(500) } as ArtifactEvent
        assert.deepEqual(many.route(event), [500])
        // Looking at each would cost hundreds of times as much; a busy machine may cost a few.
        assert(timeOf(() => many.route(event)) < 20 * timeOf(() => one.route(event)))
      })
    }
  })
})

/** The best of several rounds, which is the one that nothing disturbed. */
function timeOf(work: () => unknown): number {
  const rounds = Array.from({ length: 20 }, () => {
    const start = process.hrtime.bigint()
    for (let turn = 0; turn < 500; turn++) work()
    return Number(process.hrtime.bigint() - start)
  })
  return Math.min(...rounds)
}
