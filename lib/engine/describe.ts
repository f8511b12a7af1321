import type { Delivery } from '../delivery/delivery.js'
import { restoreMessage } from '../delivery/message.js'
import type { SenderOutput } from '../delivery/sender-port.js'
import { isoTime } from '../iso-time.js'
import type { AttemptRecord } from '../store/delivery-queue.js'

/** The delivery as it is after a result was stored, without reading it again. */
function describe({ delivery: before, attempt, status, dueAt, at, error }: AttemptRecord): Delivery {
  const { id, event, automation, webhook, sender, attempts, createdAt } = before
  return {
    id,
    event_id: event.event_id,
    automation,
    webhook,
    sender,
    status,
    attempts: attempts + (attempt === null ? 0 : 1),
    status_code: attempt?.status_code ?? null,
    duration_ms: attempt?.duration_ms ?? null,
    created_at: isoTime(createdAt),
    ...(dueAt !== null && { next_attempt_at: isoTime(dueAt) }),
    ...(status !== 'pending' && { finished_at: isoTime(at) }),
    ...(error !== null && { error }),
  }
}

/** What the sender of a delivery puts out when it is over. */
export function outputOf(record: AttemptRecord): SenderOutput {
  const { event, payload, slots, message } = record.delivery
  return {
    delivery: describe(record),
    event,
    payload,
    slots,
    message: restoreMessage(message),
    attempt: record.attempt,
  }
}
