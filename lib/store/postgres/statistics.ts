import type { Row } from '../rows.js'
import type { AutomationSums, HourCounts, LastError, Statistics, WebhookSums } from '../statistics.js'
import { ALL } from '../tally.js'
import type { Query } from './database.js'
import { pgText } from './text.js'

export function readStatistics(query: Query): Statistics {
  return {
    hours: (wanted) => hours(query, wanted),
    automationSums: (ids, since) => automationSums(query, ids, since),
    webhookSums: (ids, since) => webhookSums(query, ids, since),
  }
}

const WITHIN = 'automation = $1 AND webhook = $2 AND hour >= $3 AND hour < $4'

async function hours(query: Query, wanted: Parameters<Statistics['hours']>[0]): Promise<HourCounts[]> {
  const { automation = ALL, webhook = ALL, since, until } = wanted
  const bounds = [pgText(automation), pgText(webhook), Math.max(since, -8.64e15), Math.min(until, 8.64e15)]
  const counts = await query(
    `SELECT hour, sum(accepted) AS accepted, sum(fired) AS fired, sum(delivered) AS delivered, sum(failed) AS failed,
       sum(attempts) AS attempts FROM @statistics WHERE ${WITHIN} GROUP BY hour ORDER BY hour`,
    ...bounds,
  )
  const took = await query(
    `SELECT hour, bucket, sum(count) AS count FROM @latencies WHERE ${WITHIN} GROUP BY hour, bucket`,
    ...bounds,
  )
  const latencies = new Map<number, Map<number, number>>()
  for (const { hour, bucket, count } of took) {
    const counts = latencies.get(hour as number) ?? new Map<number, number>()
    latencies.set(hour as number, counts.set(bucket as number, count as number))
  }
  return counts.map((row) => {
    const hour = row['hour'] as number
    const sums = sumsOf(row, ['accepted', 'fired', 'delivered', 'failed', 'attempts'])
    return { hour, ...sums, latencies: latencies.get(hour) ?? new Map() }
  })
}

const sumsOf = <K extends string>(row: Row | undefined, names: readonly K[]): Record<K, number> =>
  Object.fromEntries(names.map((name) => [name, Number(row?.[name] ?? 0)])) as Record<K, number>

async function automationSums(query: Query, ids: readonly string[], since: number): Promise<AutomationSums[]> {
  const rows = await query(
    `SELECT i.id, s.*, (SELECT max(last_at) FROM @statistics WHERE automation = i.id AND webhook = '') AS last_at
     FROM unnest($1::text[]) AS i (id) CROSS JOIN LATERAL (
       SELECT sum(fired) AS fired, sum(delivered) AS delivered, sum(failed) AS failed FROM @statistics
       WHERE automation = i.id AND webhook = '' AND hour >= $2) s`,
    ids,
    since,
  )
  const found = byId(rows)
  return ids.map((id) => {
    const row = found.get(id)
    return {
      ...sumsOf(row, ['fired', 'delivered', 'failed']),
      lastFiredAt: (row?.['last_at'] as number | null) ?? null,
    }
  })
}

async function webhookSums(query: Query, ids: readonly string[], since: number): Promise<WebhookSums[]> {
  const rows = await query(
    `SELECT i.id, s.*, e.code, e.message, e.status_code, e.at,
       (SELECT max(last_at) FROM @statistics WHERE automation = '' AND webhook = i.id) AS last_at,
       (SELECT created_at FROM @deliveries WHERE webhook_id = i.id AND status = 0 ORDER BY seq LIMIT 1) AS oldest
     FROM unnest($1::text[]) AS i (id) LEFT JOIN @last_errors e ON e.webhook = i.id CROSS JOIN LATERAL (
       SELECT sum(delivered) AS delivered, sum(failed) AS failed FROM @statistics
       WHERE automation = '' AND webhook = i.id AND hour >= $2) s`,
    ids,
    since,
  )
  const found = byId(rows)
  return ids.map((id) => {
    const row = found.get(id)
    return {
      ...sumsOf(row, ['delivered', 'failed']),
      lastDeliveredAt: (row?.['last_at'] as number | null) ?? null,
      lastError: row === undefined || row['code'] === null ? null : lastErrorOf(row),
      oldestPendingAt: (row?.['oldest'] as number | null) ?? null,
    }
  })
}

const byId = (rows: readonly Row[]) => new Map(rows.map((row) => [row['id'] as string, row]))

function lastErrorOf({ code, message, status_code: status, at }: Row): LastError {
  const known = status === null ? {} : { status_code: status as number }
  return { code: code as string, message: message as string, ...known, at: at as number }
}
