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
  /** The message's other properties, as far as JSON can carry them. */
  readonly message: JsonObject
  /** The last attempt; null when it failed before a request was made. */
  readonly attempt: Attempt | null
}

/** How a sender's deliveries stand: `pending` all of them, the others since the engine started. */
export interface SenderCounts {
  readonly pending: number
  readonly delivered: number
  readonly failed: number
  /** Why the pending ones wait, as a sentence; null when they are on their way. */
  readonly waiting: string | null
}

/** A deployed sender, as the engine sees it. Called after the result is stored; what it throws is logged. */
export interface SenderPort {
  delivered(output: SenderOutput): void
  failed(output: SenderOutput): void
  /** Called when the counts changed, at most every 250 ms. */
  changed?(counts: SenderCounts): void
}
