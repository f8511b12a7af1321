import type { AutomationSums, HourCounts, LastError, Statistics, StatisticsQuery, WebhookSums } from '../statistics.js'
import { ALL } from '../tally.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'
import { oldestPendingOf } from './history.js'

/** @param read runs work on an open store, or says why it is not */
export function readStatistics(read: <T>(work: (context: Context) => T) => Promise<T>): Statistics {
  return {
    hours: (query) => read((context) => hours(context, query)),
    automationSums: (ids, since) => read((context) => automationSums(context, ids, since)),
    webhookSums: (ids, since) => read((context) => webhookSums(context, ids, since)),
  }
}

function hours({ db }: Context, query: StatisticsQuery): HourCounts[] {
  const { automation = ALL, webhook = ALL, since, until } = query
  const within = 'automation = ? AND webhook = ? AND hour >= ? AND hour < ?'
  const bounds = [automation, webhook, since, until]
  const found = new Map<number, HourCounts & { latencies: Map<number, number> }>()
  const counts = db.all(
    `SELECT hour, accepted, fired, delivered, failed, attempts FROM statistics WHERE ${within} ORDER BY hour`,
    ...bounds,
  )
  for (const row of counts) {
    const hour = row['hour'] as number
    found.set(hour, {
      hour,
      ...sums(row, ['accepted', 'fired', 'delivered', 'failed', 'attempts']),
      latencies: new Map(),
    })
  }
  const latencies = db.all(`SELECT hour, bucket, count FROM latencies WHERE ${within}`, ...bounds)
  for (const { hour, bucket, count } of latencies) {
    found.get(hour as number)?.latencies.set(bucket as number, count as number)
  }
  return [...found.values()]
}

const sums = <K extends string>(row: Row, names: readonly K[]): Record<K, number> =>
  Object.fromEntries(names.map((name) => [name, Number(row[name] ?? 0)])) as Record<K, number>

function automationSums({ db }: Context, ids: readonly string[], since: number): AutomationSums[] {
  return ids.map((id) => {
    const day = db.get(
      `SELECT sum(fired) AS fired, sum(delivered) AS delivered, sum(failed) AS failed FROM statistics
       WHERE automation = ? AND webhook = ? AND hour >= ?`,
      id,
      ALL,
      since,
    )!
    return { ...sums(day, ['fired', 'delivered', 'failed']), lastFiredAt: lastAt({ db }, id, ALL) }
  })
}

function webhookSums({ db }: Context, ids: readonly string[], since: number): WebhookSums[] {
  return ids.map((id) => {
    const day = db.get(
      `SELECT sum(delivered) AS delivered, sum(failed) AS failed FROM statistics
       WHERE automation = ? AND webhook = ? AND hour >= ?`,
      ALL,
      id,
      since,
    )!
    const error = db.get('SELECT code, message, status_code, at FROM last_errors WHERE webhook = ?', id)
    return {
      ...sums(day, ['delivered', 'failed']),
      lastDeliveredAt: lastAt({ db }, ALL, id),
      lastError: error === undefined ? null : lastErrorOf(error),
      oldestPendingAt: oldestPendingOf({ db }, id),
    }
  })
}

function lastErrorOf({ code, message, status_code: status, at }: Row): LastError {
  return {
    code: code as string,
    message: message as string,
    ...(status !== null && { status_code: status as number }),
    at: at as number,
  }
}

function lastAt({ db }: Pick<Context, 'db'>, automation: string, webhook: string): number | null {
  const row = db.get(
    `SELECT last_at FROM statistics WHERE automation = ? AND webhook = ? AND last_at IS NOT NULL
     ORDER BY hour DESC LIMIT 1`,
    automation,
    webhook,
  )
  return (row?.['last_at'] as number | undefined) ?? null
}
