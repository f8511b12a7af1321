import type { Clock, Timers } from '../platform.js'

/** Due times live in the store; no timer is longer than this, so that a clock that jumps is noticed soon. */
export const LONGEST_TIMER_MS = 60_000

/** One timer for the earliest of many moments. It rings at the latest every 60 s. */
export class Alarm {
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #ring: () => void
  #timer: unknown = null
  #at = Number.POSITIVE_INFINITY

  constructor(clock: Clock, timers: Timers, ring: () => void) {
    this.#clock = clock
    this.#timers = timers
    this.#ring = ring
  }

  /** Rings at `time` (Unix milliseconds), or earlier. */
  wakeAt(time: number): void {
    if (time >= this.#at) return
    this.stop()
    this.#at = time
    const wait = Math.min(Math.max(1, Math.ceil(time - this.#clock.now())), LONGEST_TIMER_MS)
    this.#timer = this.#timers.setTimeout(() => {
      this.#timer = null
      this.#at = Number.POSITIVE_INFINITY
      this.#ring()
    }, wait)
  }

  stop(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer)
    this.#timer = null
    this.#at = Number.POSITIVE_INFINITY
  }
}
