import { hourOf } from '../statistics.js'
import type { SweepCursor, SweepSlice } from '../store.js'
import { NOW } from './clock.js'
import type { Query } from './database.js'
import { dropRequests } from './requests.js'

/** Goes along the oldest rows: deliveries, then events whose deliveries are gone, then what was counted. The newest row stays. */
export async function sweep(query: Query, slice: SweepSlice): Promise<{ deleted: number; next: SweepCursor | null }> {
  const from = slice.from ?? { deliveries: 0, events: 0, statistics: null }
  const deliveries = await sweepDeliveries(query, from.deliveries, slice)
  const events = deliveries.end
    ? await sweepEvents(query, from.events, slice)
    : { end: false, last: from.events, deleted: 0 }
  if (events.end) await sweepStatistics(query, slice)
  // of events that a flow dropped without a word
  if (events.end)
    await query(`UPDATE @events SET open_key = NULL WHERE open_key IS NOT NULL AND received_at < ${NOW} - 600000`)
  return {
    deleted: deliveries.deleted + events.deleted,
    next: events.end ? null : { deliveries: deliveries.last, events: events.last, statistics: null },
  }
}

interface Swept {
  readonly end: boolean
  readonly last: number
  readonly deleted: number
}

async function sweepDeliveries(query: Query, after: number, { deliveriesBefore, limit }: SweepSlice): Promise<Swept> {
  const [row] = await query(
    `WITH looked AS (SELECT seq, status, created_at, finished_at FROM @deliveries
       WHERE seq > $1 AND seq < (SELECT max(seq) FROM @deliveries) ORDER BY seq LIMIT $2),
     gone AS (DELETE FROM @deliveries d USING looked l WHERE d.seq = l.seq AND d.status <> 0 AND d.finished_at < $3 RETURNING d.seq),
     bodies AS (DELETE FROM @bodies b USING gone WHERE b.seq = gone.seq),
     attempts AS (DELETE FROM @attempts a USING gone WHERE a.delivery = gone.seq RETURNING a.request)
     SELECT (SELECT array_agg(DISTINCT request) FROM attempts WHERE request IS NOT NULL) AS requests, (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM gone) AS deleted, max(seq) AS last,
       (SELECT created_at FROM looked ORDER BY seq DESC LIMIT 1) AS at FROM looked`,
    after,
    limit,
    deliveriesBefore,
  )
  await dropRequests(query, (row!['requests'] as Buffer[] | null) ?? [])
  return swept(row!, after, limit, deliveriesBefore)
}

async function sweepEvents(query: Query, after: number, { eventsBefore, limit }: SweepSlice): Promise<Swept> {
  const [row] = await query(
    `WITH looked AS (SELECT seq, received_at FROM @events
       WHERE seq > $1 AND seq < (SELECT max(seq) FROM @events) ORDER BY seq LIMIT $2),
     gone AS (DELETE FROM @events e USING looked l WHERE e.seq = l.seq AND e.routed = 1 AND e.received_at < $3
       AND NOT EXISTS (SELECT 1 FROM @deliveries d WHERE d.event_id = e.event_id) RETURNING e.seq)
     SELECT (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM gone) AS deleted, max(seq) AS last,
       (SELECT received_at FROM looked ORDER BY seq DESC LIMIT 1) AS at FROM looked`,
    after,
    limit,
    eventsBefore,
  )
  return swept(row!, after, limit, eventsBefore)
}

async function sweepStatistics(query: Query, { eventsBefore }: SweepSlice): Promise<void> {
  await query('DELETE FROM @statistics WHERE hour < $1', hourOf(eventsBefore))
  await query('DELETE FROM @latencies WHERE hour < $1', hourOf(eventsBefore))
}

/** The end is where the rows are young: later ones are not older, but for a clock that was set back. */
function swept(row: Readonly<Record<string, unknown>>, after: number, limit: number, before: number): Swept {
  const last = (row['last'] as number | null) ?? after
  const isYoung = row['at'] === null || (row['at'] as number) >= before
  return { end: (row['looked'] as number) < limit || isYoung, last, deleted: row['deleted'] as number }
}
