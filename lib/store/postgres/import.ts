import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { termsOf } from '../../events/search-terms.js'
import type { Row } from '../rows.js'
import { Connection } from '../sqlite/connection.js'
import { BUSY, LOCKED, resultCode, storeFailure } from '../sqlite/errors.js'
import { meta } from '../sqlite/lifecycle.js'
import { ROUTING } from '../statuses.js'
import { NOW } from './clock.js'
import { Database, type Query } from './database.js'
import { migrate } from './migrate.js'
import type { DatabasePlan } from './settings.js'

/** Of the file in one transaction. */
const SLICE = 500

export interface Imported {
  readonly events: number
  readonly deliveries: number
  /** Of each how many there were, with those that had been there before. */
  readonly seen: { readonly events: number; readonly deliveries: number }
}

/**
 * Takes what a SQLite store holds into the database, in slices, each in one transaction. What is there already stays as it
 * is, so that an import that was cut off is called again. The file is closed to any Node-RED meanwhile, and left as it is.
 * @param told of the progress, a sentence each
 */
export async function importStore(plan: DatabasePlan, file: string, told: (text: string) => void): Promise<Imported> {
  if (!existsSync(file)) throw new AutomationError('store_unavailable', `There is no file ${file}.`)
  const from = opened(file)
  try {
    const db = await Database.of(plan)
    try {
      await migrate(db)
      // a number of the file's own, less than any instance has: what it counted is there once, however often it is imported
      const slot = -1 - (createHash('sha256').update(path.resolve(file)).digest().readUInt32BE() % 1_000_000)
      const alive = meta(from, 'clean') === 0 ? meta(from, 'alive') : null
      const events = await slices(db, from, 'events', (query, rows) => putEvents(query, rows, alive))
      told(`${events.put} of ${events.seen} events are new.`)
      const deliveries = await slices(db, from, 'deliveries', (query, rows) => putDeliveries(query, from, rows, slot))
      told(`${deliveries.put} of ${deliveries.seen} deliveries are new.`)
      await db.transaction((query) => putTheRest(query, from, slot))
      told('Pauses, cursors and statistics are there.')
      const seen = { events: events.seen, deliveries: deliveries.seen }
      return { events: events.put, deliveries: deliveries.put, seen }
    } finally {
      await db.close()
    }
  } finally {
    from.close()
  }
}

function opened(file: string): Connection {
  try {
    return new Connection({ path: file })
  } catch (error) {
    if (resultCode(error) === BUSY || resultCode(error) === LOCKED) throw inUse(file)
    throw storeFailure(file, error) ?? error
  }
}

const inUse = (file: string) =>
  new AutomationError(
    'store_unavailable',
    `The delivery store ${file} is in use by another process. Stop its Node-RED, and call the command again.`,
  )

async function slices(
  db: Database,
  from: Connection,
  table: 'events' | 'deliveries',
  put: (query: Query, rows: readonly Row[]) => Promise<number>,
): Promise<{ put: number; seen: number }> {
  let [sum, seen, last] = [0, 0, 0]
  for (;;) {
    const rows = from.all(`SELECT * FROM ${table} WHERE seq > ? ORDER BY seq LIMIT ${SLICE}`, last)
    if (rows.length === 0) return { put: sum, seen }
    sum += await db.transaction((query) => put(query, rows))
    seen += rows.length
    last = rows.at(-1)!['seq'] as number
  }
}

type Columns = Readonly<Record<string, string>>

/** Columns with their types, and rows that have them by the same names. */
async function insert(
  query: Query,
  table: string,
  columns: Columns,
  rows: readonly Row[],
  end: string,
): Promise<Row[]> {
  if (rows.length === 0) return []
  const names = Object.keys(columns)
  const arrays = names.map((name, index) => `$${index + 1}::${columns[name]}[]`)
  return query(
    `INSERT INTO @${table} (${names.join(', ')}) SELECT ${names.join(', ')} FROM unnest(${arrays.join(', ')}) WITH ORDINALITY
       AS t (${names.join(', ')}, nth) ORDER BY nth ${end}`,
    ...names.map((name) => rows.map((row) => storable(row[name]))),
  )
}

