/**
 * What came and what became of it, by the hour: written with the results that it counts, and kept as long as they are.
 * Samples are left out. Times are Unix milliseconds, in UTC.
 */
export interface Statistics {
  /** The hours between the bounds in which anything happened, in their order. */
  hours(query: StatisticsQuery): Promise<readonly HourCounts[]>
  /** The sums since a time of each automation that is named, in their order. */
  automationSums(ids: readonly string[], since: number): Promise<readonly AutomationSums[]>
  webhookSums(ids: readonly string[], since: number): Promise<readonly WebhookSums[]>
}

export interface StatisticsQuery {
  /** Included; the beginning of an hour. */
  readonly since: number
  /** Not included. */
  readonly until: number
  readonly automation?: string
  readonly webhook?: string
}

export interface HourCounts {
  /** Its beginning. */
  readonly hour: number
  readonly accepted: number
  /** How many automations were started, each counted by itself. */
  readonly fired: number
  readonly delivered: number
  readonly failed: number
  readonly attempts: number
  /** How many attempts took how long, by the buckets of `latencyBucket`. */
  readonly latencies: ReadonlyMap<number, number>
}

export interface AutomationSums {
  readonly fired: number
  readonly delivered: number
  readonly failed: number
  /** When an event started it last, as far back as the statistics are kept; null when none did. */
  readonly lastFiredAt: number | null
}

export interface WebhookSums {
  readonly delivered: number
  readonly failed: number
  readonly lastDeliveredAt: number | null
  readonly lastError: LastError | null
  /** When the oldest of its deliveries was made that is pending; null when none is. */
  readonly oldestPendingAt: number | null
}

/** The last failure of a webhook; it stays when later attempts succeed. */
export interface LastError {
  readonly code: string
  readonly message: string
  readonly status_code?: number
  readonly at: number
}

export const HOUR_MS = 3_600_000

export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS
