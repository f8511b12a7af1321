import { AutomationError } from '../../error.js'
import type { Log, Timers } from '../../platform.js'
import { StoreHealth } from './health.js'

export interface AccessOptions {
  readonly timers: Timers
  readonly log: Log
  /** Opens the store, and takes from it what the engine keeps in memory. */
  readonly open: () => Promise<void>
  /** It is open, and every use of it is let through. */
  readonly opened?: () => void
  /** After a failure: resolves when the store can be written again. */
  readonly recover: () => Promise<void>
  /** Called with every failure of the store. */
  readonly failed: () => void
  readonly retryEveryMs?: number
}

/** Every use of the store goes through here: it is refused at once while the store is known not to work. */
export class StoreAccess {
  readonly health: StoreHealth
  readonly #options: AccessOptions
  #open = false
  #stopped = false

  constructor(options: AccessOptions) {
    this.#options = options
    const tryAgain = async () => {
      if (this.#open) return options.recover()
      await options.open()
      this.#open = true
      options.opened?.()
    }
    this.health = new StoreHealth(options.timers, options.log, tryAgain, options.retryEveryMs)
  }

  get open(): boolean {
    return this.#open
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** Whether the store can be used now. */
  get works(): boolean {
    return this.#open && !this.#stopped && this.health.problem === null
  }

  /** From now on everything is refused, except for what `insist` began. */
  stop(): void {
    this.#stopped = true
    this.health.stop()
  }

  /** @throws AutomationError why the store cannot be used */
  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.health.problem !== null) throw this.health.problem
    if (!this.#open || this.#stopped) throw notOpen()
    try {
      return await work()
    } catch (error) {
      this.failed(error)
      throw error
    }
  }

  /** Does the work, and after a failure of the store again once it works; rejects when it never will. */
  async insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work()
      } catch (error) {
        this.failed(error)
        if (this.health.problem === null) throw error
        await this.health.well()
      }
    }
  }

  /** For work nobody waits for. */
  background(work: Promise<unknown>): void {
    work.catch((error) => {
      if (!this.failed(error) && !this.#stopped) this.#options.log.error(messageOf(error))
    })
  }

  /** Takes note of an error; says whether it was the store's. */
  failed(error: unknown): boolean {
    if (this.#stopped || !this.health.failed(error)) return false
    this.#options.failed()
    return true
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function notOpen(): AutomationError {
  return new AutomationError('store_unavailable', 'The delivery store is not open.', {
    statusText: 'store is closed',
  })
}
