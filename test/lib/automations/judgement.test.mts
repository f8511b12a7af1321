import assert from 'node:assert/strict'
import { judge } from '../../../dist/lib/automations/judgement.js'
import { compileRule, type RuleSettings } from '../../../dist/lib/automations/rule.js'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { compileTrigger, type TriggerSettings } from '../../../dist/lib/automations/trigger.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'

const anyRegistry: TriggerSettings = {
  scope: 'registry',
  entity: '',
  project: '',
  collection: '',
  events: ['ADD_ARTIFACT_ALIAS'],
  pattern: '',
}

const event: ArtifactEvent = {
  ...sampleEvent('ADD_ARTIFACT_ALIAS'),
  entity_name: 'acme',
  organization_name: 'acme-org',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'cifar10',
  alias: 'production',
}

const ENABLED = { met: true, reason: 'The automation is enabled.' }

type Failed = 'scope' | 'event' | 'collection' | 'pattern'

const outcome = (settings: Partial<TriggerSettings>, changes: object = {}): 'matches' | Failed => {
  const { fires, conditions } = judged(settings, changes)
  const unmet = conditions.filter(({ met }) => met !== true)
  assert.equal(fires, unmet.length === 0)
  return (unmet[0]?.name ?? 'matches') as 'matches' | Failed
}

function judged(settings: Partial<RuleSettings>, changes: object = {}, isWatched = false) {
  const rule = compileRule({ ...anyRegistry, ...settings } as RuleSettings, isWatched)
  const judgement = judge(ENABLED, rule, { ...event, ...changes } as ArtifactEvent)
  assert.deepEqual(
    judgement.conditions.map(({ name }) => name),
    ['enabled', 'scope', 'event', 'collection', 'pattern', 'run'],
  )
  for (const { reason } of judgement.conditions) assert.match(reason, /^The .*\.$/)
  return judgement
}

const training = { project_name: 'cifar10-training' }
const legacy = { project_name: 'model-registry' }

