import type { Redelivered, RedeliveryRequest } from '../delivery-queue.js'
import type { Row } from '../rows.js'
import { PENDING, STATUSES } from '../statuses.js'
import type { Query } from './database.js'
import { listRows } from './list.js'
import { lockOrder } from './locks.js'
import { pgText } from './text.js'
import type { Transaction } from './writer.js'

const AGAIN = `
  UPDATE @deliveries d SET status = 0, step = 0, due_at = x.due_at, order_key = x.order_key, finished_at = NULL,
    error_code = NULL, error_message = NULL, owed = 0, claim = NULL, cancel = false, ends = 0, blamed = NULL
  FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS x (seq, due_at, order_key) WHERE d.seq = x.seq`

/** @param rows what the request names, as it was before this transaction */
export async function redeliver(
  { query, deltas, tellOthers }: Transaction,
  schema: string,
  wanted: readonly Row[],
  now: number,
): Promise<Redelivered['deliveries']> {
  const locked = await query(
    `SELECT d.*, w.ordering, d.claim = coalesce(l.fence, 0) AS in_hand FROM @deliveries d
       LEFT JOIN @webhooks w ON w.id = d.webhook_id LEFT JOIN @leases l ON l.thing = 'webhook/' || d.webhook_id
     WHERE d.seq = ANY ($1::bigint[]) ORDER BY d.seq FOR UPDATE OF d`,
    wanted.map(({ seq }) => seq),
  )
  const rows = new Map(locked.map((row) => [row['seq'] as number, row]))
  const again = wanted.flatMap(({ seq }) => {
    const row = rows.get(seq as number)
    return row === undefined || row['status'] === STATUSES.indexOf('dry-run') ? [] : [row]
  })
  const free = again.filter(
    (row) => !(row['status'] === PENDING && (row['due_at'] === null || row['in_hand'] === true)),
  )
  const keyOf = (row: Row) => (row['ordering'] === 'collection' ? (row['collection'] as string | null) : null)
  const keyed = free
    .filter((row) => keyOf(row) !== null)
    .map((row) => ({ webhook: row['webhook_id'] as string, key: keyOf(row)! }))
  await lockOrder(query, schema, keyed)
  const waiting = await pendingKeys(query, keyed)
  const [seqs, dues, keys]: [number[], (number | null)[], (string | null)[]] = [[], [], []]
  // the oldest goes first
  for (const row of [...free].reverse()) {
    const key = keyOf(row)
    const name = JSON.stringify([row['webhook_id'], key])
    const waits = row['status'] !== PENDING && key !== null && waiting.has(name)
    if (key !== null) waiting.add(name)
    seqs.push(row['seq'] as number)
    dues.push(waits ? null : now)
    keys.push(key)
  }
  if (seqs.length > 0) await query(AGAIN, seqs, dues, keys)
  for (const row of again) {
    const delta = deltas.of(row['webhook_id'] as string, row['sender_id'] as string)
    if (row['status'] === PENDING) delta.woken++
    else delta.added++
  }
  if (again.length > 0) tellOthers()
  return again.map((row) => ({
    webhook: row['webhook_id'] as string,
    sender: row['sender_id'] as string,
    wasPending: row['status'] === PENDING,
  }))
}

async function pendingKeys(query: Query, keys: readonly { webhook: string; key: string }[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set()
  const rows = await query(
    `SELECT k.w, k.o FROM unnest($1::text[], $2::text[]) AS k (w, o)
     WHERE EXISTS (SELECT 1 FROM @deliveries WHERE status = 0 AND webhook_id = k.w AND order_key = k.o)`,
    keys.map(({ webhook }) => webhook),
    keys.map(({ key }) => key),
  )
  return new Set(rows.map(({ w, o }) => JSON.stringify([w, o])))
}

/** The rows that a request names, newest first. */
export async function wanted(query: Query, request: RedeliveryRequest): Promise<{ rows: Row[]; next: string | null }> {
  if ('id' in request) {
    return { rows: await query('SELECT * FROM @deliveries WHERE id = $1', pgText(request.id)), next: null }
  }
  const before = request.before === null ? {} : { before: request.before }
  return listRows(query, request.filter, { limit: request.limit, ...before })
}
