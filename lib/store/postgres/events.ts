import { orderKey } from '../../delivery/order-key.js'
import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { isSample } from '../../events/sample-source.js'
import { termsOf } from '../../events/search-terms.js'
import { isoTime } from '../../iso-time.js'
import type { Cursor, CursorMove, FiredEvent, KnownEvent, NewEvent, PutEvent, UnroutedEvent } from '../event-log.js'
import { idOf } from '../id-text.js'
import type { Row } from '../rows.js'
import { ROUTING } from '../statuses.js'
import { NOW } from './clock.js'
import type { Query } from './database.js'
import type { Instance } from './instance.js'
import { type NotedSuspects, SUSPECT } from './suspects.js'
import { pgId, pgText, pgTextOrNull } from './text.js'
import { Known } from './twins.js'
import type { Outcome, Step, Transaction } from './writer.js'

interface Put {
  readonly events: readonly NewEvent[]
  readonly cursor: CursorMove | undefined
  /** Whether deliveries of any webhook are kept in order. */
  readonly ordered: boolean
}

/** The new events of several calls, and the cursors that move with them. */
export const PUT_EVENTS: Step<Put, PutEvent[]> = {
  order: 1,
  // two who hear at once would not see each other's event
  locks: (_query, items) =>
    items.flatMap(({ events }) =>
      events.flatMap(({ heard }) => (heard ? [{ webhook: 'change', key: heard.change }] : [])),
    ),
  async run(transaction, items) {
    const moved: boolean[] = []
    for (const { cursor } of items) moved.push(cursor === undefined || (await moveCursor(transaction.query, cursor)))
    const seen = new Set<string>()
    const first: NewEvent[] = []
    for (const [index, { events, cursor }] of items.entries()) {
      if (!moved[index]) continue
      if (cursor?.fires !== undefined) transaction.tally.fired(cursor.fires.at, cursor.fires.automations)
      for (const event of events) {
        if (seen.has(keyOf(event))) continue
        seen.add(keyOf(event))
        first.push(event)
      }
    }
    const known = await Known.of(transaction.query, first)
    const taken = new Map(first.map((entry) => [keyOf(entry), known.take(entry)]))
    const stored = await insert(
      transaction,
      first.flatMap((entry) => {
        const { event, wasTold } = taken.get(keyOf(entry))!
        return wasTold ? [] : [{ ...entry, event, given: entry.event.event_id }]
      }),
      items.some(({ ordered }) => ordered),
    )
    return items.map(({ events, cursor }, index): Outcome<PutEvent[]> => {
      if (!moved[index]) return { error: cursorMoved(cursor!.key) }
      const value = events.map((entry) => {
        const { event } = taken.get(keyOf(entry))!
        // the first of two that are the same is the one that was stored
        return { duplicate: !stored.delete(keyOf({ ...entry, event })), event }
      })
      return { value }
    })
  },
}

/** What is stored; `given` is the id that it came with. */
type Taken = NewEvent & { readonly given: string }

const keyOf = ({ source, event }: NewEvent): string => `${source} ${pgId(event.event_id)}`

/** @returns the keys of those that are new */
async function insert(
  { query, me, tally }: Transaction,
  events: readonly Taken[],
  ordered: boolean,
): Promise<Set<string>> {
  if (events.length === 0) return new Set()
  const rows = await query(
    `WITH me AS MATERIALIZED (SELECT id FROM @instances WHERE id = $9 FOR KEY SHARE)
     INSERT INTO @events (source, event_id, received_at, routed, instance, handed_at, open_key, fired, event_type, terms, change, told_as, json)
     -- others who think that this instance is dead have looked through its events already: these are for whoever asks
     SELECT s, e, r, CASE WHEN me.id IS NULL AND ro = ${ROUTING.routed} THEN ${ROUTING.suspect} ELSE ro END, me.id, r, o, f, t, te, c, ta, j
     FROM unnest($1::text[], $2::text[], $3::bigint[], $4::smallint[], $5::integer[], $6::text[], $7::text[], $8::text[],
       $10::text[], $11::text[], $12::text[]) WITH ORDINALITY AS t (s, e, r, ro, f, t, te, j, o, c, ta, n) LEFT JOIN me ON true ORDER BY n
     ON CONFLICT DO NOTHING RETURNING source, event_id`,
    events.map(({ source }) => pgText(source)),
    events.map(({ event }) => pgId(event.event_id)),
    events.map(({ receivedAt }) => receivedAt),
    events.map(({ routed }) => (routed ? ROUTING.routed : ROUTING.waiting)),
    events.map(({ routed, fires = [] }) => (routed ? fires.length : null)),
    events.map(({ event }) => pgText(event.event_type)),
    events.map(({ event }) => pgText(termsOf(event))),
    events.map(({ event }) => JSON.stringify(event)),
    me.id,
    events.map(({ event, reaches }) => (ordered && reaches === true ? pgTextOrNull(orderKey(event)) : null)),
    events.map(({ heard }) => heard?.change ?? null),
    events.map(({ heard, given }) => (heard?.way === 'told' ? pgId(given) : null)),
  )
  const stored = new Set(rows.map((row) => `${row['source']} ${row['event_id']}`))
  for (const entry of events) {
    if (!stored.has(keyOf(entry)) || isSample(entry.source)) continue
    tally.accepted(entry.receivedAt)
    tally.fired(entry.receivedAt, entry.fires ?? [])
  }
  return stored
}

