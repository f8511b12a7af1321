import type { Clock, Timers } from '../../platform.js'
import type { DeliveryStore, SweepCursor } from '../store.js'

const DAY_MS = 24 * 3_600_000
/** An event's id is remembered for so many days even when the history is kept shorter: senders repeat themselves. */
const DEDUPLICATION_DAYS = 3
const SWEEP_EVERY_MS = 3_600_000
const SLICE = 200
const BETWEEN_SLICES_MS = 100
const BEAT_EVERY_MS = 1_000
/** So long after the last change the store is told once more that all is well: what came before has settled then. */
const SETTLED_AFTER_MS = 61_000

/** What keeps the store small, and lets the next start know what may not have settled. */
export class Housekeeping {
  readonly #store: DeliveryStore
  readonly #clock: Clock
  readonly #timers: Timers
  readonly #failed: (error: unknown) => void
  #retentionDays: number
  #lastBeat = 0
  #lastChange = 0
  #nextSweep = 0
  #from: SweepCursor | null = null
  #timer: unknown = null

  constructor(options: {
    readonly store: DeliveryStore
    readonly clock: Clock
    readonly timers: Timers
    readonly retentionDays: number
    readonly failed: (error: unknown) => void
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#timers = options.timers
    this.#retentionDays = options.retentionDays
    this.#failed = options.failed
  }

  keepFor(days: number): void {
    if (days < this.#retentionDays) this.#nextSweep = 0
    this.#retentionDays = days
  }

  /** Something is being written: the sign of life goes into the same transaction, at most once a second. */
  changed(): void {
    const now = this.#clock.now()
    this.#lastChange = now
    if (Math.abs(now - this.#lastBeat) >= BEAT_EVERY_MS) this.#beat(now)
  }

  /** To be called every minute or so. */
  tick(): void {
    const now = this.#clock.now()
    if (this.#lastBeat < this.#lastChange + SETTLED_AFTER_MS && now > this.#lastBeat) this.#beat(now)
    if (this.#retentionDays === Number.POSITIVE_INFINITY) return
    if (Math.abs(now - this.#nextSweep) > SWEEP_EVERY_MS || now >= this.#nextSweep) {
      this.#nextSweep = now + SWEEP_EVERY_MS
      if (this.#timer === null) this.#sweepLater()
    }
  }

  stop(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer)
    this.#timer = null
  }

  #beat(now: number): void {
    this.#lastBeat = now
    this.#store.beat(now).catch(this.#failed)
  }

  #sweepLater(): void {
    this.#timer = this.#timers.setTimeout(() => {
      this.#sweep().catch((error) => {
        this.#timer = null
        this.#failed(error)
      })
    }, BETWEEN_SLICES_MS)
  }

  async #sweep(): Promise<void> {
    const now = this.#clock.now()
    const { next } = await this.#store.sweep({
      deliveriesBefore: now - this.#retentionDays * DAY_MS,
      eventsBefore: now - Math.max(this.#retentionDays, DEDUPLICATION_DAYS) * DAY_MS,
      from: this.#from,
      limit: SLICE,
    })
    this.#from = next
    if (this.#timer === null) return
    this.#timer = null
    if (next !== null) this.#sweepLater()
  }
}
