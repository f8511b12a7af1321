import { isoTime } from '../iso-time.js'
import type { Delivery, DeliveryError, DeliveryStatus, Party } from './delivery.js'

/** What is known of a delivery, wherever it was kept. Times are Unix milliseconds. */
export interface DeliveryFacts {
  readonly id: string
  readonly eventId: string
  readonly automation: Party
  readonly webhook: Party
  readonly sender: Party
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly statusCode: number | null
  readonly durationMs: number | null
  readonly createdAt: number
  /** When a pending one is due; it is not looked at otherwise. */
  readonly dueAt: number | null
  readonly finishedAt: number | null
  readonly error: DeliveryError | null
}

/** The delivery as messages, history and the admin interface show it: the one place that makes it. */
export function describeDelivery(facts: DeliveryFacts): Delivery {
  const { id, eventId, automation, webhook, sender, status, attempts, statusCode, durationMs } = facts
  const { createdAt, dueAt, finishedAt, error } = facts
  return {
    id,
    event_id: eventId,
    automation,
    webhook,
    sender,
    status,
    attempts,
    status_code: statusCode,
    duration_ms: durationMs,
    created_at: isoTime(createdAt),
    ...(status === 'pending' && dueAt !== null && { next_attempt_at: isoTime(dueAt) }),
    ...(finishedAt !== null && { finished_at: isoTime(finishedAt) }),
    ...(error !== null && { error }),
  }
}
