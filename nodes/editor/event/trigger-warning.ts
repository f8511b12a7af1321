import { compileTrigger, type Trigger, type TriggerSettings } from '../../../lib/automations/trigger.js'
import { AutomationError } from '../../../lib/error.js'
import { ALIAS_EVENTS, RUN_EVENTS, TAG_EVENTS } from '../../../lib/events/vocabulary.js'

/** A setting that is allowed, and yet will keep some of the chosen events away. */
export interface TriggerWarning {
  readonly kind: 'pattern' | 'collection' | 'registry-runs'
  /** The events concerned, separated by commas. */
  readonly events: string
}

const NAMED: ReadonlySet<string> = new Set([...ALIAS_EVENTS, ...TAG_EVENTS])
/** Whether events of this type name an alias or a tag. */
export const namesSomething = (type: string): boolean => NAMED.has(type)

const RUNS: ReadonlySet<string> = new Set(RUN_EVENTS)

/** The first thing about a trigger that its author may not have meant; `null` when there is none. */
export function triggerWarning(settings: TriggerSettings): TriggerWarning | null {
  let trigger: Trigger
  try {
    trigger = compileTrigger(settings)
  } catch (error) {
    if (error instanceof AutomationError) return null // the fields say what is wrong
    throw error
  }
  const those = (kind: TriggerWarning['kind'], fits: (type: string) => boolean): TriggerWarning | null => {
    const events = [...trigger.events].filter(fits)
    return events.length === 0 ? null : { kind, events: events.join(', ') }
  }
  return (
    (trigger.pattern && !trigger.pattern.test('') ? those('pattern', (type) => !NAMED.has(type)) : null) ??
    (trigger.collection !== '' ? those('collection', (type) => RUNS.has(type)) : null) ??
    (trigger.scope === 'registry' ? those('registry-runs', (type) => RUNS.has(type)) : null)
  )
}
