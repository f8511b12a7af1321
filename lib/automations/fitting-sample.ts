import { exampleFor } from '../alias/example.js'
import type { ArtifactEvent, EventType } from '../events/event.js'
import type { RuleSettings } from './rule.js'
import { sampleEvent } from './samples.js'

/**
 * A sample that starts an automation: it fits the trigger's scope and names, what it asks of runs and, where texts can be
 * found that they match, its patterns.
 */
export function fittingSample(type: EventType, trigger: Partial<RuleSettings>, at?: Date): ArtifactEvent {
  return sampleEvent(type, { ...trigger, name: exampleFor(trigger.pattern), run: exampleFor(trigger.runName) }, at)
}
