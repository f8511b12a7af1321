import { isoTime } from '../../iso-time.js'
import { beforeOf } from '../cursor.js'
import type { DeliveryFilter, DeliveryPage } from '../delivery-queue.js'
import type { Page } from '../page.js'
import { deliveryOf, type Row } from '../rows.js'
import { STATUSES } from '../statuses.js'
import type { Query } from './database.js'
import { pgId, pgText, pgTextOrNull } from './text.js'

/** A page that has looked around for so long ends, though it may be short. */
const PAGE_MS = 250
/** Numbers that are looked at together: few at first, so that what is near is found soon. */
const CHUNKS = { first: 2_000, most: 100_000 } as const
/** Names and reasons can be long: a page of them may be short. */
const READ_BYTES = 1024 * 1024

export interface Listed {
  readonly rows: Row[]
  readonly next: string | null
  /** Ended by the time: when the last row was made that was looked at. */
  readonly lookedBackTo?: number
}

/** Conditions with values for what stands after `first` other values. */
export class Conditions {
  readonly #where: string[] = ['true']
  readonly values: unknown[] = []
  readonly #first: number

  constructor(first: number) {
    this.#first = first
  }

  /** @param condition with `?` for the value */
  add(condition: string, value: unknown): void {
    this.values.push(value)
    this.#where.push(condition.replaceAll('?', `$${this.#first + this.values.length}`))
  }

  get sql(): string {
    return this.#where.join(' AND ')
  }
}

/** Whether rows have to be looked at one by one. */
const isBounded = ({ since, until, search }: DeliveryFilter): boolean =>
  since !== undefined || until !== undefined || search !== undefined

/** All conditions of a filter, on rows of deliveries `d`. @param first how many values stand before */
export function conditions(filter: DeliveryFilter, first: number): Conditions {
  const { status, automation, webhook, event_id, since, until, search } = filter
  const where = new Conditions(first)
  if (status !== undefined) where.add('d.status = ?', STATUSES.indexOf(status))
  if (automation !== undefined) where.add('d.automation_id = ?', pgText(automation))
  if (webhook !== undefined) where.add('d.webhook_id = ?', pgText(webhook))
  if (event_id !== undefined) where.add('d.event_id = ?', pgId(event_id))
  if (since !== undefined) where.add('d.created_at >= ?', since)
  if (until !== undefined) where.add('d.created_at < ?', until)
  if (search !== undefined) {
    where.add(`(strpos(d.terms, ?) > 0 OR strpos(lower(d.error_message COLLATE "C"), ?) > 0)`, pgText(search))
  }
  return where
}

export function pageOf({ rows, next, lookedBackTo }: Listed): DeliveryPage {
  const looked = lookedBackTo === undefined ? {} : { lookedBackTo: isoTime(lookedBackTo) }
  return { deliveries: rows.map(deliveryOf), next, ...looked }
}

/** A page of rows of deliveries, newest first. */
export async function listRows(query: Query, filter: DeliveryFilter, { before, limit }: Page): Promise<Listed> {
  const from = beforeOf(before)
  const listed = isBounded(filter)
    ? await looked(query, filter, from, limit)
    : { ...ended(await indexed(query, filter, from, limit + 1), limit) }
  let bytes = 0
  for (const [index, row] of listed.rows.entries()) {
    for (const value of Object.values(row)) if (typeof value === 'string') bytes += value.length
    if (bytes < READ_BYTES || index === listed.rows.length - 1) continue
    return { rows: listed.rows.slice(0, index + 1), next: String(row['seq']) }
  }
  return listed
}

/** One more row than a page has tells that there are more. */
const ended = (rows: Row[], limit: number): Listed => ({
  rows: rows.slice(0, limit),
  next: rows.length > limit ? String(rows[limit - 1]!['seq']) : null,
})

/**
 * Without bounds a page is made of a few ranges of an index, each in this order already: so it costs the same in a long
 * history.
 */
