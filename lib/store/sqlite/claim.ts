import type { StoredDelivery } from '../../delivery/stored.js'
import type { Claim, ClaimRequest } from '../delivery-queue.js'
import { payloadOf, storedOf } from '../rows.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { WHOLE_DELIVERY } from './whole-delivery.js'

/** The senders with pending deliveries, found by jumping along the index instead of reading all of it. */
const SENDERS = `
  WITH RECURSIVE found (id) AS (
    SELECT min(sender_id) FROM deliveries WHERE status = 0 AND webhook_id = ?
    UNION ALL
    SELECT (SELECT min(sender_id) FROM deliveries WHERE status = 0 AND webhook_id = ? AND sender_id > found.id)
    FROM found WHERE found.id IS NOT NULL
  )
  SELECT id FROM found WHERE id IS NOT NULL`

const DUE = `
  SELECT seq, due_at FROM deliveries
  WHERE status = 0 AND webhook_id = ? AND sender_id = ? AND due_at <= ? ORDER BY due_at, seq LIMIT ?`

const NEXT_DUE = `
  SELECT due_at, status_code, error_code, error_message FROM deliveries
  WHERE status = 0 AND webhook_id = ? AND sender_id = ? AND due_at > ? ORDER BY due_at LIMIT 1`

/** Each sender gets its share of a claim, so that one with a long queue does not hide the others. */
const SMALLEST_SHARE = 8

export function claim({ db, claims, fence }: Context, webhook: string, request: ClaimRequest): Claim {
  const taken = claims.of(webhook)
  const senders = db.all(SENDERS, webhook, webhook).filter((row) => request.senders.has(row['id'] as string))
  const share =
    senders.length <= 1 ? request.limit : Math.max(SMALLEST_SHARE, Math.ceil((2 * request.limit) / senders.length))
  const due: { seq: number; at: number }[] = []
  let more = false
  let next: Row | undefined
  for (const { id } of senders) {
    // One more than the share tells whether there are more; those that are taken already stand among them.
    const rows = db
      .all(DUE, webhook, id as string, request.now, share + taken.size + 1)
      .filter((row) => !taken.has(row['seq'] as number))
    more ||= rows.length > share
    for (const row of rows.slice(0, share)) due.push({ seq: row['seq'] as number, at: row['due_at'] as number })
    const later = db.get(NEXT_DUE, webhook, id as string, request.now)
    if (later && (!next || (later['due_at'] as number) < (next['due_at'] as number))) next = later
  }
  due.sort((a, b) => a.at - b.at || a.seq - b.seq)

  const deliveries: StoredDelivery[] = []
  let bytes = 0
  for (const { seq } of due) {
    if (deliveries.length === request.limit || (deliveries.length > 0 && bytes >= request.bytes)) {
      more = true
      break
    }
    const row = db.get(`${WHOLE_DELIVERY} WHERE d.seq = ?`, seq)!
    bytes += payloadOf(row).length
    deliveries.push(storedOf(row, fence))
    claims.take(webhook, seq)
  }
  return { deliveries, more, nextDue: (next?.['due_at'] as number | undefined) ?? null, ...errorOf(next) }
}

function errorOf(row: Row | undefined): Pick<Claim, 'nextError'> {
  if (!row || row['error_code'] === null) return {}
  const code = row['error_code'] as string
  return {
    nextError: { code, message: row['error_message'] as string, statusCode: row['status_code'] as number | null },
  }
}