const table: readonly (readonly [
  what: string,
  settings: Partial<TriggerSettings>,
  changes: object,
  'matches' | Failed,
])[] = [
  ['every registry has the registry', {}, {}, 'matches'],
  ['every registry has the legacy one', {}, legacy, 'matches'],
  ['every registry has no project', {}, training, 'scope'],
  ['a registry is known by its short name', { project: 'model' }, {}, 'matches'],
  ['a registry is known by its full name', { project: 'wandb-registry-model' }, {}, 'matches'],
  [
    'spaces around a name do not count',
    { project: ' model ', entity: ' acme ', collection: 'cifar10 ' },
    {},
    'matches',
  ],
  ['another registry', { project: 'dataset' }, {}, 'scope'],
  ['names are exact', { project: 'Model' }, {}, 'scope'],
  ['model is not the legacy registry', { project: 'model' }, legacy, 'scope'],
  ['the legacy registry by name', { project: 'model-registry' }, legacy, 'matches'],
  ['the legacy registry is not model', { project: 'model-registry' }, {}, 'scope'],
  ['the registry of an entity', { entity: 'acme' }, {}, 'matches'],
  ['the registry of another entity', { entity: 'other' }, {}, 'scope'],
  ['the registry of an organization, by its name', { entity: 'acme-org', project: 'model' }, {}, 'matches'],
  ['every registry of an organization, by its name', { entity: 'acme-org' }, {}, 'matches'],
  ['the legacy registry is a team’s', { entity: 'acme-org' }, legacy, 'scope'],
  [
    'the registry of an organization, by all its full names',
    { scope: 'project', project: 'wandb-registry-model', entity: 'acme-org' },
    {},
    'matches',
  ],
  ['a project is no organization’s', { scope: 'project', entity: 'acme-org' }, training, 'scope'],
  ['every project has the project', { scope: 'project' }, training, 'matches'],
  ['every project has no registry', { scope: 'project' }, {}, 'scope'],
  ['every project has not the legacy registry', { scope: 'project' }, legacy, 'scope'],
  ['a project by name', { scope: 'project', project: 'cifar10-training' }, training, 'matches'],
  ['a project by a part of its name', { scope: 'project', project: 'cifar10' }, training, 'scope'],
  [
    'a project that is a registry, by its full name',
    { scope: 'project', project: 'wandb-registry-model' },
    {},
    'matches',
  ],
  ['a project that is a registry, by its short name', { scope: 'project', project: 'model' }, {}, 'scope'],
  ['a project of another entity', { scope: 'project', project: 'cifar10-training', entity: 'x' }, training, 'scope'],
  ['an entity has its registries', { scope: 'entity', entity: 'acme' }, {}, 'matches'],
  ['an entity has its projects', { scope: 'entity', entity: 'acme' }, training, 'matches'],
  ['an entity has nothing of others', { scope: 'entity', entity: 'acme-org' }, {}, 'scope'],
  ['an entity has no project of its own', { scope: 'entity', entity: 'acme', project: 'other' }, {}, 'matches'],
  ['any entity', { scope: 'entity' }, training, 'matches'],
  ['an organization', { scope: 'organization', entity: 'acme-org' }, training, 'matches'],
  ['an organization is no entity', { scope: 'organization', entity: 'acme' }, {}, 'scope'],
  [
    'an organization, and the event names none',
    { scope: 'organization', entity: 'o' },
    { organization_name: undefined },
    'scope',
  ],
  [
    'any organization, and the event names none',
    { scope: 'organization' },
    { organization_name: undefined },
    'matches',
  ],
  ['one of several events', { events: ['LINK_ARTIFACT', 'ADD_ARTIFACT_ALIAS'] }, {}, 'matches'],
  ['another event', { events: ['LINK_ARTIFACT'] }, {}, 'event'],
  ['LINK_MODEL is LINK_ARTIFACT', { events: ['LINK_MODEL'] }, { event_type: 'LINK_ARTIFACT' }, 'matches'],
  ['the collection', { collection: 'cifar10' }, {}, 'matches'],
  ['another collection', { collection: 'cifar' }, {}, 'collection'],
  ['a collection, and the event has none', { collection: 'c' }, { artifact_collection_name: undefined }, 'collection'],
  ['the pattern is found anywhere', { pattern: 'duct' }, {}, 'matches'],
  ['the pattern can be anchored', { pattern: '^duct' }, {}, 'pattern'],
  ['the pattern minds capitals', { pattern: 'PRODUCTION' }, {}, 'pattern'],
  ['the pattern may not', { pattern: '(?i)PRODUCTION' }, {}, 'matches'],
  ['of an alias event the alias counts', { pattern: 'europe' }, { tag: 'europe' }, 'pattern'],
  [
    'of a tag event the tag counts',
    { pattern: '^europe$', events: ['ADD_ARTIFACT_TAG'] },
    { event_type: 'ADD_ARTIFACT_TAG', tag: 'europe' },
    'matches',
  ],
  [
    'of a tag event the alias does not count',
    { pattern: 'production', events: ['ADD_ARTIFACT_TAG'] },
    { event_type: 'ADD_ARTIFACT_TAG', tag: 'europe' },
    'pattern',
  ],
  [
    'of other events the alias counts first',
    { pattern: '^production$', events: ['LINK_ARTIFACT'] },
    { event_type: 'LINK_ARTIFACT', tag: 'x' },
    'matches',
  ],
  [
    'of other events the tag counts next',
    { pattern: '^x$', events: ['LINK_ARTIFACT'] },
    { event_type: 'LINK_ARTIFACT', alias: undefined, tag: 'x' },
    'matches',
  ],
  [
    'of other events the empty text counts last',
    { pattern: '^$', events: ['LINK_ARTIFACT'] },
    { event_type: 'LINK_ARTIFACT', alias: undefined },
    'matches',
  ],
  [
    'a pattern, and the event has nothing to match',
    { pattern: '.', events: ['LINK_ARTIFACT'] },
    { event_type: 'LINK_ARTIFACT', alias: undefined },
    'pattern',
  ],
  ['a pattern that Node-RED would have taken for a variable', { pattern: '${UNSET}' }, {}, 'pattern'],
  ['the scope fails first', { project: 'x', events: ['LINK_ARTIFACT'], collection: 'y', pattern: 'z' }, {}, 'scope'],
  ['then the event', { events: ['LINK_ARTIFACT'], collection: 'y', pattern: 'z' }, {}, 'event'],
  ['then the collection', { collection: 'y', pattern: 'z' }, {}, 'collection'],
]

