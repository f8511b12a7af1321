import type { Delivery } from '../../delivery/delivery.js'
import type { DeliveryDetail } from '../delivery-queue.js'
import { deliveryOf, detailOf } from '../rows.js'
import { STATUSES } from '../statuses.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { allWebhooks } from './filters.js'
import { ATTEMPTS } from './requests.js'
import { WHOLE_DELIVERY } from './whole-delivery.js'

export function delivery({ db }: Context, id: string): DeliveryDetail | null {
  const row = db.get(`${WHOLE_DELIVERY} WHERE d.id = ?`, id)
  if (row === undefined) return null
  const log = db.all(`${ATTEMPTS} WHERE a.delivery = ? ORDER BY a.number`, row['seq'] as number)
  return detailOf(row, log)
}

const order = (row: Row, column: 'finished_at' | 'seq') => row[column] as number

/** So far back a sender's last result is looked for: others may send to its webhook more often. */
const LAST_AMONG = 200

export function lastResult({ db }: Context, webhook: string, sender: string): Delivery | null {
  const sql = `
    SELECT * FROM (SELECT * FROM deliveries WHERE webhook_id = ? AND status = ? ORDER BY seq DESC LIMIT ${LAST_AMONG})
    WHERE sender_id = ? ORDER BY finished_at DESC, seq DESC LIMIT 1`
  const results: Row[] = []
  for (const status of ['delivered', 'failed', 'dry-run'] as const) {
    const row = db.get(sql, webhook, STATUSES.indexOf(status), sender)
    if (row !== undefined) results.push(row)
  }
  const [last] = results.sort(
    (one, other) => order(other, 'finished_at') - order(one, 'finished_at') || order(other, 'seq') - order(one, 'seq'),
  )
  return last ? deliveryOf(last) : null
}

/** When the oldest pending delivery was made, or null when none waits. */
export function oldestPending(context: Context): number | null {
  const oldest = allWebhooks(context).map((webhook) => oldestPendingOf(context, webhook) ?? Number.POSITIVE_INFINITY)
  const at = Math.min(...oldest)
  return at === Number.POSITIVE_INFINITY ? null : at
}

export function oldestPendingOf({ db }: Pick<Context, 'db'>, webhook: string): number | null {
  const sql = 'SELECT created_at FROM deliveries WHERE webhook_id = ? AND status = 0 ORDER BY seq LIMIT 1'
  return (db.get(sql, webhook)?.['created_at'] as number | undefined) ?? null
}
