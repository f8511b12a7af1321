import type { ArtifactEvent } from '../events/event.js'
import type { SecretSlot } from '../template/slot.js'

export type DeliveryStatus = 'pending' | 'delivered' | 'failed' | 'dry-run'

/** A node by its id, with the name it had at the time (empty if it had none). */
export interface Party {
  readonly id: string
  readonly name: string
}

/** One payload on its way to one webhook, as messages, history and the admin interface show it. */
export interface Delivery {
  /** The `webhook-id` of every attempt: made from event id, sender and payload. */
  readonly id: string
  readonly event_id: string
  readonly automation: Party
  readonly webhook: Party
  readonly sender: Party
  readonly status: DeliveryStatus
  /** How many requests were made so far. */
  readonly attempts: number
  /** The HTTP status of the last attempt; null when none has an answer. */
  readonly status_code: number | null
  /** How long the last attempt took, in milliseconds. */
  readonly duration_ms: number | null
  /** RFC 3339. */
  readonly created_at: string
  readonly next_attempt_at?: string
  readonly finished_at?: string
  readonly error?: DeliveryError
}

export interface DeliveryError {
  readonly code: string
  readonly message: string
}

/** One HTTP request of a delivery. Headers and body are the response's, scrubbed of every known secret. */
export interface Attempt {
  /** RFC 3339. */
  readonly started_at: string
  readonly duration_ms: number
  /** What was sent, with every secret masked; absent when it was interrupted, or made by an older version. */
  readonly request?: SentRequest
  readonly status_code?: number
  readonly error?: DeliveryError
  readonly response_headers?: Readonly<Record<string, string | string[]>>
  readonly response_body?: string
}

/** The head of a request, with every secret masked. */
export interface SentRequest {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** The request with every secret masked, for outputs, dry runs, tests and the history. */
export interface MaskedRequest extends SentRequest {
  readonly body: string
}

/** What a sender asks for. The payload is what goes on the wire but for the secrets in `slots`. */
export interface NewDelivery {
  readonly event: ArtifactEvent
  readonly automation: Party
  readonly webhook: Party
  readonly sender: Party
  /** UTF-8 text, or any bytes when there are no slots. */
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
  /** What the payload is, where its template says so; by default the webhook does. */
  readonly contentType?: string | null
  /** The message's other properties, kept with the delivery so that the outputs carry them also after a restart. */
  readonly message: Readonly<Record<string, unknown>>
}
