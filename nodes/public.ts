import type { Delivery, DeliveryError, MaskedRequest, Party } from '../lib/delivery/delivery.js'
import type { ErrorCode } from '../lib/error-codes.js'
import type { ArtifactEvent } from '../lib/events/event.js'
import type { RenderedValues } from '../lib/template/rendered-values.js'
import type { SecretSlot } from '../lib/template/slot.js'

// What flows, function nodes and other packages rely on: `import type { … } from '@artifact-automations/node-red'`. Types
// alone; at run time this module is empty.

export type {
  Attempt,
  Delivery,
  DeliveryError,
  DeliveryStatus,
  MaskedRequest,
  Party,
  SentRequest,
} from '../lib/delivery/delivery.js'
export type { ErrorCode } from '../lib/error-codes.js'
export type { ArtifactEvent, EventType } from '../lib/events/event.js'
export type { RenderedValues } from '../lib/template/rendered-values.js'
export type { SecretSlot } from '../lib/template/slot.js'

/** `msg` after `artifact-event`. Further properties are kept through the flow, and come out of the sender again. */
export interface EventMessage {
  /** The event's type. */
  readonly topic: string
  /** A copy of the event, to be changed at will. */
  payload: unknown
  readonly event: ArtifactEvent
  /** The trigger that sent it. */
  readonly automation: Party
}

/** `msg` after `payload-template`. Until it is sent, a secret reads in the payload as the template wrote it. */
export interface RenderedMessage extends Omit<EventMessage, 'payload'> {
  readonly payload: string
  readonly secretSlots: readonly SecretSlot[]
  /** What in the payload is the event's, to be escaped where the webhook's service reads markup. */
  readonly rendered: RenderedValues
}

interface ResultMessage {
  readonly event: ArtifactEvent
  readonly automation: Party
  readonly delivery: Delivery
}

/** `msg` at the first output of `webhook-sender`: it was delivered. */
export interface DeliveredMessage extends ResultMessage {
  /** The body of the answer, parsed when it is JSON. */
  readonly payload: unknown
  /** Null when the answer broke off before it could be kept. */
  readonly statusCode: number | null
  readonly headers: Readonly<Record<string, unknown>>
  /** What was sent, with every secret masked. */
  readonly request?: MaskedRequest
}

/** `msg` at the first output of a `webhook-sender` in a dry run: what would have been sent. */
export interface DryRunMessage extends ResultMessage {
  readonly payload: string | Uint8Array
  /** With every secret masked. */
  readonly request: MaskedRequest
}

/** `msg` at the second output of `webhook-sender`: it failed for good. */
export interface FailedMessage extends Partial<Omit<ResultMessage, 'event'>> {
  readonly event?: unknown
  /** What was to be sent, so that it can be wired to another sender, with its slots. */
  readonly payload?: unknown
  readonly secretSlots?: readonly SecretSlot[]
  /** Only of a form. */
  readonly rendered?: RenderedValues
  /** What was sent last, with every secret masked; absent when nothing was. */
  readonly request?: MaskedRequest
  /** A code of this version's, or of the one that stored it: see docs/errors.md. */
  readonly error: DeliveryError & { readonly code: ErrorCode | (string & {}) }
}
