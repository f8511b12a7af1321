import type { Timers } from '../../platform.js'
import type { DeliveryStore } from '../../store/store.js'
import type { Flight } from './flights.js'

const WRITE_EVERY_MS = 100

/**
 * Tells the store of requests that take longer than a moment, many at once. So a crash can be told from a wait, and an
 * answer that comes quickly costs no write of its own.
 */
export class Marks {
  readonly #store: DeliveryStore
  readonly #timers: Timers
  readonly #flights: () => Iterable<Flight>
  readonly #failed: (error: unknown) => void
  #timer: unknown = null
  #seen = new Set<Flight>()

  constructor(store: DeliveryStore, timers: Timers, flights: () => Iterable<Flight>, failed: (error: unknown) => void) {
    this.#store = store
    this.#timers = timers
    this.#flights = flights
    this.#failed = failed
  }

  /** A request went out. */
  started(): void {
    this.#timer ??= this.#timers.setTimeout(() => this.#write(), WRITE_EVERY_MS)
  }

  stop(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Those that were there at the last look already are marked. */
  #write(): void {
    this.#timer = null
    const unmarked = [...this.#flights()].filter((flight) => !flight.marked && !flight.answered && !flight.waits)
    const slow = unmarked.filter((flight) => this.#seen.has(flight))
    this.#seen = new Set(unmarked)
    if (unmarked.length > 0) this.started()
    if (slow.length === 0) return
    for (const flight of slow) flight.marked = true
    this.#store
      .markStarted(slow.map(({ delivery, startedAt }) => ({ seq: delivery.seq, fence: delivery.fence, at: startedAt })))
      .catch(this.#failed)
  }
}
