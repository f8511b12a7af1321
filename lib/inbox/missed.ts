import type { Automation } from '../automations/automation.js'
import type { Payload } from '../automations/flow/carried.js'
import { deliveryId } from '../delivery/id.js'
import type { ArtifactEvent } from '../events/event.js'

/** A delivery that an automation made of an event, as far as it matters here. */
export interface Made {
  readonly id: string
}

/** Whether a delivery would come of it, as far as anybody can know. */
export const maySend = (payloads: readonly Payload[]): boolean => payloads.some(({ sends }) => sends !== false)

/**
 * Whether an event is one that an automation missed: it fires, it would send something, and there is no delivery. Of an
 * automation without a sender nobody can know, so all that it fires on counts.
 */
export function isMissed(automation: Automation, event: ArtifactEvent, made: readonly Made[]): boolean {
  if (made.length > 0 || !automation.starts(event)) return false
  return !automation.hasSender || maySend(automation.follow(event).payloads)
}

/**
 * Whether an event that was handed to an automation before should be handed to it again, because it may not have
 * reached all of its senders: only what would make no second delivery of anything that was made.
 */
export function isUnfinished(automation: Automation, event: ArtifactEvent, made: readonly Made[]): boolean {
  if (made.length === 0) return automation.starts(event)
  if (!automation.starts(event)) return false
  const { payloads } = automation.follow(event)
  const now = payloads.flatMap(({ sender, sends, body }) =>
    sends === true && body !== undefined ? [deliveryId(event.event_id, sender.id, Buffer.from(body))] : [],
  )
  const isKnown = payloads.every(({ sends }) => sends !== null)
  return isKnown && made.every(({ id }) => now.includes(id)) && now.some((id) => !made.some((one) => one.id === id))
}
