import type { ArtifactEvent } from '../events/event.js'
import type { JsonObject } from '../json.js'
import type { SecretSlot } from '../template/slot.js'
import type { Attempt, Delivery } from './delivery.js'

/** What a sender puts on one of its outputs. */
export interface SenderOutput {
  readonly delivery: Delivery
  readonly event: ArtifactEvent
  /** What was to be sent, with the secrets still as slots. */
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
  readonly contentType: string | null
  /** The message's other properties, as far as JSON can carry them. */
  readonly message: JsonObject
  /** The last attempt; null when it failed before a request was made. */
  readonly attempt: Attempt | null
}

/** Why deliveries are not on their way. */
export interface Waiting {
  /** A sentence. */
  readonly reason: string
  /** The same in a few words, for a status: `503`, `paused (410)`. */
  readonly short: string
  /** When the next one is tried, in Unix milliseconds; null when nobody can know. */
  readonly until: number | null
}

/** How a sender's deliveries stand: `pending` all of them, the others since the engine started. */
export interface SenderCounts {
  readonly pending: number
  readonly delivered: number
  readonly failed: number
  /** Why the pending ones wait, or would; null when they are on their way. */
  readonly waiting: Waiting | null
}

/** A deployed sender, as the engine sees it. Called after the result is stored; what it throws is logged. */
export interface SenderPort {
  /** The webhook that it sends to: that one's pause is shown before anything waits for it. */
  readonly webhook?: string
  delivered(output: SenderOutput): void
  failed(output: SenderOutput): void
  /** Called when the counts or the reason to wait changed, at most every 250 ms. */
  changed?(counts: SenderCounts): void
}
