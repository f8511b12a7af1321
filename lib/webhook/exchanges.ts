import { Exchange } from './exchange.js'
import { DeadlineError } from './failure.js'

/**
 * The requests of one webhook that are being made. All of them have the same time, so the one that began first ends
 * first: one timer does for all. One listener does for all that a signal gives up, as one signal cuts off a whole
 * deployment.
 */
export class Exchanges {
  readonly #timeoutMs: number
  /** When each began, by `performance.now()`, the first one first. */
  readonly #open = new Map<Exchange, number>()
  readonly #ofSignal = new WeakMap<AbortSignal, Set<Exchange>>()
  #timer: NodeJS.Timeout | null = null

  /** @param timeoutMs for a request from its beginning to the end of its answer */
  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** To be followed by `end`, however it ends. */
  begin(now: number, signal: AbortSignal | undefined): Exchange {
    const exchange = new Exchange()
    this.#open.set(exchange, now)
    if (signal) this.#givenUpBy(signal).add(exchange)
    if (this.#timer === null) this.#checkIn(this.#timeoutMs)
    return exchange
  }

  end(exchange: Exchange, signal: AbortSignal | undefined): void {
    this.#open.delete(exchange)
    if (signal) this.#givenUpBy(signal).delete(exchange)
    if (this.#open.size > 0 || this.#timer === null) return
    clearTimeout(this.#timer)
    this.#timer = null
  }

  /** Resolves when those that are being made now have ended. */
  async ended(): Promise<void> {
    await Promise.allSettled(Array.from(this.#open.keys(), ({ answer }) => answer))
  }

  #givenUpBy(signal: AbortSignal): Set<Exchange> {
    let exchanges = this.#ofSignal.get(signal)
    if (exchanges === undefined) {
      const own = new Set<Exchange>()
      exchanges = own
      this.#ofSignal.set(signal, own)
      const giveUp = () => {
        for (const exchange of own) exchange.stop(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
    }
    return exchanges
  }

  #checkIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#stopLate()
    }, ms)
  }

  #stopLate(): void {
    const began = performance.now() - this.#timeoutMs
    for (const [exchange, at] of this.#open) {
      if (at > began) {
        this.#checkIn(Math.ceil(at - began))
        return
      }
      exchange.stop(new DeadlineError())
    }
  }
}
