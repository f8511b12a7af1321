import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { isSample } from '../../events/sample-source.js'
import { isFound } from '../../events/search-terms.js'
import { isoTime } from '../../iso-time.js'
import { beforeOf } from '../cursor.js'
import type {
  Cursor,
  CursorMove,
  EventFilter,
  EventPage,
  EventText,
  EventTextPage,
  FiredEvent,
  KnownEvent,
  NewEvent,
  PutEvent,
  UnroutedEvent,
} from '../event-log.js'
import { idOf, idText } from '../id-text.js'
import { ROUTING } from '../statuses.js'
import { TWINS, twinOf } from '../twin.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { rangesOfEvent } from './filters.js'
import { asInJson } from './search.js'

export function putEvents(
  { db, commit, tally }: Context,
  events: readonly NewEvent[],
  cursor?: CursorMove,
): Promise<PutEvent[]> {
  const rows = events.map((entry) => ({ entry, json: JSON.stringify(entry.event) }))
  return commit.write(
    () => {
      if (cursor !== undefined) moveCursor({ db }, cursor)
      if (cursor?.fires !== undefined) tally.fired(cursor.fires.at, cursor.fires.automations)
      return rows.map(({ entry, json }) => {
        const known = toldBefore({ db }, entry)
        if (known !== null) return { duplicate: true, event: known }
        const twin = storedTwin({ db }, entry)
        const event = twin ?? entry.event
        const { source, receivedAt, fires = [] } = entry
        const duplicate = !insert({ db }, { ...entry, event }, twin ? JSON.stringify(twin) : json, entry.event.event_id)
        if (!duplicate && !isSample(source)) {
          tally.accepted(receivedAt)
          tally.fired(receivedAt, fires)
        }
        return { duplicate, event }
      })
    },
    { when: 'at once' },
  )
}

