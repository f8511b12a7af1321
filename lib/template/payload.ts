import { AutomationError } from '../error.js'
import { checkSlots } from './fill.js'
import type { SecretSlot } from './slot.js'

export interface Payload {
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
}

/**
 * What a sender sends of a message: text and Buffers as they are, anything else as JSON, so that a trigger wired
 * straight to a sender sends the event.
 * @throws AutomationError `payload_missing`, `payload_changed` (the template's secrets no longer fit)
 */
export function payloadOf(msg: { payload?: unknown; secretSlots?: unknown }): Payload {
  const { payload } = msg
  if (payload === undefined || payload === null) {
    throw new AutomationError(
      'payload_missing',
      'The message has no payload. Put a payload-template before the sender, or set msg.payload.',
    )
  }
  const slots = checkSlots(typeof payload === 'string' ? payload : null, msg.secretSlots)
  if (Buffer.isBuffer(payload)) return { payload, slots }
  return { payload: Buffer.from(typeof payload === 'string' ? payload : jsonOf(payload), 'utf8'), slots }
}

function jsonOf(payload: unknown): string {
  let text: string | undefined
  let cause: unknown
  try {
    text = JSON.stringify(payload)
  } catch (error) {
    cause = error
  }
  if (text !== undefined) return text
  const why = cause instanceof Error ? `: ${cause.message.split('\n', 1)[0]}` : ''
  throw new AutomationError(
    'payload_invalid',
    `msg.payload is a ${typeof payload} that cannot be written as JSON${why}.`,
  )
}
