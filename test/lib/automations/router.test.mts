import assert from 'node:assert/strict'
import fc from 'fast-check'
import { judge } from '../../../dist/lib/automations/judgement.js'
import { Router } from '../../../dist/lib/automations/router.js'
import { compileRule, type RuleSettings } from '../../../dist/lib/automations/rule.js'
import { RUN_DEFAULTS } from '../../../dist/lib/automations/run-rule.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { SCOPES } from '../../../dist/lib/automations/trigger.js'
import { type ArtifactEvent, EVENT_TYPES } from '../../../dist/lib/events/event.js'

const { event: _, ...anyRun } = RUN_DEFAULTS

const anyAlias: RuleSettings = {
  ...anyRun,
  scope: 'registry',
  entity: '',
  project: '',
  collection: '',
  events: ['ADD_ARTIFACT_ALIAS'],
  pattern: '',
}

const routerOf = (settings: readonly RuleSettings[]) =>
  new Router(settings.map((each, value) => ({ rule: compileRule(each, false), value })))

// Few names, so that they meet.
const names = fc.constantFrom('', 'a', 'b', 'model', 'entity', 'registry')
const projects = fc.constantFrom('a', 'model', 'wandb-registry-model', 'wandb-registry-a', 'model-registry', 'project')
const subjects = fc.constantFrom('', 'a', 'prod', 'PROD', 'prod-1', 'prod-12', 'v1', 'v12', 'x\ny', 'é', 'staging')
const patterns = fc.constantFrom(
  ...['', '^prod$', 'prod', 'prod-1', '^prod-1', '-1$', '(?i)prod', '(?i)^prod', '^v\\d+$', 'v\\d', '(prod|staging)'],
  ...['(?m)^y', '^$', '.', '^.*1', '[pv]', '^[pv]', 'a|b', '^é$', '\\bprod\\b', '^prod|1$', '(?:)', '^staging$', 'x+'],
)

const RUNS = EVENT_TYPES.filter((type) => type.startsWith('RUN_'))
const states = fc.constantFrom('finished', 'Failed', 'crashed', 'running')
const metrics = fc.constantFrom('loss', 'f1')

/** Half of all triggers leave a field empty: with every condition at random nearly nothing would ever fire. */
const often = (value: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), value)

const settings: fc.Arbitrary<RuleSettings> = fc.record({
  scope: fc.constantFrom(...SCOPES),
  entity: often(names),
  project: often(fc.oneof(names, projects)),
  collection: often(names),
  events: fc.subarray([...EVENT_TYPES, 'LINK_MODEL'], { minLength: 4 }),
  pattern: often(patterns),
  user: often(fc.constantFrom('ada', 'bob')),
  runName: often(fc.constantFrom('^nightly', '1$')),
  states: fc.array(states, { maxLength: 2 }),
  metric: metrics,
  aggregation: fc.constantFrom('', 'AVERAGE'),
  window: fc.constantFrom('', '5'),
  priorWindow: fc.constant(''),
  comparison: fc.constantFrom('$gt', '$lt'),
  threshold: fc.constantFrom('1', '2'),
  changeType: fc.constant('RELATIVE'),
  changeDirection: fc.constantFrom('ANY', 'INCREASE'),
  changeAmount: fc.constant('0.1'),
})
const rules = fc.tuple(settings, fc.boolean()).map(([each, isWatched]) => compileRule(each, isWatched))

const absent = <T,>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })

const artifacts = fc.record({
  event_type: fc.constantFrom(...EVENT_TYPES.filter((type) => !RUNS.includes(type))),
  artifact_collection_name: absent(fc.constantFrom('a', 'b', 'model')),
  alias: absent(subjects),
  tag: absent(subjects),
})
const runs = fc.record({
  event_type: fc.constantFrom(...RUNS),
  alias: absent(subjects),
  run_author: absent(fc.constantFrom('ada', 'bob')),
  run_name: absent(fc.constantFrom('nightly-1', 'weekly-1', 'other')),
  run_state: absent(states),
  metric_name: absent(metrics),
})
const places = fc.record({
  entity_name: fc.constantFrom('a', 'b', 'model'),
  project_name: projects,
  organization_name: absent(fc.constantFrom('a', 'b')),
})
const events = fc
  .tuple(fc.oneof(artifacts, runs), places)
  .map(([event, place]) => ({ event_id: 'e', event_time: '2026-11-23T10:00:00Z', ...place, ...event }) as ArtifactEvent)

/** As a watch makes events of runs: for some of the rules that there are. */
function made(event: ArtifactEvent, keys: readonly string[], place: number): ArtifactEvent {
  const key = keys[place % (keys.length + 1)]
  if (key === undefined || !RUNS.includes(event.event_type)) return event
  return event.event_type === 'RUN_STATE' ? { ...event, run_rules: [key] } : { ...event, run_rule: key }
}

describe('the router', () => {
  it('finds those automations of which the explanation says that they fire, in their order, and each other one has a reason', function () {
    this.timeout(60_000)
    let [fired, silent] = [0, 0]
    fc.assert(
      fc.property(
        fc.array(rules, { maxLength: 60 }),
        fc.array(fc.tuple(events, fc.nat(20)), { minLength: 1, maxLength: 10 }),
        (all, some) => {
          const entries = all.map((rule, value) => ({ rule, value }))
          const router = new Router(entries)
          const keys = all.flatMap(({ runs }) => runs.rules.map(({ key }) => key))
          for (const [plain, place] of some) {
            const event = made(plain, keys, place)
            const expected = entries.filter(({ rule }) => {
              const { fires, conditions } = judge({ met: true, reason: 'The automation is enabled.' }, rule, event)
              assert.equal(
                fires,
                conditions.every(({ met }) => met === true),
              )
              for (const { reason } of conditions) assert.match(reason, /^The .+\.$/)
              return fires
            })
            fired += expected.length
            silent += entries.length - expected.length
            assert.deepEqual(
              router.route(event),
              expected.map(({ value }) => value),
            )
          }
        },
      ),
      { numRuns: 400 },
    )
    assert.ok(fired > 300 && silent > 3_000, `${fired} fired, ${silent} did not`)
  })

  it('finds nothing when there is nothing', () => {
    assert.deepEqual(new Router([]).route(sampleEvent('RUN_STATE')), [])
  })

  it('finds the same value once for each of its triggers', () => {
    const rule = compileRule(anyAlias, false)
    const router = new Router([
      { rule, value: 'same' },
      { rule, value: 'same' },
    ])
    assert.deepEqual(router.route(sampleEvent('ADD_ARTIFACT_ALIAS')), ['same', 'same'])
  })

  describe('with 1,000 automations of which one matches', () => {
    const kinds: Readonly<Record<string, readonly [(n: number) => Partial<RuleSettings>, (n: number) => object]>> = {
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
