import { latencyBucket } from './latency.js'
import { hourOf, type LastError } from './statistics.js'

/** Stands for all automations, or all webhooks. */
export const ALL = ''

export interface Counts {
  readonly automation: string
  readonly webhook: string
  readonly hour: number
  accepted: number
  fired: number
  delivered: number
  failed: number
  attempts: number
  /** Of an automation when it fired last, of a webhook when it delivered last. */
  lastAt: number | null
  readonly latencies: Map<number, number>
}

/**
 * Counts what one transaction does, and is written once before it commits by the store: a burst, which shares its commits, shares the
 * cost of being counted.
 */
export class Tally {
  readonly #counts = new Map<string, Counts>()
  readonly #errors = new Map<string, LastError>()
  /** Those that the last one counted for: a burst goes to one webhook, and comes in one hour. */
  #last: {
    readonly automation: string
    readonly webhook: string
    readonly hour: number
    readonly counts: readonly Counts[]
  } | null = null

  /** A transaction begins, or was rolled back. */
  clear(): void {
    if (this.#counts.size > 0) this.#counts.clear()
    if (this.#errors.size > 0) this.#errors.clear()
    this.#last = null
  }

  accepted(at: number): void {
    this.#of(ALL, ALL, at).accepted++
  }

  /** An event started these automations. */
  fired(at: number, automations: readonly string[]): void {
    if (automations.length === 0) return
    this.#of(ALL, ALL, at).fired += automations.length
    for (const automation of automations) {
      const counts = this.#of(automation, ALL, at)
      counts.fired++
      counts.lastAt = later(counts.lastAt, at)
    }
  }

  /** @param ended when it did */
  attempt(automation: string, webhook: string, ended: number, durationMs: number): void {
    const bucket = latencyBucket(durationMs)
    for (const counts of this.#each(automation, webhook, ended)) {
      counts.attempts++
      counts.latencies.set(bucket, (counts.latencies.get(bucket) ?? 0) + 1)
    }
  }

  finished(automation: string, webhook: string, at: number, status: 'delivered' | 'failed'): void {
    for (const counts of this.#each(automation, webhook, at)) counts[status]++
    if (status !== 'delivered') return
    const counts = this.#of(ALL, webhook, at)
    counts.lastAt = later(counts.lastAt, at)
  }

  failure(webhook: string, error: LastError): void {
    this.#errors.set(webhook, error)
  }

  /** What was counted since the transaction began, by automation, webhook and hour. */
  get counts(): Iterable<Counts> {
    return this.#counts.values()
  }

  /** The last failure of each webhook. */
  get errors(): Iterable<readonly [webhook: string, error: LastError]> {
    return this.#errors
  }

  #each(automation: string, webhook: string, at: number): readonly Counts[] {
    const hour = hourOf(at)
    const last = this.#last
    if (last !== null && last.automation === automation && last.webhook === webhook && last.hour === hour) {
      return last.counts
    }
    const counts = [this.#of(ALL, ALL, at), this.#of(ALL, webhook, at)]
    // a message that was made by hand belongs to no automation
    if (automation !== ALL) counts.push(this.#of(automation, ALL, at), this.#of(automation, webhook, at))
    this.#last = { automation, webhook, hour, counts }
    return counts
  }

  #of(automation: string, webhook: string, at: number): Counts {
    const hour = hourOf(at)
    const key = `${hour} ${automation} ${webhook}`
    let counts = this.#counts.get(key)
    if (counts === undefined) {
      const none = { accepted: 0, fired: 0, delivered: 0, failed: 0, attempts: 0, lastAt: null }
      counts = { automation, webhook, hour, ...none, latencies: new Map() }
      this.#counts.set(key, counts)
    }
    return counts
  }
}

const later = (a: number | null, b: number): number => (a === null ? b : Math.max(a, b))
