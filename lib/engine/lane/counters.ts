import type { AttemptRecord } from '../../store/delivery-queue.js'
import type { Standing } from './standing.js'

/** Upper bounds of the latency buckets, in milliseconds; slower ones count only in the total. */
export const LATENCY_BUCKETS_MS = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000] as const

/** How long requests took. `buckets[i]` counts those of at most `LATENCY_BUCKETS_MS[i]`, cumulative as Prometheus has it. */
export interface LatencyHistogram {
  readonly buckets: readonly number[]
  readonly sumMs: number
  readonly count: number
}

class Latency {
  readonly #counts = new Array<number>(LATENCY_BUCKETS_MS.length).fill(0)
  #sum = 0
  #count = 0

  add(ms: number): void {
    const bucket = LATENCY_BUCKETS_MS.findIndex((bound) => ms <= bound)
    if (bucket !== -1) this.#counts[bucket]!++
    this.#sum += ms
    this.#count++
  }

  get histogram(): LatencyHistogram {
    let below = 0
    return { buckets: this.#counts.map((count) => (below += count)), sumMs: this.#sum, count: this.#count }
  }
}

/** What became of a webhook's attempts, since the engine started. */
export class Results {
  #delivered = 0
  #failed = 0
  #retries = 0
  #gaveUp = false
  readonly #latency = new Latency()

  add({ status, attempt, error }: AttemptRecord): void {
    if (status !== 'pending' && error?.code !== 'cancelled') this.#gaveUp = status === 'failed'
    if (attempt !== null) this.#latency.add(attempt.duration_ms)
    if (status === 'pending') this.#retries++
    else if (status === 'delivered') this.#delivered++
    else this.#failed++
  }

  get sums(): Pick<WebhookMetrics, 'delivered' | 'failed' | 'retries' | 'gaveUp' | 'latency'> {
    const [delivered, failed, retries, gaveUp] = [this.#delivered, this.#failed, this.#retries, this.#gaveUp]
    return { delivered, failed, retries, gaveUp, latency: this.#latency.histogram }
  }
}

/** Of one webhook, since the engine started. */
export interface WebhookMetrics {
  readonly id: string
  readonly name: string
  readonly delivered: number
  readonly failed: number
  /** Attempts after which the delivery waits for another one. */
  readonly retries: number
  /** Whether the delivery that ended last failed for good, and was not cancelled. */
  readonly gaveUp: boolean
  readonly pending: number
  /** Of those, how many have a sender that nobody has who uses the store. */
  readonly senderless: number
  readonly inFlight: number
  readonly paused: boolean
  readonly breakerOpen: boolean
  /** Why it gets nothing, or less; null when it gets what is due. */
  readonly standing: Standing | null
  readonly latency: LatencyHistogram
}

export interface Metrics {
  /** Events since the engine started, without duplicates. */
  readonly accepted: number
  readonly duplicates: number
  readonly dryRuns: number
  readonly webhooks: readonly WebhookMetrics[]
  /** Age of the oldest pending delivery in milliseconds; 0 when none is pending. */
  readonly queueAgeMs: number
  readonly storeWorks: boolean
}