describe('a trigger and an event', () => {
  for (const [what, settings, changes, expected] of table) {
    it(`${what}: ${expected}`, () => assert.equal(outcome(settings, changes), expected))
  }

  const words: readonly (readonly [name: string, Partial<RuleSettings>, object, boolean | null, string])[] = [
    [
      'scope',
      { project: 'dataset', entity: 'acme' },
      {},
      false,
      'The event is from the project `wandb-registry-model` of `acme` in the organization `acme-org`; ' +
        'the automation watches the registry `wandb-registry-dataset` of `acme`.',
    ],
    [
      'scope',
      {},
      { organization_name: undefined },
      true,
      'The event is from the project `wandb-registry-model` of `acme`, which belongs to what the automation watches: every registry.',
    ],
    [
      'scope',
      { scope: 'organization', entity: 'x' },
      { organization_name: undefined },
      false,
      'The event is from the project `wandb-registry-model` of `acme`; the automation watches the organization `x`.',
    ],
    [
      'event',
      { events: ['RUN_STATE', 'LINK_MODEL'] },
      {},
      false,
      'The event is `ADD_ARTIFACT_ALIAS`; the automation waits for `RUN_STATE` or `LINK_ARTIFACT`.',
    ],
    ['event', {}, {}, true, 'The event is `ADD_ARTIFACT_ALIAS`, and the automation waits for `ADD_ARTIFACT_ALIAS`.'],
    ['collection', {}, {}, true, 'The automation watches every collection, and events without one.'],
    ['collection', { collection: 'x' }, {}, false, 'The collection is `cifar10`; the automation watches `x`.'],
    ['collection', { collection: 'cifar10' }, {}, true, 'The collection is `cifar10`, and the automation watches it.'],
    [
      'collection',
      { collection: 'x' },
      { artifact_collection_name: undefined },
      false,
      'The event has no collection; the automation watches `x`.',
    ],
    [
      'pattern',
      { pattern: '^prod' },
      { alias: 'staging' },
      false,
      'The alias is `staging`; the pattern `^prod` does not match it.',
    ],
    ['pattern', { pattern: '^prod' }, {}, true, 'The alias is `production`, and the pattern `^prod` matches it.'],
    ['pattern', {}, {}, true, 'The alias is `production`, and the automation takes any.'],
    [
      'pattern',
      { pattern: '^eu' },
      { event_type: 'ADD_ARTIFACT_TAG', tag: 'us' },
      false,
      'The tag is `us`; the pattern `^eu` does not match it.',
    ],
    [
      'pattern',
      { pattern: '.' },
      { alias: undefined },
      false,
      'The event has neither alias nor tag; the pattern `.` does not match the empty text.',
    ],
    ['run', {}, {}, true, 'The event is not of a run.'],
    ['run', {}, { event_type: 'RUN_STATE' }, null, 'The automation waits for no such event of runs.'],
  ]
  for (const [name, settings, changes, met, reason] of words) {
    it(`say of the ${name}: ${reason}`, () => {
      const found = judged(settings, changes).conditions.find((condition) => condition.name === name)
      assert.deepEqual(found, { name, met, reason })
    })
  }

  const OF_RUN = { event_type: 'RUN_STATE', run_name: 'nightly-1', run_author: 'ada', run_state: 'finished' }
  const OF_METRIC = { ...OF_RUN, event_type: 'RUN_METRIC', metric_name: 'loss', metric_filter: 'loss > 1' }
  const LOSS = { metric: 'loss', threshold: '1' }
  const ofRuns: readonly (readonly [Partial<RuleSettings>, object, boolean, boolean, string])[] = [
    [{}, {}, false, true, "The run's state is `finished`, and the automation waits for any."],
    [
      {},
      {},
      true,
      true,
      "The run's state is `finished`, and the automation waits for `failed`, `finished` or `running`.",
    ],
    [{ states: ['failed'] }, {}, true, false, "The run's state is `finished`; the automation waits for `failed`."],
    [{ user: 'bob' }, {}, false, false, 'The run is of the user `ada`; the automation watches the runs of `bob`.'],
    [
      { user: 'bob' },
      { run_author: undefined },
      true,
      false,
      'The event names no user of the run; the automation watches the runs of `bob`.',
    ],
    [
      { runName: '^weekly' },
      {},
      true,
      false,
      "The run's name is `nightly-1`; the pattern `^weekly` does not match it.",
    ],
    [
      {},
      { run_rules: ['of another'] },
      true,
      false,
      "The run's state is `finished`, which is no news for an automation that waits for `failed`, `finished` or `running`: the source made the event for others.",
    ],
    [{ metric: 'f1' }, OF_METRIC, false, false, 'The metric is `loss`; the automation watches `f1`.'],
    [{}, OF_METRIC, false, true, 'The metric is `loss`, and the automation watches any.'],
    [LOSS, OF_METRIC, true, true, 'The metric is `loss`, and the automation watches `loss`.'],
    [
      { ...LOSS, threshold: '2' },
      { ...OF_METRIC, run_rule: 'of another' },
      true,
      false,
      "The source made the event for the rule `loss > 1`; the automation's rule is `loss > 2`.",
    ],
  ]
  for (const [settings, changes, isWatched, met, reason] of ofRuns) {
    it(`say of the run, ${isWatched ? 'watched' : 'told'}: ${reason}`, () => {
      const event = { ...OF_RUN, ...changes }
      const { fires, conditions } = judged(
        { scope: 'entity', events: [event.event_type], ...settings },
        event,
        isWatched,
      )
      assert.deepEqual(conditions.at(-1), { name: 'run', met, reason })
      assert.equal(fires, met)
    })
  }

  it('say nothing that a terminal would obey, and nothing without an end', () => {
    const alias = `\u001b[31m\n\u202e${'x'.repeat(1000)}`
    const reason = judged({ pattern: '^v' }, { alias }).conditions.find(({ name }) => name === 'pattern')?.reason
    assert.match(reason ?? '', /^The alias is `\\u001b\[31m\\n\\u202exxx+…`; the pattern `\^v` does not match it\.$/)
    assert.ok((reason ?? '').length < 300)
  })

  it('do not fire while the automation cannot work, whatever else is met', () => {
    const rule = compileRule(anyRegistry as RuleSettings, false)
    const { fires, conditions } = judge({ met: false, reason: 'The automation is disabled.' }, rule, event)
    assert.equal(fires, false)
    assert.deepEqual(
      conditions.filter(({ met }) => met !== true),
      [{ name: 'enabled', met: false, reason: 'The automation is disabled.' }],
    )
  })
})

