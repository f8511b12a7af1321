import type { NodeAPI } from 'node-red'
import { fittingSample } from '../../../lib/automations/fitting-sample.js'
import type { RuleSettings } from '../../../lib/automations/rule.js'
import { AutomationError } from '../../../lib/error.js'
import type { EventType } from '../../../lib/events/event.js'
import { sampleSource } from '../../../lib/events/sample-source.js'
import { deployedOf, withEnvironment } from '../deployed.js'
import type { Host } from '../host.js'

/**
 * Sends an event that fits a trigger's own settings through that trigger alone.
 * @returns the event's id
 * @throws AutomationError `not_found` when no such trigger is deployed
 */
export async function sendSample(RED: NodeAPI, host: Host, id: string, at: Date, eventId: string): Promise<string> {
  const trigger = deployedOf(RED, 'artifact-event').find((node) => node.id === id)
  const settings = trigger && withEnvironment(RED, id, trigger as unknown as RuleSettings)
  if (!settings || !host.dispatcher.has(id)) {
    throw new AutomationError(
      'not_found',
      'This artifact-event node is not running: deploy it, enable it, and mend what its status says.',
    )
  }
  const type = (settings.events?.[0] ?? 'LINK_ARTIFACT') as EventType
  const event = { ...fittingSample(type, settings, at), event_id: eventId }
  await host.dispatcher.accept(sampleSource(id), [event])
  return eventId
}
