import { PREFIX, UNTIMED } from '../../delivery/id.js'
import type { NewRecord } from '../delivery-queue.js'
import type { Row } from '../rows.js'
import type { Query } from './database.js'
import { pgId } from './text.js'

/** The id with the time when its event came, as `withTime` makes it (lib/delivery/id.ts). @param came SQL, null where none did */
export const timed = (id: string, came: string) =>
  `CASE WHEN ${came} IS NULL OR length(${id}) <> ${UNTIMED} THEN ${id}
    ELSE '${PREFIX}' || lpad(to_hex(${came}), 12, '0') || substr(${id}, ${PREFIX.length + 1}) END`

/**
 * Deliveries that are stored already, by the ids that they are given: they may be kept under others.
 * @param columns of `deliveries d`
 */
export async function storedAlready(
  query: Query,
  entries: readonly NewRecord[],
  columns: string,
): Promise<Map<string, Row>> {
  if (entries.length === 0) return new Map()
  const rows = await query(
    `SELECT g.id AS given, ${columns} FROM unnest($1::text[], $2::text[]) AS g (id, event_id)
     CROSS JOIN LATERAL (
       SELECT (array_agg(received_at ORDER BY seq))[1] AS came FROM @events WHERE event_id = g.event_id OFFSET 0) e
     JOIN @deliveries d ON d.id IN (g.id, ${timed('g.id', 'e.came')})`,
    entries.map(({ id }) => id),
    entries.map(({ event }) => pgId(event.event_id)),
  )
  return byGiven(rows)
}

export const byGiven = (rows: readonly Row[]): Map<string, Row> =>
  new Map(rows.map((row) => [row['given'] as string, row]))
