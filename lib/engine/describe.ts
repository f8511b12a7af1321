import type { Delivery } from '../delivery/delivery.js'
import { describeDelivery } from '../delivery/describe.js'
import { restoreMessage } from '../delivery/message.js'
import type { SenderOutput } from '../delivery/sender-port.js'
import type { AttemptRecord } from '../store/delivery-queue.js'

/** The delivery as it is after a result was stored, without reading it again. */
function describe({ delivery: before, attempt, status, dueAt, at, error }: AttemptRecord): Delivery {
  const { id, event, automation, webhook, sender, attempts, createdAt } = before
  return describeDelivery({
    id,
    eventId: event.event_id,
    automation,
    webhook,
    sender,
    status,
    attempts: attempts + (attempt === null ? 0 : 1),
    statusCode: attempt?.status_code ?? null,
    durationMs: attempt?.duration_ms ?? null,
    createdAt,
    dueAt,
    finishedAt: status === 'pending' ? null : at,
    error,
  })
}

/** What the sender of a delivery puts out when it is over. */
export function outputOf(record: AttemptRecord): SenderOutput {
  const { event, payload, slots, contentType, message } = record.delivery
  return {
    delivery: describe(record),
    event,
    payload,
    slots,
    contentType,
    message: restoreMessage(message),
    attempt: record.attempt,
  }
}