/** @returns false when it was there before */
function insert(
  { db }: Pick<Context, 'db'>,
  { source, event, receivedAt, routed, fires = [], heard }: NewEvent,
  json: string,
  given: string,
): boolean {
  const { changes } = db.run(
    `INSERT INTO events (source, event_id, received_at, routed, fired, change, told_as, json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    source,
    idText(event.event_id),
    receivedAt,
    routed ? ROUTING.routed : ROUTING.waiting,
    routed ? fires.length : null,
    heard?.change ?? null,
    heard?.way === 'told' ? idText(given) : null,
    json,
  )
  return changes !== 0
}

/** What a webhook tells again is the event that it was the first time, whatever id that has. */
function toldBefore({ db }: Pick<Context, 'db'>, { source, event, heard }: NewEvent): ArtifactEvent | null {
  if (heard?.way !== 'told') return null
  const sql = 'SELECT json FROM events WHERE told_as = ? AND source = ?'
  const row = db.get(sql, idText(event.event_id), source)
  return row === undefined ? null : (JSON.parse(row['json'] as string) as ArtifactEvent)
}

function storedTwin({ db }: Pick<Context, 'db'>, entry: NewEvent): ArtifactEvent | undefined {
  const { heard } = entry
  if (heard === undefined) return undefined
  const rows = db.all(
    `SELECT source, event_id, received_at, told_as, json FROM events WHERE change = ? ORDER BY seq DESC LIMIT ${TWINS}`,
    heard.change,
  )
  const same = rows.map((row) => ({
    source: row['source'] as string,
    receivedAt: row['received_at'] as number,
    eventId: row['event_id'] as string,
    toldAs: row['told_as'] as string | null,
    event: () => JSON.parse(row['json'] as string) as ArtifactEvent,
  }))
  return twinOf(entry, heard, same)
}

function moveCursor({ db }: Pick<Context, 'db'>, { key, expected, next, parts }: CursorMove): void {
  const { changes } =
    expected === null
      ? db.run('INSERT INTO cursors (key, value) VALUES (?, ?) ON CONFLICT DO NOTHING', idText(key), next)
      : db.run('UPDATE cursors SET value = ? WHERE key = ? AND value = ?', next, idText(key), expected)
  if (changes === 0) {
    throw new AutomationError('cursor_moved', `The cursor ${key} was moved by somebody else; nothing was stored.`, {
      values: { cursor: key },
    })
  }
  for (const [part, text] of parts ?? []) {
    if (text === null) db.run('DELETE FROM cursor_parts WHERE cursor = ? AND part = ?', idText(key), idText(part))
    else
      db.run(
        'INSERT OR REPLACE INTO cursor_parts (cursor, part, text) VALUES (?, ?, ?)',
        idText(key),
        idText(part),
        text,
      )
  }
}

export function cursor({ db }: Context, key: string): Cursor {
  const value = db.get('SELECT value FROM cursors WHERE key = ?', idText(key))?.['value'] as string | undefined
  const parts = db.all('SELECT part, text FROM cursor_parts WHERE cursor = ?', idText(key))
  return {
    value: value ?? null,
    parts: new Map(parts.map((row) => [idOf(row['part'] as string), row['text'] as string])),
  }
}

export function event({ db }: Context, source: string, eventId: string): KnownEvent | null {
  const sql = 'SELECT seq, source, received_at, routed, json FROM events WHERE event_id = ? AND source = ?'
  const row = db.get(sql, idText(eventId), source)
  return row === undefined ? null : knownOf(row)
}

export function suspectEvents({ db }: Pick<Context, 'db'>, since: number): void {
  db.run(
    'UPDATE events SET routed = ? WHERE seq > ? AND received_at >= ? AND routed = ?',
    ROUTING.suspect,
    lastSeqBefore({ db }, since),
    since,
    ROUTING.routed,
  )
}

/** The newest event that was received before `time`: nothing after it is older, but for a clock that was set back. */
export function lastSeqBefore({ db }: Pick<Context, 'db'>, at: number): number {
  const row = db.get('SELECT seq FROM events WHERE received_at < ? ORDER BY seq DESC LIMIT 1', at)
  return (row?.['seq'] as number | undefined) ?? 0
}

export function unroutedEvents({ db }: Context, after: number, limit: number): UnroutedEvent[] {
  const rows = db.all(
    `SELECT seq, source, routed, json FROM events WHERE routed <> 1 AND routed <> ${ROUTING.aside} AND seq > ?
     ORDER BY seq LIMIT ?`,
    after,
    limit,
  )
  return rows.map((row) => ({
    seq: row['seq'] as number,
    source: row['source'] as string,
    event: JSON.parse(row['json'] as string) as ArtifactEvent,
    suspect: row['routed'] === ROUTING.suspect,
  }))
}

export function automationsReached({ db }: Context, eventId: string): readonly string[] {
  const found = rangesOfEvent({ db }, eventId).flatMap(({ where, values }) =>
    db.all(`SELECT DISTINCT automation_id AS id FROM deliveries WHERE ${where}`, ...values),
  )
  return Array.from(new Set(found.map((row) => row['id'] as string)))
}

export function markFired({ db, commit, tally }: Context, fired: readonly FiredEvent[]): Promise<void> {
  return commit.write(() => {
    for (const { seq, automations } of fired) {
      const row = db.get(
        'UPDATE events SET fired = ? WHERE seq = ? AND fired IS NULL RETURNING source, received_at',
        automations.length,
        seq,
      )
      if (row !== undefined && !isSample(row['source'] as string))
        tally.fired(row['received_at'] as number, automations)
    }
  })
}

export function markRouted({ db, commit }: Context, seqs: readonly number[]): Promise<void> {
  return commit.write(() => {
    for (const seq of seqs) db.run('UPDATE events SET routed = 1 WHERE seq = ?', seq)
  })
}

/** How long a page looks at events, and of how many bytes it reads the text; it may be short then. */
const TURN_MS = 8
const READ_BYTES = 2 * 1024 * 1024
/** Rows that are looked at together, without their texts, and before the time is. */
const LEAST_CHUNK = 100

const SLICE = {
  newest: 'SELECT seq, source, received_at FROM events WHERE seq < ? ORDER BY seq DESC LIMIT ?',
  oldest: 'SELECT seq, source, received_at FROM events WHERE seq > ? ORDER BY seq LIMIT ?',
}

/**
 * Times are looked at row by row, in the order of arrival: a clock that was set back mixes them, and an index of times
 * would cost something with each event.
 */
export function listEvents(context: Context, filter: EventFilter, page: EventPage) {
  const { rows, next } = listRows(context, filter, page)
  return { events: rows.map(knownOf), next }
}

export function listTexts(context: Context, filter: EventFilter, page: EventPage): EventTextPage {
  const { rows, next, lookedBackTo } = listRows(context, filter, page)
  const events = rows.map(
    (row): EventText => ({
      source: row['source'] as string,
      received_at: isoTime(row['received_at'] as number),
      text: row['json'] as string,
      fired: row['fired'] as number | null,
      ...asideOf(row),
    }),
  )
  return { events, next, ...(lookedBackTo !== undefined && { lookedBackTo: isoTime(lookedBackTo) }) }
}

interface Listed {
  readonly rows: Row[]
  readonly next: string | null
  readonly lookedBackTo?: number
}

const WHOLE = 'SELECT seq, source, received_at, routed, fired, json FROM events WHERE seq = ?'

/** Whole rows of events: one turn's work. */
function listRows({ db }: Context, filter: EventFilter, { before, limit, order = 'newest' }: EventPage): Listed {
  const found: Row[] = []
  const { search } = filter
  const isSelective = Object.keys(filter).length > 0
  const end = performance.now() + TURN_MS
  let looked = 0
  const chunk = Math.max(limit, LEAST_CHUNK)
  let [last, lastAt, bytes] = [order === 'oldest' && before === undefined ? 0 : beforeOf(before), 0, 0]
  for (;;) {
    const rows = db.all(SLICE[order], last, chunk)
    for (const row of rows) {
      if (found.length === limit || bytes >= READ_BYTES) return { rows: found, next: String(last) }
      if (isSelective && looked >= LEAST_CHUNK && performance.now() >= end) {
        return { rows: found, next: String(last), lookedBackTo: lastAt }
      }
      looked++
      last = row['seq'] as number
      lastAt = row['received_at'] as number
      if (!isWithin(row, filter)) continue
      // a text that is not in the JSON is not in what is searched of it either
      const whole =
        search === undefined
          ? db.get(WHOLE, last)
          : db.get(`${WHOLE} AND instr(lower(json), ?) > 0`, last, asInJson(search))
      if (whole === undefined) continue
      bytes += (whole['json'] as string).length
      if (fits(whole, filter)) found.push(whole)
    }
    if (rows.length < chunk) return { rows: found, next: null }
  }
}

function fits(row: Row, { event_type: type, search }: EventFilter): boolean {
  if (type === undefined && search === undefined) return true
  const { event } = knownOf(row)
  return (type === undefined || type === event.event_type) && (search === undefined || isFound(event, search))
}

function isWithin({ source, received_at: at }: Row, filter: EventFilter): boolean {
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = filter
  if (filter.source !== undefined && filter.source !== source) return false
  return (at as number) >= since && (at as number) < until
}

const asideOf = (row: Row): Pick<KnownEvent, 'isAside'> => (row['routed'] === ROUTING.aside ? { isAside: true } : {})

/** From a row with seq, source, received_at, routed and json. */
function knownOf(row: Row): KnownEvent {
  return {
    seq: row['seq'] as number,
    source: row['source'] as string,
    received_at: isoTime(row['received_at'] as number),
    ...asideOf(row),
    event: JSON.parse(row['json'] as string) as ArtifactEvent,
  }
}
