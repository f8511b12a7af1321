import { exampleFor } from '../alias/example.js'
import type { ArtifactEvent, EventType } from '../events/event.js'
import { sampleEvent } from './samples.js'
import type { TriggerSettings } from './trigger.js'

/** A sample that starts an automation: it fits the trigger's scope and names and, where one can be found, its pattern. */
export function fittingSample(type: EventType, trigger: Partial<TriggerSettings>, at?: Date): ArtifactEvent {
  return sampleEvent(type, { ...trigger, name: exampleFor(trigger.pattern) }, at)
}
