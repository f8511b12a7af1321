import type { Delivery } from '../../../lib/delivery/delivery.js'
import type { DeliveryEngine } from '../../../lib/engine/engine.js'
import { wrong } from './refusals.js'
import { type AdminRequest, optionalText } from './router.js'

const MOST_ROWS = 200

/** How a list is read by pages. */
export const PAGED: readonly string[] = ['limit', 'before']

/** `limit` (1 to 200, 50 when absent) and `before` of a query. */
export function pageOf(query: AdminRequest['query']): { limit: number; before: string | undefined } {
  const given = query['limit'] ?? '50'
  const limit = /^\d{1,9}$/.test(given) ? Number(given) : 0
  if (limit < 1 || limit > MOST_ROWS) throw wrong('limit', `must be a whole number from 1 to ${MOST_ROWS}`)
  return { limit, before: optionalText(query['before'], 'before') }
}

type ListPage = { limit: number; before?: string }
interface Rows {
  readonly rows: Delivery[]
  readonly next: string | null
  readonly lookedBackTo?: string
}

/** The stores that can be read; all of them when none can, so that the answer says why. */
export function readable(engines: readonly DeliveryEngine[]): readonly DeliveryEngine[] {
  const well = engines.filter(({ problem }) => !problem)
  return well.length > 0 ? well : engines
}

/** Why some cannot, of an answer that leaves them out. */
export function unavailable(engines: readonly DeliveryEngine[]): { unavailable?: string[] } {
  const reasons = engines.flatMap(({ problem }) => problem?.message ?? [])
  return reasons.length > 0 ? { unavailable: reasons } : {}
}

/**
 * One page over several stores, newest first. With one store the cursor is the store's own; with more it is a JSON
 * list of where each store goes on (null: not begun, false: finished). A store that cannot be read while others can is
 * left out.
 */
export async function mergedPage(
  engines: readonly DeliveryEngine[],
  query: AdminRequest['query'],
  list: (engine: DeliveryEngine, page: ListPage) => Promise<Rows>,
): Promise<Rows> {
  const { limit, before } = pageOf(query)
  if (engines.length === 1) return list(engines[0] as DeliveryEngine, { limit, ...(before && { before }) })
  const from = positions(before, engines.length)
  const asked = new Set(readable(engines))
  const pages = await Promise.all(
    engines.map((engine, index): Rows | Promise<Rows> => {
      const position = from[index]
      if (position === false || !asked.has(engine)) return { rows: [], next: null }
      return list(engine, { limit, ...(typeof position === 'string' && { before: position }) })
    }),
  )
  const shown = newest(pages, limit)
  const next = await Promise.all(
    pages.map(async ({ rows, next }, store) => {
      const taken = shown.filter((entry) => entry.store === store).length
      if (taken === rows.length) return next ?? false
      if (taken === 0) return from[store] ?? null
      return (
        (await cursorAfter(taken, from[store] ?? null, (page) => list(engines[store] as DeliveryEngine, page))) ?? false
      )
    }),
  )
  const lookedBackTo = pages
    .flatMap((page) => page.lookedBackTo ?? [])
    .sort()
    .at(-1)
  return {
    ...(lookedBackTo !== undefined && { lookedBackTo }),
    rows: shown.map(({ row }) => row),
    next: next.every((position) => position === false) ? null : Buffer.from(JSON.stringify(next)).toString('base64url'),
  }
}

/** Where a store goes on after so many of its rows; its pages may be short. */
async function cursorAfter(
  rows: number,
  from: string | null | false,
  list: (page: ListPage) => Promise<Rows>,
): Promise<string | null> {
  let [left, next] = [rows, from || null]
  do {
    const page: Rows = await list({ limit: left, ...(next !== null && { before: next }) })
    left -= page.rows.length
    next = page.next
  } while (left > 0 && next !== null)
  return next
}

/**
 * The newest rows of all stores. Each store's rows stay in its own order, in which its cursor counts, also where times
 * are equal or a clock was set back. A page of a store may be short before its end: what comes after it there may be
 * newer than what others have left, so this one ends with it.
 */
function newest(pages: readonly Rows[], limit: number): { row: Delivery; store: number }[] {
  const ahead = pages.map(({ rows }) => [...rows])
  const goesOn = (store: number) => ahead[store]!.length === 0 && pages[store]!.next !== null
  const shown: { row: Delivery; store: number }[] = []
  while (shown.length < limit && !pages.some((_page, store) => goesOn(store))) {
    let from: { row: Delivery; store: number } | null = null
    for (const [store, [row]] of ahead.entries()) {
      if (row && (from === null || row.created_at > from.row.created_at)) from = { row, store }
    }
    if (from === null) break
    ahead[from.store]?.shift()
    shown.push(from)
  }
  return shown
}

function positions(cursor: string | undefined, count: number): (string | null | false)[] {
  if (cursor === undefined) return Array(count).fill(null)
  try {
    const list: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (Array.isArray(list) && list.length === count) return list as (string | null | false)[]
  } catch {
    // falls through to the refusal
  }
  throw wrong('before', 'is not the "next" of an earlier page')
}
