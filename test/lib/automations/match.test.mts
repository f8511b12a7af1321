import assert from 'node:assert/strict'
import { explain } from '../../../dist/lib/automations/match.js'
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

type Failed = 'scope' | 'event' | 'collection' | 'pattern'

const outcome = (settings: Partial<TriggerSettings>, changes: object = {}): 'matches' | Failed => {
  const trigger = compileTrigger({ ...anyRegistry, ...settings })
  const result = explain(trigger, { ...event, ...changes } as ArtifactEvent)
  if (result.matches) return 'matches'
  assert.match(result.reason, /^[A-Z"].*\.$/s)
  return result.failed
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

  it('say what did not fit, in words', () => {
    const reason = (settings: Partial<TriggerSettings>) => {
      const result = explain(compileTrigger({ ...anyRegistry, ...settings }), event)
      return result.matches ? undefined : result.reason
    }
    assert.equal(
      reason({ project: 'dataset', entity: 'acme' }),
      'The event is from project "wandb-registry-model" of "acme" in organization "acme-org"; ' +
        'this automation watches registry "wandb-registry-dataset" of "acme".',
    )
    assert.equal(
      reason({ events: ['RUN_STATE'] }),
      'The event is ADD_ARTIFACT_ALIAS; this automation waits for RUN_STATE.',
    )
    assert.equal(reason({ collection: 'x' }), `The event's collection is "cifar10"; this automation watches "x".`)
    assert.equal(
      reason({ pattern: '^v' }),
      `"production" is the event's alias or tag, and the pattern ^v does not match it.`,
    )
  })
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