/** What PostgreSQL has no text for; in ids it is written as `pgId` does. */
const storable = (value: unknown): unknown =>
  typeof value === 'string'
    ? value.replaceAll('\0', '\u2400')
    : value instanceof Uint8Array
      ? Buffer.from(value)
      : (value ?? null)

const withId = (row: Row): Row => ({ ...row, event_id: String(row['event_id']).replaceAll('\0', '\uFFFF0000') })

const EVENT: Columns = {
  ...{ source: 'text', event_id: 'text', received_at: 'bigint', routed: 'smallint', fired: 'integer' },
  ...{ handed_at: 'bigint', event_type: 'text', terms: 'text', change: 'text', told_as: 'text', json: 'text' },
}

/** Of a file that nobody closed: so long before its last sign of life an event may not have settled, … */
const SUSPECT_MS = 60_000
/** … and goes to the flows again in any case, in milliseconds. */
const AGAIN_MS = 5_000

/** @param alive the last sign of life in a file that nobody closed; null: somebody did */
function routedOf(row: Row, alive: number | null): unknown {
  const [routed, at] = [row['routed'], row['received_at'] as number]
  if (routed === ROUTING.aside) return routed
  if (alive === null || routed === ROUTING.waiting || at < alive - SUSPECT_MS) return routed
  return at < alive - AGAIN_MS ? ROUTING.suspect : ROUTING.waiting
}

async function putEvents(query: Query, rows: readonly Row[], alive: number | null): Promise<number> {
  const whole = rows.map((row) => {
    const event = JSON.parse(row['json'] as string) as ArtifactEvent
    const known = { event_type: event.event_type, terms: termsOf(event), routed: routedOf(row, alive) }
    return { ...withId(row), handed_at: row['received_at'], ...known }
  })
  return (await insert(query, 'events', EVENT, whole, 'ON CONFLICT DO NOTHING RETURNING seq')).length
}

const DELIVERY: Columns = {
  ...{ id: 'text', event_id: 'text', automation_id: 'text', automation_name: 'text', webhook_id: 'text' },
  ...{ webhook_name: 'text', sender_id: 'text', sender_name: 'text', collection: 'text', order_key: 'text' },
  ...{ place: 'bigint', status: 'smallint', attempts: 'integer', step: 'integer', status_code: 'integer' },
  ...{ duration_ms: 'bigint', created_at: 'bigint', due_at: 'bigint', finished_at: 'bigint', error_code: 'text' },
  ...{ error_message: 'text', owed: 'bigint', sample: 'smallint', terms: 'text' },
}
const BODY: Columns = {
  ...{ seq: 'bigint', payload: 'bytea', slots: 'text', content_type: 'text', message: 'text', event: 'text' },
  request: 'text',
}
const ATTEMPT: Columns = {
  ...{ delivery: 'bigint', number: 'integer', started_at: 'bigint', duration_ms: 'bigint', status_code: 'integer' },
  ...{ error_code: 'text', error_message: 'text', response: 'text', request: 'bytea' },
}

