import type { AttemptRecord } from '../store/store.js'
import type { Delivery } from './delivery.js'

/** The delivery as it is after a result was stored, without reading it again. */
export function describe({ delivery: before, attempt, status, dueAt, at, error }: AttemptRecord): Delivery {
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
    created_at: new Date(createdAt).toISOString(),
    ...(dueAt !== null && { next_attempt_at: new Date(dueAt).toISOString() }),
    ...(status !== 'pending' && { finished_at: new Date(at).toISOString() }),
    ...(error !== null && { error }),
  }
}
