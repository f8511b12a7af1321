import { compileRunRule, type RunSettings } from '../../../automations/run-rule.js'
import { AutomationError } from '../../../error.js'
import { EVENT_TYPES } from '../../../events/event.js'
import { isOrganizationRegistry, isRegistry } from '../../../events/registry.js'
import { ALIAS_EVENTS, TAG_EVENTS } from '../../../events/vocabulary.js'
import type { Automation, AutomationScope } from './automation.js'
import { type Step, translateFilter, Untranslatable } from './condition.js'
import { runSettings } from './run-condition.js'

/** What an automation waits for, as settings of our nodes. */
export interface TriggerParts {
  readonly scope: 'registry' | 'project' | 'entity' | 'organization'
  readonly entity: string
  readonly project: string
  readonly collection: string
  readonly event: string
  readonly pattern: string
  /** Tests that come after the trigger's pattern, each by an alias-filter. */
  readonly steps: readonly Step[]
  readonly run: RunSettings | null
  /** Differences to the original, in words. */
  readonly notes: readonly string[]
  /** What could not be translated, in words: the trigger must not fire as it is. */
  readonly problem: string | null
}

/** W&B's names of events that are others here. */
const RENAMED: Readonly<Record<string, string>> = {
  LINK_MODEL: 'LINK_ARTIFACT',
  UPDATE_ARTIFACT_ALIAS: 'ADD_ARTIFACT_ALIAS',
}

/** Never throws: what it does not understand becomes a problem in words. */
export function triggerOf({ scope, eventType, filter, problem }: Automation): TriggerParts {
  const event = RENAMED[eventType] ?? eventType
  const parts = { ...placeOf(scope), event, pattern: '', steps: [], run: null, notes: [], problem }
  if (problem !== null) return { ...parts, event: '' }
  if (!(EVENT_TYPES as readonly string[]).includes(event)) {
    return { ...parts, event: '', problem: `W&B's event ${eventType} has no counterpart here` }
  }
  try {
    if (event.startsWith('RUN_')) {
      const run = ruleOf(event, filter)
      return { ...parts, run, notes: run.states.length > 1 ? [SEVERAL_STATES] : [] }
    }
    return {
      ...parts,
      ...conditionsOf(event, unwrapped(filter)),
      ...(eventType === 'UPDATE_ARTIFACT_ALIAS' ? { notes: [UPDATED] } : {}),
    }
  } catch (error) {
    if (error instanceof Untranslatable) {
      return { ...parts, problem: `its filter has ${error.message}, which cannot be translated` }
    }
    if (error instanceof AutomationError) return { ...parts, problem: inSentence(error.message) }
    throw error
  }
}

/** @throws Untranslatable, or AutomationError for what a run trigger here would refuse */
function ruleOf(event: string, filter: unknown): RunSettings {
  const settings = runSettings(event, filter)
  compileRunRule(settings)
  return settings
}

/** A sentence as a part of another one. */
const inSentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1).replace(/\.$/, '')

const UPDATED = 'W&B no longer makes its event "alias updated"; this one waits for "alias added"'
const SEVERAL_STATES =
  'It waits for several states: W&B fires it once for a run in 24 hours, here it fires once for each of them.'
const LINKED_AS =
  'W&B looks at the aliases that a version has when it is linked; here the automation waits for the alias to be added, at the link or later, fires once for each alias that fits, and ${event_type} is ADD_ARTIFACT_ALIAS'

/** Aliases belong to alias events and tags to tag events; of a link with an alias the alias is what counts. */
function conditionsOf(event: string, filter: unknown): Partial<TriggerParts> {
  const isTag = (TAG_EVENTS as readonly string[]).includes(event)
  const field = isTag ? 'tag' : 'alias'
  const steps = translateFilter(filter, [field], (name) => {
    throw new Untranslatable(`a condition on ${name} for the event ${event}`)
  })
  if (steps.length === 0) return {}
  const isNamed = isTag || (ALIAS_EVENTS as readonly string[]).includes(event)
  if (!isNamed && event !== 'LINK_ARTIFACT') throw new Untranslatable(`a condition on ${field} for the event ${event}`)
  const [first, ...rest] = steps
  const byTrigger = first && !first.negated ? { pattern: first.pattern, steps: rest } : { steps }
  return isNamed ? byTrigger : { ...byTrigger, event: 'ADD_ARTIFACT_ALIAS', notes: [LINKED_AS] }
}

/** Saved filters of artifact events are wrapped once more. */
function unwrapped(filter: unknown): unknown {
  return typeof filter === 'object' && filter !== null && 'filter' in filter ? filter.filter : filter
}

const REGISTRY_PREFIX = /^wandb-registry-/

function placeOf({ entity, project, collection, organization }: AutomationScope) {
  if (project !== null && isRegistry(project)) {
    return {
      scope: 'registry' as const,
      // by the name that people know; a legacy registry belongs to a team
      entity: isOrganizationRegistry(project) ? organization || entity : entity,
      project: project.replace(REGISTRY_PREFIX, ''),
      collection: collection ?? '',
    }
  }
  if (project !== null) return { scope: 'project' as const, entity, project, collection: collection ?? '' }
  if (organization !== '')
    return { scope: 'organization' as const, entity: organization, project: '', collection: collection ?? '' }
  return { scope: 'entity' as const, entity, project: '', collection: collection ?? '' }
}
