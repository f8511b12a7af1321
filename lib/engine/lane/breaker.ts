/** So many failures in a row mean that the endpoint is down, not that one delivery is bad. */
export const FAILURES_TO_OPEN = 10
/** The first pause of an open circuit; each failed probe doubles it. */
export const FIRST_PAUSE_MS = 1_000
export const LONGEST_PAUSE_MS = 60_000

/**
 * A circuit breaker for one webhook. While it is open nothing is sent but one probe at a time, and waiting costs a
 * delivery none of its attempts. After the first success the number of requests at once grows with every further one,
 * so that a long queue does not fall upon an endpoint that just came back. Times are Unix milliseconds.
 */
export class Breaker {
  #failures = 0
  #pause = 0
  #openUntil = 0
  /** How many requests at once; endless when nothing was wrong lately. */
  #allowed = Number.POSITIVE_INFINITY

  get open(): boolean {
    return this.#pause > 0
  }

  /** When a probe may be sent, while it is open. */
  get probeAt(): number {
    return this.#openUntil
  }

  /** How many requests may be on their way at `now`. */
  allowed(now: number): number {
    if (this.open) return now >= this.#openUntil ? 1 : 0
    return this.#allowed
  }

  /** An attempt ended. */
  learn(failed: boolean, concurrency: number, now: number): void {
    if (failed) this.failed(now)
    else this.succeeded(concurrency)
  }

  succeeded(concurrency: number): void {
    this.#failures = 0
    if (this.open) {
      this.#pause = 0
      this.#allowed = 1
    }
    this.#allowed = this.#allowed >= concurrency ? Number.POSITIVE_INFINITY : this.#allowed + 1
  }

  failed(now: number): void {
    this.#failures++
    if (this.open) {
      // Late answers to requests that went out before it opened say nothing new.
      if (now < this.#openUntil) return
      this.#openAgain(Math.min(this.#pause * 2, LONGEST_PAUSE_MS), now)
    } else if (this.#failures >= FAILURES_TO_OPEN) {
      this.#openAgain(FIRST_PAUSE_MS, now)
    }
  }

  /** The clock was set back by so many milliseconds. */
  shift(by: number): void {
    this.#openUntil -= by
  }

  #openAgain(pause: number, now: number): void {
    this.#pause = pause
    this.#openUntil = now + pause
  }
}
