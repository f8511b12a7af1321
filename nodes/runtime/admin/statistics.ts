import { isoTime } from '../../../lib/iso-time.js'
import { percentile } from '../../../lib/store/latency.js'
import { HOUR_MS, type HourCounts } from '../../../lib/store/statistics.js'
import type { Host } from '../host.js'
import { optionalTime } from './input.js'
import { readable } from './page.js'
import { wrong } from './refusals.js'
import { type AdminAnswer, type AdminRequest, type AdminRouter, optionalText } from './router.js'
import { nowOf } from './sums.js'

const BUCKETS = { hour: HOUR_MS, day: 24 * HOUR_MS } as const
/** How far back is looked unless told. */
const DEFAULT_SPAN = { hour: 24 * HOUR_MS, day: 30 * 24 * HOUR_MS } as const
const MOST_BUCKETS = 1_000

type BucketKind = keyof typeof BUCKETS

/** What came and what became of it, by the hour or the day. */
export function mountStatistics(router: AdminRouter, host: Host): void {
  router.get('/statistics', (request) => statisticsOf(host, request), {
    takes: ['since', 'until', 'bucket', 'automation', 'webhook'],
  })
}

async function statisticsOf(host: Host, { query }: AdminRequest): Promise<AdminAnswer> {
  const kind = bucketOf(query)
  const engines = readable(await host.stores.all())
  const { first, until } = boundsOf(query, kind, nowOf(engines))
  const automation = optionalText(query['automation'], 'automation')
  const webhook = optionalText(query['webhook'], 'webhook')
  const asked = { since: first, until, ...(automation && { automation }), ...(webhook && { webhook }) }
  const buckets = emptyBuckets(first, until, kind)
  for (const engine of engines) {
    for (const hour of await engine.statistics.hours(asked)) add(buckets, first, kind, hour)
  }
  const shown = buckets.map((bucket) => shownBucket(bucket, webhook !== undefined))
  return { status: 200, json: { buckets: shown } }
}

function bucketOf(query: AdminRequest['query']): BucketKind {
  const kind = optionalText(query['bucket'], 'bucket') ?? 'hour'
  if (kind === 'hour' || kind === 'day') return kind
  throw wrong('bucket', 'must be hour or day')
}

function boundsOf(query: AdminRequest['query'], kind: BucketKind, now: number): { first: number; until: number } {
  const until = optionalTime(query['until'], 'until') ?? now
  const since = optionalTime(query['since'], 'since') ?? until - DEFAULT_SPAN[kind]
  if (since >= until) throw wrong('since', 'must be before until')
  const first = Math.floor(since / BUCKETS[kind]) * BUCKETS[kind]
  const count = Math.ceil((until - first) / BUCKETS[kind])
  if (count > MOST_BUCKETS) {
    throw wrong('since', `makes ${count} buckets of one ${kind}, and ${MOST_BUCKETS} at most are given`)
  }
  return { first, until }
}

interface Bucket {
  readonly start: number
  accepted: number
  fired: number
  delivered: number
  failed: number
  attempts: number
  readonly latencies: Map<number, number>
}

function emptyBuckets(first: number, until: number, kind: BucketKind): Bucket[] {
  return Array.from({ length: Math.ceil((until - first) / BUCKETS[kind]) }, (_, index) => ({
    start: first + index * BUCKETS[kind],
    accepted: 0,
    fired: 0,
    delivered: 0,
    failed: 0,
    attempts: 0,
    latencies: new Map<number, number>(),
  }))
}

function add(buckets: readonly Bucket[], first: number, kind: BucketKind, counts: HourCounts): void {
  const bucket = buckets[Math.floor((counts.hour - first) / BUCKETS[kind])]
  if (bucket === undefined) return
  for (const name of ['accepted', 'fired', 'delivered', 'failed', 'attempts'] as const) bucket[name] += counts[name]
  for (const [latency, count] of counts.latencies) {
    bucket.latencies.set(latency, (bucket.latencies.get(latency) ?? 0) + count)
  }
}

/** A webhook takes no events and starts no automations, so under its filter nobody can say how many there were. */
function shownBucket({ start, accepted, fired, latencies, ...results }: Bucket, ofWebhook: boolean) {
  return {
    start: isoTime(start),
    accepted: ofWebhook ? null : accepted,
    fired: ofWebhook ? null : fired,
    ...results,
    p50_ms: percentile(latencies, 0.5),
    p95_ms: percentile(latencies, 0.95),
  }
}