describe('a rule', () => {
  for (const [property, value] of [
    ['project', 5],
    ['pattern', ['x']],
    ['runName', {}],
    ['events', 'LINK_ARTIFACT'],
    ['events', [1]],
    ['states', 'failed'],
  ] as const) {
    it(`cannot have ${JSON.stringify(value)} as its ${property}, and says so`, () => {
      assert.throws(
        () => compileRule({ ...anyRegistry, [property]: value } as unknown as RuleSettings, false),
        (error: { code: string; details: { path: string }[] }) =>
          error.code === 'trigger_invalid' && error.details[0]?.path === property,
      )
    })
  }
})

describe('a trigger', () => {
  it('cannot be without events, with events that do not exist, or with another scope', () => {
    const refused: readonly (readonly [object, string])[] = [
      [{ events: [] }, 'events'],
      [{ events: undefined }, 'events'],
      [{ events: ['NOTHING'] }, 'events'],
      [{ scope: 'team' }, 'scope'],
    ]
    for (const [settings, path] of refused) {
      assert.throws(
        () => compileTrigger({ ...anyRegistry, ...settings } as TriggerSettings),
        (error: { code: string; details: { path: string }[] }) =>
          error.code === 'trigger_invalid' && error.details[0]?.path === path,
      )
    }
  })

  it('cannot have a pattern that RE2 refuses', () => {
    assert.throws(() => compileTrigger({ ...anyRegistry, pattern: '(?!prod)' }), { code: 'pattern_invalid', offset: 0 })
  })
})
