import type { Redelivered, RedeliveryRequest } from '../delivery-queue.js'
import { PENDING, STATUSES } from '../statuses.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { hasPending } from './enqueue.js'
import { listRows } from './list.js'

const AGAIN = `
  UPDATE deliveries SET status = 0, step = 0, due_at = ?, order_key = ?, finished_at = NULL, error_code = NULL,
    error_message = NULL, owed = 0 WHERE seq = ?`

export function redeliver(context: Context, request: RedeliveryRequest, now: number): Promise<Redelivered> {
  return context.commit.write(() => {
    const { rows, next } = wanted(context, request)
    const again = rows.filter((row) => row['status'] !== STATUSES.indexOf('dry-run'))
    for (const row of again) makeDue(context, row, now)
    const deliveries = again.map((row) => ({
      webhook: row['webhook_id'] as string,
      sender: row['sender_id'] as string,
      wasPending: row['status'] === PENDING,
    }))
    return { deliveries, next }
  })
}

/** The rows that a request names, newest first. */
export function wanted(context: Context, request: RedeliveryRequest): { rows: Row[]; next: string | null } {
  if ('id' in request) return { rows: context.db.all('SELECT * FROM deliveries WHERE id = ?', request.id), next: null }
  return listRows(context, request.filter, {
    limit: request.limit,
    ...(request.before !== null && { before: request.before }),
  })
}

function makeDue(context: Context, row: Row, now: number): void {
  const { db, claims, ordered, suspects } = context
  const [seq, webhook] = [row['seq'] as number, row['webhook_id'] as string]
  const pending = row['status'] === PENDING
  if (pending && (row['due_at'] === null || claims.of(webhook).has(seq))) return
  const ordering = db.get('SELECT ordering FROM webhooks WHERE id = ?', webhook)?.['ordering']
  const orderKey = ordering === 'collection' ? (row['collection'] as string | null) : null
  if (orderKey !== null) ordered.add(webhook)
  const waits = !pending && orderKey !== null && hasPending(context, webhook, orderKey)
  db.run(AGAIN, waits ? null : now, orderKey, seq)
  // a person wants it: whatever it did before
  suspects?.clear({ kind: 'delivery', seq })
}
