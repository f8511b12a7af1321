import type { Ordering } from '../../delivery/ordering.js'
import type { WebhookState } from '../delivery-queue.js'
import type { Connection, Row } from './connection.js'
import type { Context } from './context.js'

export function webhookStates({ db }: Context): ReadonlyMap<string, WebhookState> {
  const rows = db.all('SELECT * FROM webhooks')
  return new Map(rows.map((row) => [row['id'] as string, stateOf(row)]))
}

const stateOf = (row: Row): WebhookState => ({
  paused: row['paused'] as string | null,
  pausedUrl: row['paused_url'] as string | null,
  heldUntil: row['held_until'] as number | null,
  ordering: row['ordering'] as Ordering,
})

/** The webhooks with pending deliveries that wait for one another. */
export function ordered(db: Connection): string[] {
  const sql = 'SELECT DISTINCT webhook_id AS id FROM deliveries WHERE status = 0 AND order_key IS NOT NULL'
  return db.all(sql).map((row) => row['id'] as string)
}

const UNTOUCHED: WebhookState = { paused: null, pausedUrl: null, heldUntil: null, ordering: 'none' }

export function changeWebhook({ db, commit }: Context, id: string, change: Partial<WebhookState>): Promise<void> {
  return commit.write(() => {
    const before = db.get('SELECT * FROM webhooks WHERE id = ?', id)
    const state = { ...(before === undefined ? UNTOUCHED : stateOf(before)), ...change }
    db.run(
      'INSERT OR REPLACE INTO webhooks (id, paused, paused_url, held_until, ordering) VALUES (?, ?, ?, ?, ?)',
      id,
      state.paused,
      state.pausedUrl,
      state.heldUntil,
      state.ordering,
    )
  })
}

export function reorder(context: Context, webhook: string, ordering: Ordering, now: number): Promise<void> {
  const { db, commit, ordered } = context
  return commit.write(() => {
    if (ordering === 'none') {
      db.run(
        'UPDATE deliveries SET order_key = NULL, due_at = coalesce(due_at, ?) WHERE status = 0 AND webhook_id = ?',
        now,
        webhook,
      )
      return
    }
    ordered.add(webhook)
    db.run('UPDATE deliveries SET order_key = collection WHERE status = 0 AND webhook_id = ?', webhook)
    db.run(
      `UPDATE deliveries AS d SET due_at = NULL WHERE status = 0 AND webhook_id = ? AND order_key IS NOT NULL
         AND seq > (SELECT min(seq) FROM deliveries h
           WHERE h.status = 0 AND h.webhook_id = ? AND h.order_key = d.order_key)`,
      webhook,
      webhook,
    )
  })
}

export function shiftDue({ db, commit }: Context, by: number, now: number): Promise<void> {
  return commit.write(() => {
    db.run('UPDATE deliveries SET due_at = max(?, due_at - ?) WHERE status = 0 AND due_at > ?', now, by, now)
    db.run('UPDATE webhooks SET held_until = max(?, held_until - ?) WHERE held_until > ?', now, by, now)
  })
}
