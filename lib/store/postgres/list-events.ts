import { isoTime } from '../../iso-time.js'
import { beforeOf } from '../cursor.js'
import type { EventFilter, EventPage, EventText, EventTextPage } from '../event-log.js'
import type { Row } from '../rows.js'
import type { Query } from './database.js'
import { asideOf, knownOf } from './events.js'
import { Conditions } from './list.js'
import { pgText } from './text.js'

/** A page that has looked around for so long ends, though it may be short; the text of so many bytes is read for it. */
const PAGE_MS = 250
const READ_BYTES = 2 * 1024 * 1024
const CHUNKS = { first: 2_000, most: 100_000 } as const

interface Listed {
  readonly rows: Row[]
  readonly next: string | null
  readonly lookedBackTo?: number
}

export async function listEvents(query: Query, filter: EventFilter, page: EventPage) {
  const { rows, next } = await listRows(query, filter, page)
  return { events: rows.map(knownOf), next }
}

export async function listTexts(query: Query, filter: EventFilter, page: EventPage): Promise<EventTextPage> {
  const { rows, next, lookedBackTo } = await listRows(query, filter, page)
  const events = rows.map(
    (row): EventText => ({
      source: row['source'] as string,
      ...asideOf(row),
      received_at: isoTime(row['received_at'] as number),
      text: row['json'] as string,
      fired: row['fired'] as number | null,
    }),
  )
  return { events, next, ...(lookedBackTo !== undefined && { lookedBackTo: isoTime(lookedBackTo) }) }
}

function conditions(filter: EventFilter, first: number): Conditions {
  const where = new Conditions(first)
  const { source, since, until, event_type, search } = filter
  if (source !== undefined) where.add('source = ?', pgText(source))
  if (since !== undefined) where.add('received_at >= ?', since)
  if (until !== undefined) where.add('received_at < ?', until)
  if (event_type !== undefined) where.add('event_type = ?', pgText(event_type))
  if (search !== undefined) where.add('strpos(terms, ?) > 0', pgText(search))
  return where
}

/** In the order of arrival: a clock that was set back mixes the times. */
async function listRows(
  query: Query,
  filter: EventFilter,
  { before, limit, order = 'newest' }: EventPage,
): Promise<Listed> {
  const isNewest = order === 'newest'
  const [beyond, edge, direction] = isNewest ? ['seq < $1', 'seq >= $2', 'DESC'] : ['seq > $1', 'seq <= $2', 'ASC']
  const where = conditions(filter, 3)
  const sql = `SELECT seq, octet_length(json) AS bytes FROM @events
    WHERE ${beyond} AND ${edge} AND ${where.sql} ORDER BY seq ${direction} LIMIT $3`
  const ends = 'SELECT min(seq) AS first, max(seq) AS last FROM @events WHERE '
  const found: Row[] = []
  const end = performance.now() + PAGE_MS
  let [from, chunk, bytes] = [!isNewest && before === undefined ? 0 : beforeOf(before), CHUNKS.first as number, 0]
  for (;;) {
    const [bounds] = await query(ends + beyond, from)
    if (bounds === undefined || bounds['last'] === null)
      return { rows: await whole(query, found, direction), next: null }
    const [first, last] = [bounds['first'] as number, bounds['last'] as number]
    const to = isNewest ? last + 1 - chunk : first - 1 + chunk
    for (const row of await query(sql, from, to, limit + 1 - found.length, ...where.values)) {
      if (found.length === limit || bytes >= READ_BYTES) {
        return { rows: await whole(query, found, direction), next: String(found.at(-1)!['seq']) }
      }
      bytes += row['bytes'] as number
      found.push(row)
    }
    const rows = async () => whole(query, found, direction)
    if (isNewest ? to <= first : to >= last) return { rows: await rows(), next: null }
    if (performance.now() >= end) {
      const [at] = await query('SELECT received_at FROM @events WHERE seq >= $1 ORDER BY seq LIMIT 1', to)
      return { rows: await rows(), next: String(to), ...(at && { lookedBackTo: at['received_at'] as number }) }
    }
    from = to
    chunk = Math.min(chunk * 4, CHUNKS.most)
  }
}

async function whole(query: Query, rows: readonly Row[], direction: string): Promise<Row[]> {
  if (rows.length === 0) return []
  return query(
    `SELECT seq, source, received_at, routed, fired, json FROM @events WHERE seq = ANY ($1::bigint[]) ORDER BY seq ${direction}`,
    rows.map(({ seq }) => seq),
  )
}
