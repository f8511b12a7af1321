import { compilePattern, type Pattern } from '../alias/pattern.js'
import { AutomationError } from '../error.js'
import { EVENT_TYPES, type EventType } from '../events/event.js'
import { registryProject } from '../events/registry.js'

export const SCOPES = ['registry', 'project', 'entity', 'organization'] as const

export type Scope = (typeof SCOPES)[number]

/** An automation's condition, as people write it. */
export interface TriggerSettings {
  readonly scope: Scope
  /** Team or user; with scope `organization` the organization. Empty: any. */
  readonly entity: string
  /** With scope `registry` its short name, such as `model`; with scope `project` a project's name. Empty: every one. */
  readonly project: string
  /** Empty: every collection, those made later too. */
  readonly collection: string
  readonly events: readonly string[]
  /** RE2, searched for in the alias or tag; empty: any. */
  readonly pattern: string
}

/** A condition that can be matched; the empty text means any. */
export interface Trigger {
  readonly scope: Scope
  readonly entity: string
  /** The project's full name; empty too for the scopes that are wider than a project. */
  readonly project: string
  readonly collection: string
  readonly events: ReadonlySet<EventType>
  readonly pattern: Pattern | null
}

/**
 * Spaces around names do not count.
 * @throws AutomationError `trigger_invalid`; `pattern_invalid` for the pattern
 */
export function compileTrigger(settings: TriggerSettings): Trigger {
  const { scope, events, pattern } = settings
  if (!SCOPES.includes(scope)) throw invalid('scope', `"${scope}" is not a scope: choose ${SCOPES.join(', ')}`)
  const project = scope === 'registry' || scope === 'project' ? trimmed(settings.project) : ''
  return {
    scope,
    entity: trimmed(settings.entity),
    project: scope === 'registry' && project !== '' ? registryProject(project) : project,
    collection: trimmed(settings.collection),
    events: eventTypes(events),
    pattern: pattern ? compilePattern(pattern) : null,
  }
}

/** Flows that were written by hand may leave a property out. */
const trimmed = (text: string | undefined): string => text?.trim() ?? ''

function eventTypes(names: readonly string[] | undefined): ReadonlySet<EventType> {
  const types = (names ?? []).map((name) => (name === 'LINK_MODEL' ? 'LINK_ARTIFACT' : name))
  const unknown = types.find((name) => !EVENT_TYPES.includes(name as EventType))
  if (unknown !== undefined) throw invalid('events', `"${unknown}" is not an event`)
  if (types.length === 0) throw invalid('events', 'choose at least one event')
  return new Set(types as EventType[])
}

const invalid = (path: string, message: string) =>
  new AutomationError('trigger_invalid', `The automation cannot be used: ${message}.`, {
    statusText: path === 'events' ? 'no valid event chosen' : 'invalid scope',
    details: [{ path, message }],
  })
