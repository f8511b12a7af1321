import { type MetricObjectWithValues, type MetricValue, type MetricValueWithName, Registry } from 'prom-client'
import { LATENCY_BUCKETS_MS, type Metrics, type WebhookMetrics } from '../../../../lib/delivery/counters.js'

type Labels = Record<string, string | number>
type Family = MetricObjectWithValues<MetricValue<string>>

/** One number of each webhook: its name without the prefix, what it says, and where it comes from. */
const OF_WEBHOOKS: readonly [string, string, 'counter' | 'gauge', (webhook: WebhookMetrics) => number][] = [
  ['delivered_total', 'Deliveries that arrived.', 'counter', ({ delivered }) => delivered],
  ['failed_total', 'Deliveries that failed for good.', 'counter', ({ failed }) => failed],
  ['retries_total', 'Attempts after which a delivery waits for another one.', 'counter', ({ retries }) => retries],
  ['pending', 'Deliveries that are on their way or wait.', 'gauge', ({ pending }) => pending],
  ['in_flight', 'Requests without an answer yet.', 'gauge', ({ inFlight }) => inFlight],
  ['paused', '1 while the webhook is paused.', 'gauge', ({ paused }) => Number(paused)],
  [
    'circuit_open',
    '1 while a dead webhook gets no more than probes.',
    'gauge',
    ({ breakerOpen }) => Number(breakerOpen),
  ],
]

/**
 * The counters of every store in Prometheus' text format. They count since Node-RED started, as Prometheus expects.
 * The engines count by themselves, so each family is handed to the client library ready made.
 */
export async function metricsText(stores: readonly Metrics[]): Promise<{ type: string; body: string }> {
  const registry = new Registry()
  const add = (name: string, help: string, type: string, values: MetricValueWithName<string>[]) => {
    const family = { name: `artifact_automations_${name}`, help, type, aggregator: 'sum', values } as unknown as Family
    registry.registerMetric({ name: family.name, get: async () => family } as never)
  }
  const sum = (of: (metrics: Metrics) => number) => stores.reduce((total, metrics) => total + of(metrics), 0)
  const one = (value: number) => [{ value, labels: {} }] as unknown as MetricValueWithName<string>[]

  add(
    'events_accepted_total',
    'Events that were stored, without duplicates.',
    'counter',
    one(sum(({ accepted }) => accepted)),
  )
  add('events_duplicate_total', 'Events whose id was known.', 'counter', one(sum(({ duplicates }) => duplicates)))
  add('dry_runs_total', 'Deliveries that were shown, not sent.', 'counter', one(sum(({ dryRuns }) => dryRuns)))
  add(
    'store_up',
    '1 when every store can be written.',
    'gauge',
    one(Number(stores.every(({ storeWorks }) => storeWorks))),
  )
  const oldest = Math.max(0, ...stores.map(({ queueAgeMs }) => queueAgeMs))
  add('queue_age_seconds', 'Age of the oldest pending delivery.', 'gauge', one(oldest / 1000))

  const webhooks = merged(stores.flatMap((metrics) => metrics.webhooks))
  const labels = ({ id, name }: WebhookMetrics): Labels => ({ webhook: id, name })
  for (const [name, help, type, value] of OF_WEBHOOKS) {
    const values = webhooks.map((webhook) => ({ value: value(webhook), labels: labels(webhook) }))
    add(name, help, type, values as unknown as MetricValueWithName<string>[])
  }
  const latencies = webhooks.flatMap((webhook) => latencyOf(webhook, labels(webhook)))
  add('attempt_seconds', 'How long requests took.', 'histogram', latencies as unknown as MetricValueWithName<string>[])
  return { type: registry.contentType, body: await registry.metrics() }
}

/** A webhook may have deliveries in two stores, after its setting was changed; to Prometheus it is one. */
function merged(webhooks: readonly WebhookMetrics[]): WebhookMetrics[] {
  const byId = new Map<string, WebhookMetrics>()
  for (const webhook of webhooks) {
    const other = byId.get(webhook.id)
    byId.set(webhook.id, other ? sumOf(other, webhook) : webhook)
  }
  return [...byId.values()]
}

function sumOf(a: WebhookMetrics, b: WebhookMetrics): WebhookMetrics {
  return {
    ...a,
    delivered: a.delivered + b.delivered,
    failed: a.failed + b.failed,
    retries: a.retries + b.retries,
    pending: a.pending + b.pending,
    inFlight: a.inFlight + b.inFlight,
    paused: a.paused || b.paused,
    breakerOpen: a.breakerOpen || b.breakerOpen,
    latency: {
      buckets: a.latency.buckets.map((count, index) => count + (b.latency.buckets[index] ?? 0)),
      sumMs: a.latency.sumMs + b.latency.sumMs,
      count: a.latency.count + b.latency.count,
    },
  }
}

function latencyOf({ latency }: WebhookMetrics, labels: Labels) {
  const metricName = 'artifact_automations_attempt_seconds'
  const bounds = [...LATENCY_BUCKETS_MS.map((ms) => ms / 1000), '+Inf']
  const counts = [...latency.buckets, latency.count]
  return [
    ...bounds.map((le, index) => ({
      value: counts[index] as number,
      labels: { le, ...labels },
      metricName: `${metricName}_bucket`,
    })),
    { value: latency.sumMs / 1000, labels, metricName: `${metricName}_sum` },
    { value: latency.count, labels, metricName: `${metricName}_count` },
  ]
}
