import { PENDING, ROUTING, STATUSES } from '../statuses.js'
import { eventAside, SET_ASIDE, type SetAside, type Suspect } from '../suspects.js'
import type { Tally } from '../tally.js'
import type { Connection } from './connection.js'
import { letNextGo } from './record.js'

/** Nothing of these is tried again until a person says so. @returns those that were still to be tried */
export function setAside(db: Connection, tally: Tally, suspects: readonly Suspect[], now: number): SetAside[] {
  const ways = {
    delivery: (seq: number) => asideDelivery(db, tally, seq, now),
    event: (seq: number) => asideEvent(db, seq),
    output: (seq: number) => asideOutput(db, seq),
  }
  return suspects.flatMap(({ kind, seq }) => {
    const id = ways[kind](seq)
    return id === null ? [] : [{ kind, id }]
  })
}

function asideDelivery(db: Connection, tally: Tally, seq: number, now: number): string | null {
  const row = db.get(
    `UPDATE deliveries SET status = ?, status_code = NULL, due_at = NULL, finished_at = ?, error_code = ?, error_message = ?, owed = 1
     WHERE seq = ? AND status = ? RETURNING id, webhook_id, automation_id, sample`,
    STATUSES.indexOf('failed'),
    now,
    SET_ASIDE.code,
    SET_ASIDE.message,
    seq,
    PENDING,
  )
  if (row === undefined) return null
  const webhook = row['webhook_id'] as string
  if (row['sample'] === 0) tally.finished(row['automation_id'] as string, webhook, now, 'failed')
  letNextGo({ db }, webhook, seq, now)
  return row['id'] as string
}

function asideEvent(db: Connection, seq: number): string | null {
  const row = db.get('UPDATE events SET routed = ? WHERE seq = ? RETURNING source, event_id', ROUTING.aside, seq)
  return row === undefined ? null : eventAside(row['source'] as string, row['event_id'] as string).id
}

function asideOutput(db: Connection, seq: number): string | null {
  const row = db.get('UPDATE deliveries SET owed = 0 WHERE seq = ? AND owed = 1 RETURNING id', seq)
  return row === undefined ? null : (row['id'] as string)
}
