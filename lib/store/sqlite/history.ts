import type { Delivery, MaskedRequest } from '../../delivery/delivery.js'
import type { DeliveryDetail, DeliveryFilter } from '../delivery-queue.js'
import type { Page } from '../page.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { beforeOf } from './cursor.js'
import { idText } from './id-text.js'
import { attemptOf, deliveryOf, eventOf, payloadOf, slotsOf, WHOLE_DELIVERY } from './rows.js'
import { STATUSES } from './schema.js'

export function delivery({ db }: Context, id: string): DeliveryDetail | null {
  const row = db.get(`${WHOLE_DELIVERY} WHERE d.id = ?`, id)
  if (row === undefined) return null
  const log = db.all('SELECT * FROM attempts WHERE delivery = ? ORDER BY number', row['seq'] as number)
  return {
    delivery: deliveryOf(row),
    get event() {
      return eventOf(row)
    },
    eventText: row['event'] as string,
    payload: payloadOf(row),
    slots: slotsOf(row),
    contentType: row['content_type'] as string | null,
    get log() {
      return log.map(attemptOf)
    },
    logLater: log.map((attempt) => ({ toJSON: () => attemptOf(attempt) })),
    request: row['request'] === null ? null : (JSON.parse(row['request'] as string) as MaskedRequest),
  }
}

export function deliveries(context: Context, filter: DeliveryFilter, page: Page) {
  const { rows, next } = listRows(context, filter, page)
  return { deliveries: rows.map(deliveryOf), next }
}

/** A page of rows of `deliveries`, newest first; bounds of time may leave it short, or empty, before the end. */
export function listRows(context: Context, filter: DeliveryFilter, page: Page): { rows: Row[]; next: string | null } {
  const { since = 0, until = Number.MAX_SAFE_INTEGER } = filter
  const { seqs, next } = listSeqs(context, filter, page)
  const rows: Row[] = []
  let bytes = 0
  for (const [index, seq] of seqs.entries()) {
    const row = context.db.get('SELECT * FROM deliveries WHERE seq = ?', seq)!
    const at = row['created_at'] as number
    if (at < since || at >= until) continue
    rows.push(row)
    bytes += textIn(row)
    if (bytes >= READ_BYTES && index < seqs.length - 1) return { rows, next: String(seq) }
  }
  return { rows, next }
}

/** Names and reasons can be long: a page of them may be short. */
const READ_BYTES = 1024 * 1024

const textIn = (row: Row) =>
  Object.values(row).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), 0)

/**
 * One page of matching deliveries, newest first, without the bounds of time. Every filter is answered by a few ranges of
 * an index, each already in this order and none longer than a page: so a page costs the same in a long history.
 */
function listSeqs(context: Context, filter: DeliveryFilter, { before, limit }: Page) {
  const from = beforeOf(before)
  const found = ranges(context, filter).flatMap(({ where, values }) => {
    const sql = `SELECT seq FROM deliveries WHERE ${where} AND seq < ? ORDER BY seq DESC LIMIT ?`
    return context.db.all(sql, ...values, from, limit + 1).map((row) => row['seq'] as number)
  })
  found.sort((a, b) => b - a)
  const seqs = found.slice(0, limit)
  return { seqs, next: found.length > limit ? String(seqs.at(-1)) : null }
}

interface Range {
  readonly where: string
  readonly values: readonly (string | number)[]
}

function ranges(context: Context, filter: DeliveryFilter): Range[] {
  const { status, automation, webhook, event_id } = filter
  const wanted = status === undefined ? STATUSES.map((_, index) => index) : [STATUSES.indexOf(status)]
  if (event_id !== undefined) return [eventRange(event_id, filter)]
  if (automation !== undefined) {
    const webhooks = webhook === undefined ? webhooksOf(context, automation) : [webhook]
    return webhooks.flatMap((id) =>
      wanted.map((code) => ({
        where: 'automation_id = ? AND webhook_id = ? AND status = ?',
        values: [automation, id, code],
      })),
    )
  }
  if (webhook === undefined && status === undefined) return [{ where: 'true', values: [] }]
  const webhooks = webhook === undefined ? allWebhooks(context) : [webhook]
  return webhooks.flatMap((id) =>
    wanted.map((code) => ({ where: 'webhook_id = ? AND status = ?', values: [id, code] })),
  )
}

/** An event has few deliveries: the other conditions are checked row by row. */
function eventRange(eventId: string, { status, automation, webhook }: Omit<DeliveryFilter, 'event_id'>): Range {
  // The plus sign keeps SQLite from choosing the index of a column that says less than the event.
  const conditions: [string, string | number][] = [['event_id', idText(eventId)]]
  if (status !== undefined) conditions.push(['+status', STATUSES.indexOf(status)])
  if (automation !== undefined) conditions.push(['+automation_id', automation])
  if (webhook !== undefined) conditions.push(['+webhook_id', webhook])
  return {
    where: conditions.map(([column]) => `${column} = ?`).join(' AND '),
    values: conditions.map(([, value]) => value),
  }
}

/** Distinct values by jumping along the index, as SQLite's SELECT DISTINCT would read all of it. */
function distinctWebhooks(condition: string): string {
  return `
    WITH RECURSIVE found (id) AS (
      SELECT min(webhook_id) FROM deliveries WHERE ${condition}
      UNION ALL
      SELECT (SELECT min(webhook_id) FROM deliveries WHERE ${condition} AND webhook_id > found.id)
      FROM found WHERE found.id IS NOT NULL
    )
    SELECT id FROM found WHERE id IS NOT NULL`
}

const ALL_WEBHOOKS = distinctWebhooks('true')
const WEBHOOKS_OF = distinctWebhooks('automation_id = ?')

function allWebhooks({ db }: Context): string[] {
  return db.all(ALL_WEBHOOKS).map((row) => row['id'] as string)
}

function webhooksOf({ db }: Context, automation: string): string[] {
  return db.all(WEBHOOKS_OF, automation, automation).map((row) => row['id'] as string)
}

const order = (row: Row, column: 'finished_at' | 'seq') => row[column] as number

/** So far back a sender's last result is looked for: others may send to its webhook more often. */
const LAST_AMONG = 200

export function lastResult({ db }: Context, webhook: string, sender: string): Delivery | null {
  const sql = `
    SELECT * FROM (SELECT * FROM deliveries WHERE webhook_id = ? AND status = ? ORDER BY seq DESC LIMIT ${LAST_AMONG})
    WHERE sender_id = ? ORDER BY finished_at DESC, seq DESC LIMIT 1`
  const results: Row[] = []
  for (const status of ['delivered', 'failed', 'dry-run'] as const) {
    const row = db.get(sql, webhook, STATUSES.indexOf(status), sender)
    if (row !== undefined) results.push(row)
  }
  const [last] = results.sort(
    (one, other) => order(other, 'finished_at') - order(one, 'finished_at') || order(other, 'seq') - order(one, 'seq'),
  )
  return last ? deliveryOf(last) : null
}

/** When the oldest pending delivery was made, or null when none waits. */
export function oldestPending(context: Context): number | null {
  const oldest = allWebhooks(context).map((webhook) => {
    const sql = 'SELECT created_at FROM deliveries WHERE webhook_id = ? AND status = 0 ORDER BY seq LIMIT 1'
    return (context.db.get(sql, webhook)?.['created_at'] as number | undefined) ?? Number.POSITIVE_INFINITY
  })
  const at = Math.min(...oldest)
  return at === Number.POSITIVE_INFINITY ? null : at
}
