import { countResult } from '../count-result.js'
import type { AttemptRecord, Started } from '../delivery-queue.js'
import { leaseLost } from '../lease.js'
import { responseText } from '../rows.js'
import { STATUSES } from '../statuses.js'
import type { Connection } from './connection.js'
import type { Context } from './context.js'
import { requestOf } from './requests.js'

const UPDATE = `
  UPDATE deliveries SET status = ?, attempts = ?, step = ?, status_code = ?, duration_ms = ?, due_at = ?, started_at = NULL,
    finished_at = ?, error_code = ?, error_message = ?, owed = ?
  WHERE seq = ?`

const INSERT_ATTEMPT = `
  INSERT INTO attempts (delivery, number, started_at, duration_ms, status_code, error_code, error_message, response,
    request)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`

/** So many attempts of a delivery are kept, the newest: an endpoint may ask to wait every second for years. */
const KEPT_ATTEMPTS = 100

export function record(context: Context, result: AttemptRecord): Promise<{ successor: boolean }> {
  const { db, commit, claims, ordered, tally, fence } = context
  const { delivery, attempt, error } = result
  const { seq, webhook } = delivery
  const attempts = delivery.attempts + (attempt === null ? 0 : 1)
  const finished = result.status !== 'pending'
  if (delivery.fence !== fence) return Promise.reject(leaseLost(webhook.id))
  return commit.write(
    () => {
      db.run(
        UPDATE,
        STATUSES.indexOf(result.status),
        attempts,
        result.step,
        attempt?.status_code ?? null,
        attempt?.duration_ms ?? null,
        result.dueAt,
        finished ? result.at : null,
        error?.code ?? null,
        error?.message ?? null,
        result.owed ? 1 : 0,
        seq,
      )
      if (attempt !== null) {
        db.run(
          INSERT_ATTEMPT,
          seq,
          attempts,
          Date.parse(attempt.started_at),
          attempt.duration_ms,
          attempt.status_code ?? null,
          attempt.error?.code ?? null,
          attempt.error?.message ?? null,
          responseText(attempt),
          requestOf(context, attempt),
        )
        if (attempts > KEPT_ATTEMPTS) {
          db.run('DELETE FROM attempts WHERE delivery = ? AND number <= ?', seq, attempts - KEPT_ATTEMPTS)
        }
      }
      countResult(tally, result)
      const successor = finished && ordered.has(webhook.id) && letNextGo(context, webhook.id, seq, result.at)
      commit.afterCommit(() => claims.release(webhook.id, seq))
      return { successor }
    },
    // a successor waits for it
    { mustHappen: true, when: ordered.has(webhook.id) ? 'usual' : 'with others' },
  )
}

/** Makes the first pending delivery of the same collection due, if it was waiting for this one. */
export function letNextGo({ db }: Pick<Context, 'db'>, webhook: string, seq: number, now: number): boolean {
  const orderKey = db.get('SELECT order_key FROM deliveries WHERE seq = ?', seq)?.['order_key'] ?? null
  if (orderKey === null) return false
  const { changes } = db.run(
    `UPDATE deliveries SET due_at = ? WHERE due_at IS NULL AND seq = (
       SELECT min(seq) FROM deliveries WHERE status = 0 AND webhook_id = ? AND order_key = ?)`,
    now,
    webhook,
    orderKey,
  )
  return changes !== 0
}

export function markStarted({ db, commit, fence }: Context, started: readonly Started[]): Promise<void> {
  const own = started.filter((each) => each.fence === fence)
  return commit.write(() => startedNow(db, own))
}

export function startedNow(db: Connection, started: readonly Started[]): void {
  for (const { seq, at } of started) {
    db.run('UPDATE deliveries SET started_at = ? WHERE seq = ? AND status = 0', at, seq)
  }
}
