import type { StoredDelivery } from '../../delivery/stored.js'
import type { Flights } from './flights.js'
import type { Window } from './window.js'

/** What the store gives goes into the window, but for what is cancelled: in the window, in flight, or on the way there. */
export class Filling {
  readonly #window: Window
  readonly #flights: Flights
  /** Cancelled on the way from the store into the window. */
  readonly #cancelled = new Set<number>()

  constructor(window: Window, flights: Flights) {
    this.#window = window
    this.#flights = flights
  }

  take(deliveries: readonly StoredDelivery[]): void {
    for (const delivery of deliveries) {
      if (this.#cancelled.delete(delivery.seq)) this.#flights.endSoon(delivery)
      else this.#window.push(delivery)
    }
  }

  /** Nothing is on the way: what has not come was somebody else's, and may come again later. */
  settled(): void {
    this.#cancelled.clear()
  }

  /**
   * Ends deliveries, and has nothing follow the requests of those that are on their way.
   * @param taken what the store has given to be ended
   * @param busy what it had given before
   * @param coming whether something is on the way
   */
  async cancel(taken: readonly StoredDelivery[], busy: ReadonlySet<number>, coming: boolean): Promise<void> {
    const waiting = this.#window.remove(busy)
    const flying = this.#flights.cancel(busy)
    const found = new Set([...waiting.map(({ seq }) => seq), ...flying])
    for (const seq of coming ? busy : []) if (!found.has(seq)) this.#cancelled.add(seq)
    await Promise.all([...taken, ...waiting].map((delivery) => this.#flights.end(delivery)))
  }
}
