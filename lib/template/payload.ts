import { MOST_BODY_BYTES } from '../body-size.js'
import { AutomationError } from '../error.js'
import { fits, isCircular } from '../json.js'
import { checkSlots } from './fill.js'
import { FORM } from './form-text.js'
import { escapeMarkup, type Markup } from './markup/escape.js'
import { formatOf, readRenderedValues } from './rendered-values.js'
import { tooLarge } from './size.js'
import type { SecretSlot } from './slot.js'

export interface Payload {
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
  /** What it is, where its template says so. */
  readonly contentType: string | null
}

/** What the nodes before a sender say about the payload. */
export interface PayloadMessage {
  readonly payload?: unknown
  /** From `payload-template`: where secrets go. */
  readonly secretSlots?: unknown
  /** From `payload-template`: its format, and where values of the event stand. */
  readonly rendered?: unknown
}

/**
 * What a sender sends of a message: text and Buffers as they are, anything else as JSON, so that a trigger wired
 * straight to a sender sends the event. Values that a template put where the webhook's service reads markup are escaped
 * for it.
 * @param markup where the webhook's service reads markup; undefined when it reads none
 * @throws AutomationError `payload_missing`, `payload_changed` (the template's secrets no longer fit)
 */
export function payloadOf(msg: PayloadMessage, markup: Markup | undefined): Payload {
  const { payload } = msg
  if (payload === undefined || payload === null) {
    throw new AutomationError(
      'payload_missing',
      'The message has no payload. Put a payload-template before the sender, or set msg.payload.',
    )
  }
  const slots = checkSlots(typeof payload === 'string' ? payload : null, msg.secretSlots)
  // a flow may go on writing into its own
  if (Buffer.isBuffer(payload)) return { payload: Buffer.from(payload), slots, contentType: null }
  if (typeof payload !== 'string') return { payload: Buffer.from(jsonOf(payload), 'utf8'), slots, contentType: null }
  const contentType = formatOf(msg.rendered) === 'form' ? FORM : null
  if (markup === undefined) return { payload: Buffer.from(payload, 'utf8'), slots, contentType }
  const escaped = escapeMarkup({ text: payload, slots, ...readRenderedValues(payload, msg.rendered) }, markup)
  return { payload: Buffer.from(escaped.text, 'utf8'), slots: escaped.slots, contentType }
}

const WRITABLE = { depth: Number.POSITIVE_INFINITY, size: MOST_BODY_BYTES }

function jsonOf(payload: unknown): string {
  let text: string | undefined
  let cause: unknown
  try {
    // what holds the same thing in many places would be written for a long time before it is too long
    if (!fits(payload, WRITABLE) && !isCircular(payload)) throw tooLarge()
    text = JSON.stringify(payload)
  } catch (error) {
    if (error instanceof AutomationError) throw error
    cause = error
  }
  if (text !== undefined) return text
  const why = cause instanceof Error ? `: ${cause.message.split('\n', 1)[0]}` : ''
  throw new AutomationError(
    'payload_invalid',
    `msg.payload is a ${typeof payload} that cannot be written as JSON${why}.`,
  )
}