async function indexed(query: Query, filter: DeliveryFilter, from: number, limit: number): Promise<Row[]> {
  const { status, automation, webhook, event_id } = filter
  if (event_id !== undefined || (automation === undefined && webhook === undefined && status === undefined)) {
    const where = conditions(filter, 2)
    const sql = `SELECT * FROM @deliveries d WHERE seq < $1 AND ${where.sql} ORDER BY seq DESC LIMIT $2`
    return query(sql, from, limit, ...where.values)
  }
  const statuses = status === undefined ? STATUSES.map((_, index) => index) : [STATUSES.indexOf(status)]
  const webhooks = webhook === undefined ? DISTINCT_WEBHOOKS(automation !== undefined) : 'SELECT $4::text AS id'
  const sql = `
    WITH RECURSIVE hooks (id) AS (${webhooks})
    SELECT f.* FROM (SELECT id FROM hooks WHERE id IS NOT NULL) h CROSS JOIN unnest($3::smallint[]) AS s (status)
      CROSS JOIN LATERAL (
        SELECT * FROM @deliveries d WHERE d.webhook_id = h.id AND d.status = s.status AND d.seq < $1
          ${automation === undefined ? '' : 'AND d.automation_id = $5'} ORDER BY d.seq DESC LIMIT $2) f
    ORDER BY f.seq DESC LIMIT $2`
  // every value is named, whatever the statement is made of
  const named = `SELECT * FROM (${sql}) r WHERE $4::text IS NOT DISTINCT FROM $4 AND $5::text IS NOT DISTINCT FROM $5`
  return query(named, from, limit, statuses, pgTextOrNull(webhook), pgTextOrNull(automation))
}

/** Distinct values by jumping along the index: SELECT DISTINCT would read all of it. */
function DISTINCT_WEBHOOKS(ofAutomation: boolean): string {
  const own = ofAutomation ? 'automation_id = $5' : 'true'
  return `(SELECT min(webhook_id) FROM @deliveries WHERE ${own}) UNION ALL
    SELECT (SELECT min(webhook_id) FROM @deliveries WHERE ${own} AND webhook_id > hooks.id) FROM hooks WHERE hooks.id IS NOT NULL`
}

/**
 * Bounds of time and searches are looked at row by row, in the order of arrival: a clock that was set back mixes the times,
 * and an index would cost something with each delivery.
 */
async function looked(query: Query, filter: DeliveryFilter, before: number, limit: number): Promise<Listed> {
  const where = conditions(filter, 3)
  const sql = `
    SELECT d.* FROM @deliveries d WHERE d.seq < $1 AND d.seq >= $2 AND ${where.sql} ORDER BY d.seq DESC LIMIT $3`
  const found: Row[] = []
  const end = performance.now() + PAGE_MS
  let chunk: number = CHUNKS.first
  for (let from = before; ; chunk = Math.min(chunk * 4, CHUNKS.most)) {
    const [newest] = await query('SELECT max(seq) AS seq, min(seq) AS first FROM @deliveries WHERE seq < $1', from)
    if (newest === undefined || newest['seq'] === null) return { rows: found, next: null }
    const to = (newest['seq'] as number) + 1 - chunk
    found.push(...(await query(sql, (newest['seq'] as number) + 1, to, limit + 1 - found.length, ...where.values)))
    if (found.length > limit) return ended(found, limit)
    if (to <= (newest['first'] as number)) return { rows: found, next: null }
    if (performance.now() >= end) {
      const [last] = await query('SELECT created_at FROM @deliveries WHERE seq >= $1 ORDER BY seq LIMIT 1', to)
      return { rows: found, next: String(to), ...(last && { lookedBackTo: last['created_at'] as number }) }
    }
    from = to
  }
}

/** Numbers that are counted together. */
const COUNTED = 50_000

export async function count(query: Query, filter: DeliveryFilter, signal?: AbortSignal): Promise<number> {
  const where = conditions(filter, 2)
  const sql = `SELECT count(*) AS count FROM @deliveries d WHERE d.seq < $1 AND d.seq >= $2 AND ${where.sql}`
  let [sum, from] = [0, Number.MAX_SAFE_INTEGER]
  for (;;) {
    signal?.throwIfAborted()
    const [newest] = await query('SELECT max(seq) AS seq FROM @deliveries WHERE seq < $1', from)
    const last = newest?.['seq'] as number | null | undefined
    if (last === null || last === undefined) return sum
    const [row] = await query(sql, last + 1, last + 1 - COUNTED, ...where.values)
    sum += row!['count'] as number
    from = last + 1 - COUNTED
  }
}
