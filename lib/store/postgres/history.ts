import type { Delivery } from '../../delivery/delivery.js'
import type { DeliveryDetail } from '../delivery-queue.js'
import { deliveryOf, detailOf } from '../rows.js'
import { ATTEMPTS } from './attempts.js'
import type { Query } from './database.js'
import { pgText } from './text.js'
import { wholeOf } from './whole-delivery.js'

export async function delivery(query: Query, id: string): Promise<DeliveryDetail | null> {
  const [row] = await query(`${wholeOf('@deliveries')} WHERE d.id = $1`, pgText(id))
  if (row === undefined) return null
  const log = await query(`${ATTEMPTS} WHERE a.delivery = $1 ORDER BY a.number`, row['seq'])
  return detailOf(row, log)
}

/** So far back a sender's last result is looked for: others may send to its webhook more often. */
const LAST_AMONG = 200

export async function lastResult(query: Query, webhook: string, sender: string): Promise<Delivery | null> {
  const [row] = await query(
    `SELECT r.* FROM unnest('{1,2,3}'::smallint[]) AS s (status) CROSS JOIN LATERAL (
       SELECT * FROM (SELECT * FROM @deliveries WHERE webhook_id = $1 AND status = s.status ORDER BY seq DESC LIMIT ${LAST_AMONG}) n
       WHERE sender_id = $2 ORDER BY finished_at DESC, seq DESC LIMIT 1) r
     ORDER BY r.finished_at DESC, r.seq DESC LIMIT 1`,
    webhook,
    sender,
  )
  return row === undefined ? null : deliveryOf(row)
}

/** When the oldest pending delivery was made, by webhook. */
export async function oldestPending(query: Query): Promise<number | null> {
  const [row] = await query(
    `WITH RECURSIVE hooks (id) AS (
       (SELECT min(webhook_id) FROM @deliveries WHERE status = 0) UNION ALL
       SELECT (SELECT min(webhook_id) FROM @deliveries WHERE status = 0 AND webhook_id > hooks.id) FROM hooks WHERE hooks.id IS NOT NULL)
     SELECT min(o.created_at) AS at FROM hooks CROSS JOIN LATERAL (
       SELECT created_at FROM @deliveries WHERE webhook_id = hooks.id AND status = 0 ORDER BY seq LIMIT 1) o`,
  )
  return (row?.['at'] as number | null | undefined) ?? null
}
