import { countResult } from '../count-result.js'
import type { AttemptRecord, Started } from '../delivery-queue.js'
import { laneOf, leaseLost } from '../lease.js'
import { type Row, responseText } from '../rows.js'
import { PENDING, STATUSES } from '../statuses.js'
import { goesAlong, type Query } from './database.js'
import { lockOrder } from './locks.js'
import { KnownRequests, putRequests, requestOf, type Sent } from './requests.js'
import { pgTextOrNull } from './text.js'
import type { Outcome, Step, Transaction } from './writer.js'

/**
 * A row is changed under the newest lease alone, and while nobody has claimed it under another one; and what was sent is kept
 * with it.
 */
const UPDATE = `
  WITH x AS (
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::smallint[], $5::integer[], $6::integer[], $7::integer[],
      $8::bigint[], $9::bigint[], $10::bigint[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[], $16::text[],
      $17::text[], $18::bytea[])
      AS t (seq, thing, fence, status, attempts, step, status_code, duration_ms, due_at, finished_at, error_code,
        error_message, owed, started_at, attempt_code, attempt_message, response, request)
  ), u AS (
    UPDATE @deliveries d SET status = x.status, attempts = x.attempts, step = x.step, status_code = x.status_code,
      duration_ms = x.duration_ms, due_at = x.due_at, claim = NULL, cancel = d.cancel AND x.status = 0, started_at = NULL, finished_at = x.finished_at,
      error_code = x.error_code, error_message = x.error_message, owed = x.owed
    FROM x WHERE d.seq = x.seq AND d.status = 0 AND (d.claim = x.fence OR d.claim IS NULL)
      AND x.fence = coalesce((SELECT fence FROM @leases WHERE thing = x.thing), 0)
    RETURNING d.seq, d.order_key
  ), a AS (
    INSERT INTO @attempts (delivery, number, started_at, duration_ms, status_code, error_code, error_message, response, request)
    SELECT x.seq, x.attempts, x.started_at, x.duration_ms, x.status_code, x.attempt_code, x.attempt_message, x.response, x.request
    FROM x JOIN u USING (seq) WHERE x.started_at IS NOT NULL ON CONFLICT DO NOTHING
  )
  SELECT seq, order_key FROM u`

/** Makes the first pending delivery of each collection due, if it was waiting. */
const LET_GO = `
  UPDATE @deliveries d SET due_at = k.at FROM (
    SELECT (SELECT n.seq FROM @deliveries n WHERE n.status = 0 AND n.webhook_id = x.w AND n.order_key = x.o
      ORDER BY n.place, n.seq LIMIT 1) AS seq, x.at
    FROM unnest($1::text[], $2::text[], $3::bigint[]) AS x (w, o, at)) k
  WHERE d.seq = k.seq AND d.due_at IS NULL RETURNING d.webhook_id, d.order_key`

/** So many attempts of a delivery are kept, the newest: an endpoint may ask to wait every second for years. */
const KEPT_ATTEMPTS = 100

type Recorded = { readonly successor: boolean }

/** Results of attempts. */
export function recordStep(
  schema: string,
  isOrdered: (webhook: string) => boolean,
  done: (result: AttemptRecord) => void,
): Step<AttemptRecord, Recorded> {
  const known = new KnownRequests()
  return {
    order: 4,
    locks: (_query, results) =>
      results.flatMap(({ status, delivery: { webhook, orderKey } }) =>
        status === 'pending' || orderKey === null || !isOrdered(webhook.id)
          ? []
          : [{ webhook: webhook.id, key: orderKey }],
      ),
    async run(transaction, results) {
      const requests = new Map(results.map((result) => [result, requestOf(result)]))
      putRequests(transaction.query, requests.values(), known)
      const rows = await update(transaction.query, results, requests)
      const accepted = results.filter(({ delivery }) => rows.has(delivery.seq))
      const before = await alreadyThere(
        transaction.query,
        results.filter(({ delivery }) => !rows.has(delivery.seq)),
      )
      dropOld(transaction.query, accepted)
      const finished = accepted.filter(({ status }) => status !== 'pending')
      const successors = await letNextGo(transaction.query, schema, finished, rows)
      for (const result of accepted) count(transaction, result)
      return results.map((result): Outcome<Recorded> => {
        const { seq, webhook } = result.delivery
        const after = () => {
          const request = requests.get(result)
          if (request) known.add(request.text)
          done(result)
        }
        if (before.has(seq)) return { value: { successor: true }, after }
        if (!rows.has(seq)) return { error: leaseLost(webhook.id) }
        return { value: { successor: successors.has(seq) }, after }
      })
    },
  }
}

