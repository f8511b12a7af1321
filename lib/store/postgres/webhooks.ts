import type { Ordering } from '../../delivery/ordering.js'
import type { WebhookState } from '../delivery-queue.js'
import { type Lease, leaseLost, webhookOf } from '../lease.js'
import type { Row } from '../rows.js'
import { NOW } from './clock.js'
import type { Query } from './database.js'
import { lockOrder } from './locks.js'
import { pgTextOrNull } from './text.js'
import type { Transaction } from './writer.js'

export async function webhookStates(query: Query): Promise<Map<string, WebhookState>> {
  const rows = await query('SELECT * FROM @webhooks')
  return new Map(rows.map((row) => [row['id'] as string, stateOf(row)]))
}

export const stateOf = (row: Row): WebhookState => ({
  paused: row['paused'] as string | null,
  pausedUrl: row['paused_url'] as string | null,
  heldUntil: row['held_until'] as number | null,
  ordering: row['ordering'] as Ordering,
})

/** One statement, because another instance may change another part of it at the same time. */
export async function changeWebhook(
  { query, tellOthers }: Transaction,
  id: string,
  change: Partial<WebhookState>,
): Promise<Row> {
  const { paused, pausedUrl, heldUntil, ordering } = change
  const named = [paused, pausedUrl, heldUntil, ordering].map((value) => value !== undefined)
  const [row] = await query(
    `INSERT INTO @webhooks AS w (id, paused, paused_url, held_until, ordering, changed_at)
     VALUES ($1, $2, $3, $4, coalesce($5, 'none'), ${NOW})
     ON CONFLICT (id) DO UPDATE SET paused = CASE WHEN $6 THEN $2 ELSE w.paused END,
       paused_url = CASE WHEN $7 THEN $3 ELSE w.paused_url END,
       held_until = CASE WHEN $8 THEN $4 ELSE w.held_until END,
       ordering = CASE WHEN $9 THEN coalesce($5, 'none') ELSE w.ordering END, changed_at = excluded.changed_at RETURNING *`,
    id,
    pgTextOrNull(paused),
    pgTextOrNull(pausedUrl),
    heldUntil ?? null,
    ordering ?? null,
    ...named,
  )
  tellOthers()
  return row!
}

/** @throws AutomationError `lease_lost` */
export async function reorder(
  { query, schema }: { readonly query: Query; readonly schema: string },
  { thing, fence }: Lease,
  ordering: Ordering,
  now: number,
): Promise<void> {
  const webhook = webhookOf(thing) ?? ''
  const held = await query('SELECT 1 FROM @leases WHERE thing = $1 AND fence = $2 FOR SHARE', thing, fence)
  if (held.length === 0) throw leaseLost(webhook)
  if (ordering === 'none') {
    await query(
      'UPDATE @deliveries SET order_key = NULL, due_at = coalesce(due_at, $2) WHERE status = 0 AND webhook_id = $1',
      webhook,
      now,
    )
    return
  }
  const rows = await query('SELECT DISTINCT collection FROM @deliveries WHERE status = 0 AND webhook_id = $1', webhook)
  const keys = rows.flatMap(({ collection }) => (collection === null ? [] : [{ webhook, key: collection as string }]))
  await lockOrder(query, schema, keys)
  await query(
    `UPDATE @deliveries d SET order_key = collection, due_at = CASE WHEN d.seq <> h.seq THEN NULL ELSE due_at END
     FROM (SELECT DISTINCT ON (collection) collection AS key, seq FROM @deliveries WHERE status = 0 AND webhook_id = $1
       ORDER BY collection, place, seq) h
     WHERE status = 0 AND webhook_id = $1 AND d.collection = h.key`,
    webhook,
  )
}

/** Several instances may see that the database's clock was set back: the first of them moves what waits. */
export async function shiftDue({ query }: Transaction, by: number, now: number): Promise<void> {
  const [first] = await query(
    `INSERT INTO @meta AS m (key, value) VALUES ('shifted', $1)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value WHERE abs(m.value - excluded.value) > 60000 RETURNING 1`,
    now,
  )
  if (first === undefined) return
  await query('UPDATE @deliveries SET due_at = greatest($1, due_at - $2) WHERE status = 0 AND due_at > $1', now, by)
  await query(
    `UPDATE @webhooks SET held_until = greatest($1, held_until - $2), changed_at = ${NOW} WHERE held_until > $1`,
    now,
    by,
  )
}
