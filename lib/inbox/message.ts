import type { Party } from '../delivery/delivery.js'
import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'

/** What the package's nodes find on a message besides Node-RED's own properties. */
export interface AutomationMessage {
  event?: unknown
  payload?: unknown
  automation?: unknown
}

/**
 * The event a message belongs to. `msg.event` is set by artifact-event and kept through the flow.
 * @throws AutomationError `event_missing` when nobody set one, so that no payload is sent for an unknown event.
 */
export function eventOf(msg: AutomationMessage): ArtifactEvent {
  const { event } = msg
  if (typeof event === 'object' && event !== null) {
    const { event_id: id, event_type: type } = event as Partial<ArtifactEvent>
    if (typeof id === 'string' && id !== '' && typeof type === 'string') return event as ArtifactEvent
  }
  throw new AutomationError(
    'event_missing',
    'The message has no artifact event in msg.event. Wire the node after an artifact-event node, and keep msg.event on the way.',
  )
}

/** Which automation (artifact-event node) started the message; empty for a message made by hand. */
export function automationOf(msg: AutomationMessage): Party {
  const { automation } = msg
  if (typeof automation === 'object' && automation !== null) {
    const { id, name } = automation as Partial<Party>
    return { id: typeof id === 'string' ? id : '', name: typeof name === 'string' ? name : '' }
  }
  return { id: '', name: '' }
}