async function update(
  query: Query,
  results: readonly AttemptRecord[],
  requests: ReadonlyMap<AttemptRecord, Sent | null>,
): Promise<Map<number, Row>> {
  const rows = await query(
    UPDATE,
    results.map(({ delivery }) => delivery.seq),
    results.map(({ delivery }) => laneOf(delivery.webhook.id)),
    results.map(({ delivery }) => delivery.fence),
    results.map(({ status }) => STATUSES.indexOf(status)),
    results.map(attemptsOf),
    results.map(({ step }) => step),
    results.map(({ attempt }) => attempt?.status_code ?? null),
    results.map(({ attempt }) => attempt?.duration_ms ?? null),
    results.map(({ dueAt }) => dueAt),
    results.map(({ status, at }) => (status === 'pending' ? null : at)),
    results.map(({ error }) => error?.code ?? null),
    results.map(({ error }) => pgTextOrNull(error?.message)),
    results.map(({ owed }) => (owed ? 1 : 0)),
    results.map(({ attempt }) => (attempt === null ? null : Date.parse(attempt.started_at))),
    results.map(({ attempt }) => attempt?.error?.code ?? null),
    results.map(({ attempt }) => pgTextOrNull(attempt?.error?.message)),
    results.map(({ attempt }) => (attempt === null ? null : responseText(attempt))),
    results.map((result) => requests.get(result)?.id ?? null),
  )
  return new Map(rows.map((row) => [row['seq'] as number, row]))
}

const attemptsOf = ({ delivery, attempt }: AttemptRecord): number => delivery.attempts + (attempt === null ? 0 : 1)

/** What was committed although the answer was lost: it was stored before, and is told so now. */
async function alreadyThere(query: Query, results: readonly AttemptRecord[]): Promise<Set<number>> {
  if (results.length === 0) return new Set()
  const rows = await query(
    `SELECT d.seq, d.status, d.attempts, d.due_at, d.finished_at, l.fence
     FROM @deliveries d LEFT JOIN @leases l ON l.thing = 'webhook/' || d.webhook_id
     WHERE d.seq = ANY ($1::bigint[]) AND d.claim IS NULL`,
    results.map(({ delivery }) => delivery.seq),
  )
  const found = new Map(rows.map((row) => [row['seq'] as number, row]))
  const same = results.filter((result) => {
    const row = found.get(result.delivery.seq)
    if (row === undefined || (row['fence'] ?? 0) !== result.delivery.fence) return false
    const isOver = result.status !== 'pending'
    const sameTime = isOver ? row['finished_at'] === result.at : row['due_at'] === result.dueAt
    return row['status'] === STATUSES.indexOf(result.status) && row['attempts'] === attemptsOf(result) && sameTime
  })
  return new Set(same.map(({ delivery }) => delivery.seq))
}

function dropOld(query: Query, results: readonly AttemptRecord[]): void {
  const many = results.filter((result) => result.attempt !== null && attemptsOf(result) > KEPT_ATTEMPTS)
  if (many.length === 0) return
  goesAlong(
    query,
    `DELETE FROM @attempts a USING unnest($1::bigint[], $2::integer[]) AS x (seq, number)
     WHERE a.delivery = x.seq AND a.number <= x.number - ${KEPT_ATTEMPTS}`,
    many.map(({ delivery }) => delivery.seq),
    many.map(attemptsOf),
  )
}

async function letNextGo(
  query: Query,
  schema: string,
  finished: readonly AttemptRecord[],
  rows: ReadonlyMap<number, Row>,
): Promise<Set<number>> {
  const keyed = finished.flatMap((result) => {
    const key = rows.get(result.delivery.seq)?.['order_key'] as string | null
    return key === null ? [] : [{ seq: result.delivery.seq, webhook: result.delivery.webhook.id, key, at: result.at }]
  })
  const released = await letGo(query, schema, keyed)
  return new Set(keyed.filter(({ webhook, key }) => released.has(JSON.stringify([webhook, key]))).map(({ seq }) => seq))
}

interface Over {
  readonly webhook: string
  readonly key: string
  readonly at: number
}

/** Lets the next of each collection go. @returns `[webhook, key]` as JSON of those that had one */
export async function letGo(query: Query, schema: string, keyed: readonly Over[]): Promise<Set<string>> {
  if (keyed.length === 0) return new Set()
  await lockOrder(query, schema, keyed)
  const once = new Map(keyed.map((each) => [JSON.stringify([each.webhook, each.key]), each]))
  const gone = await query(
    LET_GO,
    [...once.values()].map(({ webhook }) => webhook),
    [...once.values()].map(({ key }) => key),
    [...once.values()].map(({ at }) => at),
  )
  return new Set(gone.map((row) => JSON.stringify([row['webhook_id'], row['order_key']])))
}

function count({ tally, deltas, tellOthers }: Transaction, result: AttemptRecord): void {
  const { webhook, sender } = result.delivery
  if (result.status !== 'pending') {
    const delta = deltas.of(webhook.id, sender.id)
    delta.finished++
    if (result.owed) {
      delta.owed++
      tellOthers()
    }
  }
  countResult(tally, result)
}

/** Requests that are on their way, of what is still claimed as it was. */
export async function markStarted({ query }: Pick<Transaction, 'query'>, started: readonly Started[]): Promise<void> {
  await query(
    `UPDATE @deliveries d SET started_at = x.at FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS x (seq, fence, at)
     WHERE d.seq = x.seq AND d.status = ${PENDING} AND d.claim = x.fence`,
    started.map(({ seq }) => seq),
    started.map(({ fence }) => fence),
    started.map(({ at }) => at),
  )
}
