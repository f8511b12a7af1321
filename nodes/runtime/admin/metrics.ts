import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { LATENCY_BUCKETS_MS, type Metrics, type WebhookMetrics } from '../../../lib/engine/lane/counters.js'

const PREFIX = 'artifact_automations_'
const LABELS = ['webhook', 'name']

type Labels = Readonly<Record<string, string | number>>
interface Value {
  readonly labels: Labels
  readonly value: number
  /** Of a histogram: which of its lines. */
  readonly metricName?: string
}

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
 * The engines count by themselves, so the client library is given sums to write.
 */
export async function metricsText(stores: readonly Metrics[]): Promise<{ type: string; body: string }> {
  const registry = new Registry()
  const registers = [registry]
  const sum = (of: (metrics: Metrics) => number) => stores.reduce((total, metrics) => total + of(metrics), 0)
  const counter = (name: string, help: string, value: number) =>
    new Counter({ name: `${PREFIX}${name}`, help, registers }).inc(value)
  const gauge = (name: string, help: string, value: number) =>
    new Gauge({ name: `${PREFIX}${name}`, help, registers }).set(value)

  counter(
    'events_accepted_total',
    'Events that were stored, without duplicates.',
    sum(({ accepted }) => accepted),
  )
  counter(
    'events_duplicate_total',
    'Events whose id was known.',
    sum(({ duplicates }) => duplicates),
  )
  counter(
    'dry_runs_total',
    'Deliveries that were shown, not sent.',
    sum(({ dryRuns }) => dryRuns),
  )
  gauge('store_up', '1 when every store can be written.', Number(stores.every(({ storeWorks }) => storeWorks)))
  const oldest = Math.max(0, ...stores.map(({ queueAgeMs }) => queueAgeMs))
  gauge('queue_age_seconds', 'Age of the oldest pending delivery.', oldest / 1000)

  const webhooks = merged(stores.flatMap((metrics) => metrics.webhooks))
  for (const [name, help, type, value] of OF_WEBHOOKS) {
    const family = { name: `${PREFIX}${name}`, help, labelNames: LABELS, registers }
    const add = type === 'counter' ? counting(new Counter(family)) : setting(new Gauge(family))
    for (const webhook of webhooks) add(labelsOf(webhook), value(webhook))
  }
  const latency = { name: LATENCY, help: 'How long requests took.', registers }
  new CountedHistogram(latency, webhooks.flatMap(latencyOf))
  return { type: registry.contentType, body: await registry.metrics() }
}

const counting = (metric: Counter) => (labels: Labels, value: number) => metric.inc(labels, value)
const setting = (metric: Gauge) => (labels: Labels, value: number) => metric.set(labels, value)

/** A histogram that was counted already. The client library's own wants every observation. */
class CountedHistogram extends Histogram {
  readonly #family: { readonly name: string; readonly help: string }
  readonly #values: readonly Value[]

  constructor(family: { name: string; help: string; registers: Registry[] }, values: readonly Value[]) {
    super(family)
    this.#family = family
    this.#values = values
  }

  /** What a registry writes as text; its typings leave this method out. */
  async getForPromString() {
    const { name, help } = this.#family
    return { name, help, type: 'histogram', values: this.#values }
  }
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

const LATENCY = `${PREFIX}attempt_seconds`

const labelsOf = ({ id, name }: WebhookMetrics): Labels => ({ webhook: id, name })

function latencyOf(webhook: WebhookMetrics): Value[] {
  const { buckets, sumMs, count } = webhook.latency
  const labels = labelsOf(webhook)
  const bounds = [...LATENCY_BUCKETS_MS.map((ms) => ms / 1000), '+Inf']
  const counts = [...buckets, count]
  return [
    ...bounds.map((le, index) => ({
      value: counts[index] as number,
      labels: { le, ...labels },
      metricName: `${LATENCY}_bucket`,
    })),
    { value: sumMs / 1000, labels, metricName: `${LATENCY}_sum` },
    { value: count, labels, metricName: `${LATENCY}_count` },
  ]
}
