import { isoTime } from '../../iso-time.js'
import { beforeOf } from '../cursor.js'
import type { DeliveryFilter, DeliveryPage } from '../delivery-queue.js'
import type { Page } from '../page.js'
import { deliveryOf } from '../rows.js'
import { STATUSES } from '../statuses.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { ranges } from './filters.js'
import { conditions, isBounded } from './search.js'

/** Of the event loop at a time. */
const TURN_MS = 8
/** The first number that SQLite gives. */
const FIRST = 1
/** So many rows are looked at before the time is. */
const CHUNK = 500

export interface Listed {
  readonly rows: Row[]
  readonly next: string | null
  /** Ended by the time: when the last row was made that was looked at. */
  readonly lookedBackTo?: number
}

export function pageOf({ rows, next, lookedBackTo }: Listed): DeliveryPage {
  const deliveries = rows.map(deliveryOf)
  return { deliveries, next, ...(lookedBackTo !== undefined && { lookedBackTo: isoTime(lookedBackTo) }) }
}

/** A page of rows of `deliveries`, newest first: one turn's work, so it may be short, or empty, before the end. */
export function listRows(context: Context, filter: DeliveryFilter, page: Page): Listed {
  const { seqs, next, ended } = listSeqs(context, filter, page)
  const rows: Row[] = []
  let bytes = 0
  for (const [index, seq] of seqs.entries()) {
    const row = context.db.get('SELECT * FROM deliveries WHERE seq = ?', seq)!
    rows.push(row)
    bytes += textIn(row)
    if (bytes >= READ_BYTES && index < seqs.length - 1) return { rows, next: String(seq) }
  }
  if (!ended || next === null) return { rows, next }
  const last = context.db.get('SELECT created_at FROM deliveries WHERE seq >= ? ORDER BY seq LIMIT 1', Number(next))
  return { rows, next, ...(last !== undefined && { lookedBackTo: last['created_at'] as number }) }
}

/** Names and reasons can be long: a page of them may be short. */
const READ_BYTES = 1024 * 1024

const textIn = (row: Row) =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)

export interface Seqs {
  readonly seqs: number[]
  readonly next: string | null
  /** Whether the time ended it. */
  readonly ended: boolean
}

/**
 * Numbers of what fits. A filter without bounds is answered by a few ranges of an index, each already in this order and
 * none longer than a page: so a page costs the same in a long history. Bounds of time and searches are looked at row by
 * row, in the order of arrival: a clock that was set back mixes the times, and an index would cost something with each
 * delivery.
 */
export function listSeqs(context: Context, filter: DeliveryFilter, page: Page): Seqs {
  const from = beforeOf(page.before)
  if (!isBounded(filter)) return inRanges(context, filter, from, page.limit)
  const { automation, webhook, event_id } = filter
  // what an index has together is less than all, whatever it is
  const isNarrow = automation !== undefined || webhook !== undefined || event_id !== undefined
  return looked(page.limit, from, isNarrow ? narrow(context, filter) : wide(context, filter))
}

function inRanges(context: Context, filter: DeliveryFilter, from: number, limit: number): Seqs {
  const found = ranges(context, filter).flatMap(({ where, values }) => {
    const sql = `SELECT seq FROM deliveries WHERE ${where} AND seq < ? ORDER BY seq DESC LIMIT ?`
    return context.db.all(sql, ...values, from, limit + 1).map((row) => row['seq'] as number)
  })
  found.sort((a, b) => b - a)
  const seqs = found.slice(0, limit)
  return { seqs, next: found.length > limit ? String(seqs.at(-1)) : null, ended: false }
}

/** What fits of the next rows before a number, at most so many, and from where to go on; null: there are none. */
type Look = (from: number, limit: number) => { readonly seqs: number[]; readonly next: number | null }

function looked(limit: number, before: number, look: Look): Seqs {
  const found: number[] = []
  const end = performance.now() + TURN_MS
  for (let from: number | null = before; ; ) {
    // one more than the page tells whether there are more
    const { seqs, next }: ReturnType<Look> = look(from, limit + 1 - found.length)
    found.push(...seqs)
    if (found.length > limit) return { seqs: found.slice(0, limit), next: String(found[limit - 1]), ended: false }
    if (next === null) return { seqs: found, next: null, ended: false }
    if (performance.now() >= end) return { seqs: found, next: String(next), ended: true }
    from = next
  }
}

function narrow(context: Context, filter: DeliveryFilter): Look {
  const { where, values } = conditions(filter)
  const fits = `SELECT 1 FROM deliveries d WHERE d.seq = ? AND ${where}`
  return (from, limit) => {
    const { seqs, next } = inRanges(context, filter, from, CHUNK)
    const found: number[] = []
    for (const seq of seqs) {
      if (context.db.get(fits, seq, ...values) !== undefined) found.push(seq)
      if (found.length === limit) return { seqs: found, next: seq }
    }
    return { seqs: found, next: next === null ? null : Number(next) }
  }
}

function wide({ db }: Context, filter: DeliveryFilter): Look {
  const { where, values } = conditions(filter)
  // the plus sign keeps SQLite from choosing an index, which has another order
  const status = filter.status === undefined ? [] : [STATUSES.indexOf(filter.status)]
  const sql = `SELECT seq FROM deliveries d WHERE seq < ? AND seq >= ? ${status.length === 0 ? '' : 'AND +status = ?'}
    AND ${where} ORDER BY seq DESC LIMIT ?`
  return (from, limit) => {
    const newest = db.get('SELECT max(seq) AS seq FROM deliveries WHERE seq < ?', from)?.['seq'] as number | null
    if (newest === null) return { seqs: [], next: null }
    const end = newest + 1 - CHUNK
    const rows = db.all(sql, newest + 1, end, ...status, ...values, limit)
    return { seqs: rows.map((row) => row['seq'] as number), next: end > FIRST ? end : null }
  }
}
