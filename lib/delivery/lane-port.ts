import type { Attempt, DeliveryError } from './delivery.js'
import type { Ordering } from './ordering.js'
import type { StoredDelivery } from './stored.js'

/** What one attempt means for its delivery. Made by the webhook's rules; the engine knows no HTTP. */
export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'retry'
      readonly error: DeliveryError
      /** The endpoint asked for this many milliseconds of quiet: nothing goes to the webhook for so long. */
      readonly retryAfter?: number
      /** False when the endpoint only asked for patience: the delivery keeps its place in the schedule. */
      readonly countsAsAttempt: boolean
    }
  | { readonly kind: 'failed'; readonly error: DeliveryError; readonly pause?: boolean }

export interface SendResult {
  readonly outcome: Outcome
  /** The request that was made, for the history; null when none was (a permanent error before the request). */
  readonly attempt: Attempt | null
}

/** Resolves when the answer may be looked at; undefined: at once. */
export type Arrived = () => Promise<void> | undefined

/** A deployed webhook, as the engine sees it. */
export interface LanePort {
  readonly name: string
  /** A paused webhook starts again when it is attached with another URL. */
  readonly url: string
  /** The waits before each retry, in milliseconds; empty: one attempt only. */
  readonly schedule: readonly number[]
  /** Requests a second, or null for as many as go. */
  readonly rateLimit: number | null
  readonly ordering: Ordering
  /** Requests at once, at least 1. */
  readonly concurrency: number
  /** Why nothing can be sent now, as a sentence (a credential is missing, say); null when all is well. */
  readonly waiting: string | null
  /**
   * Makes one request. An `AutomationError` thrown here is a failure for good, anything else one more failed attempt.
   * When `signal` aborts, the request is to be given up at once; the delivery is then sent again later.
   * @param arrived to be called, and waited for, before anything looks at an answer
   */
  send(delivery: StoredDelivery, attempt: number, signal: AbortSignal, arrived?: Arrived): Promise<SendResult>
}
