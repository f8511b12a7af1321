import type { Automation } from '../automations/automation.js'
import type { Payload } from '../automations/flow/carried.js'
import { deliveryId, digestOf } from '../delivery/id.js'
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
 * Whether an event that was handed to an automation a moment ago should be handed to it again, because a crash or a
 * deploy may have caught it on the way to one of its senders: only what would make no second delivery of anything that
 * was made. Where nobody knows the payloads, whether it had reached a sender decides.
 */
export function isUnfinished(
  automation: Automation,
  event: ArtifactEvent,
  made: readonly Made[],
  isSettled: boolean,
): boolean {
  if (!automation.starts(event)) return false
  if (made.length === 0) return true
  const { payloads } = automation.follow(event)
  if (payloads.some(({ sends }) => sends === null)) return !isSettled
  const now = payloads.flatMap(({ sender, sends, body }) =>
    sends === true && body !== undefined ? [digestOf(deliveryId(event.event_id, sender.id, Buffer.from(body)))] : [],
  )
  const then = made.map(({ id }) => digestOf(id))
  return then.every((digest) => now.includes(digest)) && now.some((digest) => !then.includes(digest))
}
