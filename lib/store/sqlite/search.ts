import type { DeliveryFilter } from '../delivery-queue.js'

/** The JSON of a delivery's event, for rows from before `terms` was kept. */
const EVENT = `coalesce((SELECT event FROM bodies b WHERE b.seq = d.seq),
  (SELECT json FROM events e WHERE e.event_id = d.event_id ORDER BY seq LIMIT 1), '{}')`

const SEARCH = `(instr(d.terms, ?) > 0 OR instr(lower(d.error_message), ?) > 0
  OR (d.terms IS NULL AND (instr(lower(d.id), ?) > 0
    OR (instr(lower(${EVENT}), ?) > 0 AND instr(search_terms(${EVENT}), ?) > 0))))`

/** Whether rows have to be looked at one by one. */
export const isBounded = ({ since, until, search }: DeliveryFilter): boolean =>
  since !== undefined || until !== undefined || search !== undefined

/** Bounds of time and search, of rows of `deliveries d`. */
export function conditions({ since, until, search }: DeliveryFilter) {
  const where: string[] = ['true']
  const values: (string | number)[] = []
  if (since !== undefined) {
    where.push('d.created_at >= ?')
    values.push(since)
  }
  if (until !== undefined) {
    where.push('d.created_at < ?')
    values.push(until)
  }
  if (search !== undefined) {
    where.push(SEARCH)
    values.push(search, search, search, asInJson(search), search)
  }
  return { where: where.join(' AND '), values }
}

/** A folded text as it stands in a JSON text that SQLite's `lower` has folded. */
export const asInJson = (text: string): string => JSON.stringify(text).slice(1, -1)
