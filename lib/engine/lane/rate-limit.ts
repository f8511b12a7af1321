/** Where the interval is shorter than this, requests go in small bursts: timers are not finer. */
const FINEST_MS = 20

/** A token bucket that holds at most what comes in in 20 ms, so that requests are spread evenly. Times in milliseconds. */
export class RateLimit {
  readonly #perMs: number
  readonly #capacity: number
  #tokens: number
  #at: number

  /** @param rate requests a second, or null for no limit */
  constructor(rate: number | null, now: number) {
    this.#perMs = rate === null ? Number.POSITIVE_INFINITY : rate / 1000
    this.#capacity = Math.max(1, this.#perMs * FINEST_MS)
    this.#tokens = this.#capacity
    this.#at = now
  }

  /** One that has just been used as much as it may be. */
  static usedUp(rate: number | null, now: number): RateLimit {
    const limit = new RateLimit(rate, now)
    limit.#tokens = 0
    return limit
  }

  /** When the next request may go; not later than `now` when it may go at once. */
  nextAt(now: number): number {
    if (this.#perMs === Number.POSITIVE_INFINITY) return now
    this.#refill(now)
    return this.#tokens >= 1 ? now : now + Math.ceil((1 - this.#tokens) / this.#perMs)
  }

  /**
   * Until when a person would say that it holds back what waits; null when it does not, or lets several go each second,
   * so that what was true is over before it is read.
   */
  holdsUntil(now: number): number | null {
    const next = this.nextAt(now)
    return next > now && this.#perMs <= 1 / 1000 ? next : null
  }

  take(now: number): void {
    if (this.#perMs === Number.POSITIVE_INFINITY) return
    this.#refill(now)
    this.#tokens -= 1
  }

  #refill(now: number): void {
    // A clock that was set back gives no tokens, and takes none.
    const passed = Math.max(0, now - this.#at)
    this.#tokens = Math.min(this.#capacity, this.#tokens + passed * this.#perMs)
    this.#at = now
  }
}