async function moveCursor(query: Query, { key, expected, next, parts }: CursorMove): Promise<boolean> {
  const rows =
    expected === null
      ? await query(
          'INSERT INTO @cursors (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING 1',
          pgId(key),
          next,
        )
      : await query(
          'UPDATE @cursors SET value = $2 WHERE key = $1 AND value = $3 RETURNING 1',
          pgId(key),
          next,
          expected,
        )
  if (rows.length === 0) return false
  const changes = [...(parts ?? [])]
  const gone = changes.filter(([, text]) => text === null).map(([part]) => pgId(part))
  const kept = changes.filter(([, text]) => text !== null)
  if (gone.length > 0)
    await query('DELETE FROM @cursor_parts WHERE cursor = $1 AND part = ANY ($2::text[])', pgId(key), gone)
  if (kept.length > 0) {
    await query(
      `INSERT INTO @cursor_parts (cursor, part, text) SELECT $1, p, t FROM unnest($2::text[], $3::text[]) AS u (p, t)
       ON CONFLICT (cursor, part) DO UPDATE SET text = excluded.text`,
      pgId(key),
      kept.map(([part]) => pgId(part)),
      kept.map(([, text]) => pgText(text!)),
    )
  }
  return true
}

const cursorMoved = (key: string) =>
  new AutomationError('cursor_moved', `The cursor ${key} was moved by somebody else; nothing was stored.`, {
    values: { cursor: key },
  })

export async function cursor(query: Query, key: string): Promise<Cursor> {
  const rows = await query(
    `SELECT c.value, p.part, p.text FROM @cursors c LEFT JOIN @cursor_parts p ON p.cursor = c.key WHERE c.key = $1`,
    pgId(key),
  )
  const parts = rows.filter(({ part }) => part !== null)
  return {
    value: (rows[0]?.['value'] as string | undefined) ?? null,
    parts: new Map(parts.map(({ part, text }) => [idOf(part as string), text as string])),
  }
}

export async function event(query: Query, source: string, eventId: string): Promise<KnownEvent | null> {
  const [row] = await query(
    'SELECT seq, source, received_at, routed, json FROM @events WHERE event_id = $1 AND source = $2',
    pgId(eventId),
    pgText(source),
  )
  return row === undefined ? null : knownOf(row)
}

export const asideOf = (row: Row): Pick<KnownEvent, 'isAside'> =>
  row['routed'] === ROUTING.aside ? { isAside: true } : {}

/** From a row with seq, source, received_at, routed and json. */
export const knownOf = (row: Row): KnownEvent => ({
  seq: row['seq'] as number,
  source: row['source'] as string,
  ...asideOf(row),
  received_at: isoTime(row['received_at'] as number),
  event: JSON.parse(row['json'] as string) as ArtifactEvent,
})

/**
 * Takes events for this instance's flows, so that no other one hands them out too. Suspects are noted as in hand with it: the
 * accused are when their turn comes.
 */
export async function unroutedEvents(
  query: Query,
  me: Instance,
  suspects: NotedSuspects,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<UnroutedEvent[]> {
  const rows = await query(
    `WITH taken AS (
       UPDATE @events e SET instance = $1, again = true, handed_at = ${NOW} FROM (
         SELECT seq, instance IS NULL AND ends = ${SUSPECT} AS noted FROM @events
         WHERE routed <> 1 AND routed <> ${ROUTING.aside} AND seq > $2 AND (instance IS NULL OR instance = $1)
           AND EXISTS (SELECT 1 FROM @instances WHERE id = $1)
         ORDER BY seq LIMIT $3 FOR UPDATE SKIP LOCKED) t
       WHERE e.seq = t.seq RETURNING e.seq, e.source, e.routed, e.json, e.ends, t.noted),
     noted AS (INSERT INTO @in_hand SELECT $1, 'event', seq, false FROM taken WHERE noted ON CONFLICT DO NOTHING)
     SELECT * FROM taken`,
    me.id,
    after,
    limit,
  )
  suspects.found('event', rows)
  rows.sort((a, b) => (a['seq'] as number) - (b['seq'] as number))
  return rows.map((row) => ({
    seq: row['seq'] as number,
    source: row['source'] as string,
    event: JSON.parse(row['json'] as string) as ArtifactEvent,
    suspect: row['routed'] === ROUTING.suspect,
  }))
}

export async function automationsReached(query: Query, eventId: string): Promise<string[]> {
  const rows = await query('SELECT DISTINCT automation_id AS id FROM @deliveries WHERE event_id = $1', pgId(eventId))
  return rows.map(({ id }) => id as string)
}

export async function markFired({ query, tally }: Transaction, fired: readonly FiredEvent[]): Promise<void> {
  const rows = await query(
    `UPDATE @events e SET fired = f.count FROM unnest($1::bigint[], $2::integer[]) AS f (seq, count)
     WHERE e.seq = f.seq AND e.fired IS NULL RETURNING e.seq, e.source, e.received_at`,
    fired.map(({ seq }) => seq),
    fired.map(({ automations }) => automations.length),
  )
  const automations = new Map(fired.map((each) => [each.seq, each.automations]))
  for (const { seq, source, received_at: at } of rows) {
    if (!isSample(source as string)) tally.fired(at as number, automations.get(seq as number) ?? [])
  }
}

export async function markRouted({ query, me }: Transaction, seqs: readonly number[]): Promise<void> {
  // one that was set aside is tried again, and stays a suspect meanwhile
  await query(
    `UPDATE @events SET routed = 1, instance = $2, blamed = NULL,
       ends = CASE WHEN routed = ${ROUTING.aside} THEN ${SUSPECT} ELSE 0 END WHERE seq = ANY ($1::bigint[])`,
    seqs,
    me.id,
  )
}
