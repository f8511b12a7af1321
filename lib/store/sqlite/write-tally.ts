import type { Tally } from '../tally.js'
import type { Connection } from './connection.js'

const ADD = `
  INSERT INTO statistics (automation, webhook, hour, accepted, fired, delivered, failed, attempts, last_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET accepted = accepted + excluded.accepted, fired = fired + excluded.fired,
    delivered = delivered + excluded.delivered, failed = failed + excluded.failed, attempts = attempts + excluded.attempts,
    last_at = max(coalesce(last_at, excluded.last_at), coalesce(excluded.last_at, last_at))`

const ADD_LATENCY = `
  INSERT INTO latencies (automation, webhook, hour, bucket, count) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

/** Before a transaction commits. */
export function writeTally(db: Connection, tally: Tally): void {
  for (const { automation, webhook, hour, latencies, ...counts } of tally.counts) {
    const { accepted, fired, delivered, failed, attempts, lastAt } = counts
    db.run(ADD, automation, webhook, hour, accepted, fired, delivered, failed, attempts, lastAt)
    for (const [bucket, count] of latencies) db.run(ADD_LATENCY, automation, webhook, hour, bucket, count)
  }
  for (const [webhook, { code, message, status_code, at }] of tally.errors) {
    db.run('INSERT OR REPLACE INTO last_errors VALUES (?, ?, ?, ?, ?)', webhook, code, message, status_code ?? null, at)
  }
  tally.clear()
}
