import type { Attempt, Delivery, DeliveryError, MaskedRequest, Party } from '../delivery/delivery.js'
import { describeDelivery } from '../delivery/describe.js'
import { asSent } from '../delivery/sent-request.js'
import type { StoredDelivery } from '../delivery/stored.js'
import type { ArtifactEvent } from '../events/event.js'
import { isoTime } from '../iso-time.js'
import type { SecretSlot } from '../template/slot.js'
import type { DeliveryDetail } from './delivery-queue.js'
import { idOf } from './id-text.js'
import { STATUSES } from './statuses.js'

/** What a database gives: numbers, texts, bytes, null. */
export type Row = Readonly<Record<string, unknown>>

/** The delivery as people see it, from a row of `deliveries`. */
export function deliveryOf(row: Row): Delivery {
  return describeDelivery({
    id: row['id'] as string,
    eventId: idOf(row['event_id'] as string),
    automation: partyOf(row, 'automation'),
    webhook: partyOf(row, 'webhook'),
    sender: partyOf(row, 'sender'),
    status: STATUSES[row['status'] as number]!,
    attempts: row['attempts'] as number,
    statusCode: row['status_code'] as number | null,
    durationMs: row['duration_ms'] as number | null,
    createdAt: row['created_at'] as number,
    dueAt: row['due_at'] as number | null,
    finishedAt: row['finished_at'] as number | null,
    error: errorOf(row),
  })
}

const partyOf = (row: Row, role: 'automation' | 'webhook' | 'sender'): Party => ({
  id: row[`${role}_id`] as string,
  name: row[`${role}_name`] as string,
})

const errorOf = (row: Row): DeliveryError | null =>
  row['error_code'] === null ? null : { code: row['error_code'] as string, message: row['error_message'] as string }

/** From a row of everything of a delivery, and those of its attempts. Texts are parsed when somebody looks. */
export function detailOf(row: Row, log: readonly Row[]): DeliveryDetail {
  const id = row['id'] as string
  return {
    delivery: deliveryOf(row),
    get event() {
      return eventOf(row)
    },
    eventText: row['event'] as string,
    payload: payloadOf(row),
    slots: slotsOf(row),
    contentType: row['content_type'] as string | null,
    get log() {
      return log.map((attempt) => attemptOf(attempt, id))
    },
    logLater: log.map((attempt) => ({ toJSON: () => attemptOf(attempt, id) })),
    request: row['request'] === null ? null : (JSON.parse(row['request'] as string) as MaskedRequest),
  }
}

/** From a row of everything of a delivery, which is claimed under a lease with this fence. */
export function storedOf(row: Row, fence: number): StoredDelivery {
  return {
    seq: row['seq'] as number,
    id: row['id'] as string,
    event: eventOf(row),
    automation: partyOf(row, 'automation'),
    webhook: partyOf(row, 'webhook'),
    sender: partyOf(row, 'sender'),
    orderKey: row['collection'] as string | null,
    payload: payloadOf(row),
    slots: slotsOf(row),
    contentType: row['content_type'] as string | null,
    message: row['message'] as string | null,
    createdAt: row['created_at'] as number,
    attempts: row['attempts'] as number,
    fence,
    step: row['step'] as number,
    sample: row['sample'] === 1,
  }
}

export function payloadOf(row: Row): Buffer {
  const bytes = row['payload'] as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

export function slotsOf(row: Row): readonly SecretSlot[] {
  return row['slots'] === null ? [] : (JSON.parse(row['slots'] as string) as SecretSlot[])
}

export function eventOf(row: Row): ArtifactEvent {
  return JSON.parse(row['event'] as string) as ArtifactEvent
}

/** From a row of ATTEMPTS. */
export function attemptOf(row: Row, delivery: string): Attempt {
  const startedAt = row['started_at'] as number
  const response = row['response'] === null ? {} : JSON.parse(row['response'] as string)
  const error = errorOf(row)
  return {
    started_at: isoTime(startedAt),
    duration_ms: row['duration_ms'] as number,
    ...(row['sent'] !== null && {
      request: asSent(row['sent'] as string, delivery, startedAt, row['number'] as number),
    }),
    ...(row['status_code'] !== null && { status_code: row['status_code'] as number }),
    ...(error !== null && { error }),
    ...(response.headers !== undefined && { response_headers: response.headers }),
    ...(response.body !== undefined && { response_body: response.body }),
  }
}

/** JSON text of an attempt's answer, or null when there was none. */
export function responseText(attempt: Attempt): string | null {
  const { response_headers: headers, response_body: body } = attempt
  return headers === undefined && body === undefined ? null : JSON.stringify({ headers, body })
}
