import type { Claim, ClaimRequest } from '../delivery-queue.js'
import { type Lease, leaseLost, webhookOf } from '../lease.js'
import { type Row, storedOf } from '../rows.js'
import type { Query } from './database.js'
import type { InHand } from './in-hand.js'
import type { NotedSuspects } from './suspects.js'
import { wholeOf } from './whole-delivery.js'

/** Of each sender's due deliveries so many are looked at, so that a short queue does not wait behind a long one. */
const SMALLEST_SHARE = 8

/**
 * Takes rows under a lease that nobody can take away meanwhile. `n` of them are due in all, of each sender at most its share
 * and one: that tells whether there are more.
 */
const CLAIM = `
  WITH lease AS MATERIALIZED (SELECT fence FROM @leases WHERE thing = $1 AND fence = $2 FOR SHARE),
  due AS (
    SELECT d.seq, d.due_at FROM unnest($4::text[]) AS s (id) CROSS JOIN LATERAL (
      SELECT seq, due_at FROM @deliveries
      WHERE webhook_id = $3 AND sender_id = s.id AND status = 0 AND claim IS NULL AND due_at <= $5
      ORDER BY due_at, seq LIMIT $6) d
  ), sized AS (
    SELECT seq, row_number() OVER w AS n,
      coalesce(sum(octet_length(payload)) OVER (ORDER BY due_at, seq ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM due JOIN @bodies USING (seq) WINDOW w AS (ORDER BY due_at, seq)
  ), taken AS (
    UPDATE @deliveries d SET claim = lease.fence FROM sized, lease
    WHERE d.seq = sized.seq AND sized.n <= $7 AND (sized.n = 1 OR sized.before < $8) AND d.status = 0 AND d.claim IS NULL
    RETURNING d.*
  )
  SELECT w.*, (SELECT count(*) FROM due) AS due_count FROM (${wholeOf('taken')}) w ORDER BY due_at, seq`

const NEXT_DUE = `
  SELECT d.*, (SELECT fence FROM @leases WHERE thing = $4) AS fence FROM (SELECT 1) one LEFT JOIN LATERAL (
    SELECT n.due_at, n.error_code, n.error_message, n.status_code FROM unnest($2::text[]) AS s (id) CROSS JOIN LATERAL (
      SELECT * FROM @deliveries WHERE webhook_id = $1 AND sender_id = s.id AND status = 0 AND claim IS NULL AND due_at > $3
      ORDER BY due_at, seq LIMIT 1) n
    ORDER BY n.due_at LIMIT 1) d ON true`

/** @throws AutomationError `lease_lost` */
export async function claim(
  query: Query,
  suspects: NotedSuspects,
  lease: Lease,
  request: ClaimRequest,
): Promise<Claim> {
  const webhook = webhookOf(lease.thing) ?? ''
  const { now, limit, bytes } = request
  const senders = [...request.senders]
  const share = senders.length === 1 ? limit : Math.max(SMALLEST_SHARE, Math.ceil((2 * limit) / senders.length))
  const rows = await query(CLAIM, lease.thing, lease.fence, webhook, senders, now, share + 1, limit, bytes)
  const [next] = await query(NEXT_DUE, webhook, senders, now, lease.thing)
  if (next?.['fence'] !== lease.fence) throw leaseLost(webhook)
  suspects.found('delivery', rows)
  const due = Number(rows[0]?.['due_count'] ?? 0)
  return {
    deliveries: rows.map((row) => storedOf(row, lease.fence)),
    more: due > rows.length,
    nextDue: (next['due_at'] as number | null) ?? null,
    ...errorOf(next),
  }
}

function errorOf(row: Row): Pick<Claim, 'nextError'> {
  if (row['due_at'] === null || row['error_code'] === null) return {}
  const code = row['error_code'] as string
  const message = row['error_message'] as string
  return { nextError: { code, message, statusCode: row['status_code'] as number | null } }
}

/** Gives back what is claimed under a lease. */
export async function release(query: Query, lease: Lease, seqs: readonly number[]): Promise<void> {
  if (seqs.length === 0) return
  const sql = 'UPDATE @deliveries SET claim = NULL WHERE seq = ANY ($1::bigint[]) AND status = 0 AND claim = $2'
  await query(sql, seqs, lease.fence)
}

/** Gives back what is claimed in the database and in nobody's hand here: the answer to a claim was lost. */
export async function releaseLost(query: Query, { leases, seqs }: ReturnType<InHand['of']>): Promise<void> {
  if (leases.length === 0) return
  await query(
    `UPDATE @deliveries d SET claim = NULL FROM unnest($1::text[], $2::bigint[]) AS l (webhook, fence)
     WHERE d.webhook_id = l.webhook AND d.status = 0 AND d.claim IS NOT NULL AND d.claim = l.fence
       AND d.seq <> ALL ($3::bigint[])`,
    leases.map(({ thing }) => webhookOf(thing) ?? ''),
    leases.map(({ fence }) => fence),
    seqs,
  )
}