async function putDeliveries(query: Query, from: Connection, rows: readonly Row[], slot: number): Promise<number> {
  const places = await query(
    'SELECT event_id, min(seq) AS place FROM @events WHERE event_id = ANY ($1::text[]) GROUP BY 1',
    rows.map((row) => withId(row)['event_id']),
  )
  const placeOf = new Map(places.map(({ event_id, place }) => [event_id, place]))
  const whole = rows.map((row) => {
    const known = withId(row)
    // of a row from before terms were kept, at least its id is found
    const terms = row['terms'] ?? String(row['id']).toLowerCase()
    return { ...known, place: placeOf.get(known['event_id']) ?? 0, terms }
  })
  const put = await insert(query, 'deliveries', DELIVERY, whole, 'ON CONFLICT DO NOTHING RETURNING seq, id')
  const news = new Map(put.map(({ id, seq }) => [id, seq]))
  const fresh = rows.filter(({ id }) => news.has(id))
  const bodies = fresh.map(({ seq, id }) => ({
    ...from.get('SELECT * FROM bodies WHERE seq = ?', seq as number),
    seq: news.get(id),
  }))
  await insert(query, 'bodies', BODY, bodies, '')
  const attempts = fresh.flatMap(({ seq, id }) =>
    from
      .all(
        'SELECT a.*, r.json AS sent FROM attempts a LEFT JOIN requests r ON r.id = a.request WHERE a.delivery = ?',
        seq as number,
      )
      .map((row) => ({ ...row, delivery: news.get(id), request: hashOf(row['sent']) })),
  )
  const sent = new Map(attempts.flatMap(({ sent }: Row) => (typeof sent === 'string' ? [[sent, hashOf(sent)]] : [])))
  const requests = Array.from(sent, ([json, id]) => ({ id, json }))
  await insert(query, 'requests', { id: 'bytea', json: 'text' }, requests, 'ON CONFLICT DO NOTHING')
  await insert(query, 'attempts', ATTEMPT, attempts, '')
  await query(
    `INSERT INTO @queues AS q (webhook, sender, slot, added, changed_at)
     SELECT webhook_id, sender_id, $2, count(*), ${NOW} FROM @deliveries WHERE seq = ANY ($1::bigint[]) AND status = 0 GROUP BY 1, 2
     ON CONFLICT (webhook, sender, slot) DO UPDATE SET added = q.added + excluded.added, changed_at = excluded.changed_at`,
    [...news.values()],
    slot,
  )
  return news.size
}

const hashOf = (text: unknown): Buffer | null =>
  typeof text === 'string' ? createHash('sha256').update(text).digest() : null

const COUNTS = ['accepted', 'fired', 'delivered', 'failed', 'attempts', 'last_at']

/** Small tables: what another Node-RED has written meanwhile stays. */
async function putTheRest(query: Query, from: Connection, slot: number): Promise<void> {
  const own = (sql: string) => from.all(sql).map((row) => ({ ...row, slot, changed_at: 0 }))
  const text = 'text'
  const webhook = {
    id: text,
    paused: text,
    paused_url: text,
    held_until: 'bigint',
    ordering: text,
    changed_at: 'bigint',
  }
  const kept = 'ON CONFLICT DO NOTHING'
  await insert(query, 'webhooks', webhook, own('SELECT * FROM webhooks'), kept)
  await query(`UPDATE @webhooks SET changed_at = ${NOW} WHERE changed_at = 0`)
  const moved = await insert(
    query,
    'cursors',
    { key: text, value: text },
    own('SELECT * FROM cursors'),
    `${kept} RETURNING key`,
  )
  const parts = moved.flatMap(({ key }) => from.all('SELECT * FROM cursor_parts WHERE cursor = ?', key as string))
  await insert(query, 'cursor_parts', { cursor: text, part: text, text }, parts, kept)
  const statistics = { automation: text, webhook: text, hour: 'bigint', slot: 'integer', ...bigints(COUNTS) }
  const replaced = COUNTS.map((name) => `${name} = excluded.${name}`).join(', ')
  await insert(
    query,
    'statistics',
    statistics,
    own('SELECT * FROM statistics'),
    `ON CONFLICT (automation, webhook, hour, slot) DO UPDATE SET ${replaced}`,
  )
  const latencies = {
    automation: text,
    webhook: text,
    hour: 'bigint',
    bucket: 'integer',
    slot: 'integer',
    count: 'bigint',
  }
  await insert(
    query,
    'latencies',
    latencies,
    own('SELECT * FROM latencies'),
    'ON CONFLICT (automation, webhook, hour, bucket, slot) DO UPDATE SET count = excluded.count',
  )
  const errors = { webhook: text, code: text, message: text, status_code: 'integer', at: 'bigint' }
  await insert(query, 'last_errors', errors, own('SELECT * FROM last_errors'), kept)
}

const bigints = (names: readonly string[]): Columns => Object.fromEntries(names.map((name) => [name, 'bigint']))
