import { AutomationError, isStoreFailure } from '../../error.js'
import type { Log, Timers } from '../../platform.js'

/** After a failure the store is tried again after these waits, then every 30 s. */
const RETRY_MS = [1_000, 5_000]
const RETRY_EVERY_MS = 30_000
/** While it fails in one way after the other the log has a line so often, in milliseconds. */
const LOG_EVERY_MS = 60_000

type Listener = (problem: AutomationError | null) => void

interface Waiter {
  readonly resolve: () => void
  readonly reject: (error: AutomationError) => void
}

/**
 * Whether the store works. A failure is told once; a failure that may pass (full, locked, read-only) is tried again by
 * itself until it has passed.
 */
export class StoreHealth {
  #problem: AutomationError | null = null
  readonly #listeners = new Set<Listener>()
  #waiters: Waiter[] = []
  #tries = 0
  #timer: unknown = null
  #stopped = false
  readonly #timers: Timers
  readonly #log: Log
  readonly #tryAgain: () => Promise<void>
  readonly #retryEveryMs: number
  #loggedAt = Number.NEGATIVE_INFINITY

  /**
   * @param tryAgain resolves when the store works; rejects with the reason why not
   * @param retryEveryMs at last
   */
  constructor(timers: Timers, log: Log, tryAgain: () => Promise<void>, retryEveryMs = RETRY_EVERY_MS) {
    this.#timers = timers
    this.#log = log
    this.#tryAgain = tryAgain
    this.#retryEveryMs = retryEveryMs
  }

  get problem(): AutomationError | null {
    return this.#problem
  }

  onProblem(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Takes note of an error that is the store's; says whether it was one. */
  failed(error: unknown): boolean {
    if (!isStoreFailure(error)) return false
    const before = this.#problem
    this.#problem = error
    if (before?.message !== error.message) {
      this.#say(error.message, before === null)
      this.#tell()
    }
    if (!error.retryable) this.#giveUp(error)
    else if (this.#timer === null && !this.#stopped) this.#schedule()
    return true
  }

  /** Tries the store now; rejects never. */
  async check(): Promise<void> {
    try {
      await this.#tryAgain()
    } catch (error) {
      if (!this.failed(error)) this.failed(unexpected(error))
      return
    }
    this.#tries = 0
    if (this.#problem === null) return
    this.#problem = null
    this.#log.info('The delivery store works again.')
    this.#tell()
    for (const { resolve } of this.#waiters.splice(0)) resolve()
  }

  /** Resolves when the store works; rejects when it never will. */
  well(): Promise<void> {
    if (this.#problem === null) return Promise.resolve()
    if (this.#stopped || !this.#problem.retryable) return Promise.reject(this.#problem)
    return new Promise((resolve, reject) => this.#waiters.push({ resolve, reject }))
  }

  stop(): void {
    this.#stopped = true
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer)
    this.#timer = null
    if (this.#problem !== null) this.#giveUp(this.#problem)
  }

  #schedule(): void {
    const wait = RETRY_MS[this.#tries++] ?? this.#retryEveryMs
    this.#timer = this.#timers.setTimeout(() => {
      this.#timer = null
      this.check().catch((error) => this.#log.error(String(error)))
    }, wait)
  }

  /** @param isNew the store worked until now */
  #say(text: string, isNew: boolean): void {
    if (!isNew && performance.now() - this.#loggedAt < LOG_EVERY_MS) return
    this.#loggedAt = performance.now()
    this.#log.error(text)
  }

  #giveUp(error: AutomationError): void {
    for (const { reject } of this.#waiters.splice(0)) reject(error)
  }

  #tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener(this.#problem)
      } catch (error) {
        this.#log.error(`A problem of the delivery store could not be shown: ${String(error)}`)
      }
    }
  }
}

function unexpected(error: unknown): AutomationError {
  const reason = error instanceof Error ? error.message : String(error)
  return new AutomationError('store_unavailable', `The delivery store cannot be used: ${reason}`, {
    cause: error,
  })
}
