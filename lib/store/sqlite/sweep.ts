import { hourOf } from '../statistics.js'
import { PENDING } from '../statuses.js'
import type { SweepCursor, SweepSlice } from '../store.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'

/** Pages that are given back to the file system after a slice. */
const VACUUM_PAGES = 64

/**
 * Goes along the oldest rows. The newest row of a table always stays, so that SQLite does not give its number again.
 */
export function sweep(context: Context, slice: SweepSlice): Promise<{ deleted: number; next: SweepCursor | null }> {
  const { db, commit } = context
  return commit.write(() => {
    const from = slice.from ?? { deliveries: 0, events: 0, statistics: null }
    const deliveries = sweepDeliveries(context, from.deliveries, slice)
    // Events go when their deliveries are gone, so they come second.
    const events = deliveries.end
      ? sweepEvents(context, from.events, slice)
      : { end: false, last: from.events, deleted: 0 }
    const statistics = events.end
      ? sweepStatistics(context, from.statistics, slice)
      : { end: false, last: from.statistics }
    db.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`)
    return {
      deleted: deliveries.deleted + events.deleted,
      next: statistics.end ? null : { deliveries: deliveries.last, events: events.last, statistics: statistics.last },
    }
  })
}

interface Swept {
  readonly end: boolean
  readonly last: number
  readonly deleted: number
}

function sweepDeliveries({ db }: Context, after: number, { deliveriesBefore, limit }: SweepSlice): Swept {
  const rows = db.all(
    `SELECT seq, status, created_at, finished_at FROM deliveries
     WHERE seq > ? AND seq < (SELECT max(seq) FROM deliveries) ORDER BY seq LIMIT ?`,
    after,
    limit,
  )
  const old = rows.filter((row) => row['status'] !== PENDING && (row['finished_at'] as number) < deliveriesBefore)
  for (const { seq } of old) {
    db.run('DELETE FROM attempts WHERE delivery = ?', seq as number)
    db.run('DELETE FROM bodies WHERE seq = ?', seq as number)
    db.run('DELETE FROM deliveries WHERE seq = ?', seq as number)
  }
  return swept(rows, after, limit, old.length, (row) => (row['created_at'] as number) >= deliveriesBefore)
}

const DELIVERY_OF = `
  SELECT 1 FROM deliveries WHERE event_seq = ? UNION ALL SELECT 1 FROM deliveries WHERE event_seq IS NULL AND event_id = ?
  LIMIT 1`

function sweepEvents({ db }: Context, after: number, { eventsBefore, limit }: SweepSlice): Swept {
  const rows = db.all(
    `SELECT seq, event_id, received_at, routed FROM events
     WHERE seq > ? AND seq < (SELECT max(seq) FROM events) ORDER BY seq LIMIT ?`,
    after,
    limit,
  )
  const old = rows.filter(
    (row) =>
      row['routed'] === 1 &&
      (row['received_at'] as number) < eventsBefore &&
      db.get(DELIVERY_OF, row['seq'] as number, row['event_id'] as string) === undefined,
  )
  for (const { seq } of old) db.run('DELETE FROM events WHERE seq = ?', seq as number)
  return swept(rows, after, limit, old.length, (row) => (row['received_at'] as number) >= eventsBefore)
}

/** The pair that comes next in the index, without a look at the hours between. */
const NEXT_PAIR = `
  SELECT automation, webhook FROM statistics WHERE (automation, webhook) > (?, ?) ORDER BY automation, webhook LIMIT 1`

function sweepStatistics({ db }: Context, after: SweepCursor['statistics'], { eventsBefore, limit }: SweepSlice) {
  let last = after
  for (let pairs = 0; pairs < limit; pairs++) {
    const row =
      last === null
        ? db.get('SELECT automation, webhook FROM statistics ORDER BY automation, webhook LIMIT 1')
        : db.get(NEXT_PAIR, ...last)
    if (row === undefined) return { end: true, last }
    last = [row['automation'] as string, row['webhook'] as string]
    const old = [...last, hourOf(eventsBefore)]
    db.run('DELETE FROM statistics WHERE automation = ? AND webhook = ? AND hour < ?', ...old)
    db.run('DELETE FROM latencies WHERE automation = ? AND webhook = ? AND hour < ?', ...old)
  }
  return { end: false, last }
}

/** The end is where the rows are young: later ones are not older, but for a clock that was set back. */
function swept(rows: Row[], after: number, limit: number, deleted: number, young: (row: Row) => boolean): Swept {
  const last = rows.at(-1)
  return {
    end: rows.length < limit || last === undefined || young(last),
    last: (last?.['seq'] as number | undefined) ?? after,
    deleted,
  }
}
