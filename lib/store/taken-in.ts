import { describeDelivery } from '../delivery/describe.js'
import type { StoredDelivery } from '../delivery/stored.js'
import type { Enqueued, NewRecord } from './delivery-queue.js'

/** What the store made of a record when it took it in. */
export interface Inserted {
  readonly seq: number
  readonly sample: boolean
}

/** A delivery as it is shown right after it was taken in. @param dueAt Unix milliseconds; null when it waits, or is not sent */
export function newDelivery(
  entry: NewRecord,
  status: 'pending' | 'dry-run',
  dueAt: number | null,
): Enqueued['delivery'] {
  const { id, event, automation, webhook, sender, createdAt } = entry
  const state = { status, attempts: 0, statusCode: null, durationMs: null, createdAt, dueAt, error: null }
  const finishedAt = status === 'dry-run' ? createdAt : null
  return describeDelivery({ id, eventId: event.event_id, automation, webhook, sender, ...state, finishedAt })
}

/** The same as who claimed it gets it, without reading it back. */
export function storedFrom(entry: NewRecord, { seq, sample }: Inserted, fence: number): StoredDelivery {
  const { id, event, automation, webhook, sender, orderKey, payload, slots, message, createdAt } = entry
  const contentType = entry.contentType ?? null
  const parties = { automation, webhook, sender }
  const body = { orderKey, payload, slots, contentType, message }
  return { seq, id, event, ...parties, ...body, createdAt, attempts: 0, fence, step: 0, sample }
}
