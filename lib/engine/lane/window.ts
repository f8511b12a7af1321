import type { StoredDelivery } from '../../delivery/stored.js'
import { weightOf } from './weight.js'

/** Bytes that all windows together may hold; each may always hold one delivery. */
export const BUDGET_BYTES = 16 * 1024 * 1024
/** Deliveries that one window may hold: reading one back from the disk costs more than all the rest of sending it. */
export const WINDOW_SIZE = 4096
/** Below this a window is filled again, … */
export const LOW_WATER = 128
/** … with so many deliveries, or bytes of payload, at once. */
export const CLAIM = { limit: 256, bytes: 4 * 1024 * 1024 } as const
/** What a delivery takes in memory besides its payload and its event, about. */
const OVERHEAD_BYTES = 1024
/** So many that have left may be kept in memory, until all of them are let go at once. */
const KEPT_AFTER = 256

/** The memory that the windows of all lanes share. */
export class ByteBudget {
  #used = 0

  get full(): boolean {
    return this.#used >= BUDGET_BYTES
  }

  take(bytes: number): void {
    this.#used += bytes
  }

  give(bytes: number): void {
    this.#used -= bytes
  }
}

interface Item {
  readonly delivery: StoredDelivery
  readonly bytes: number
}

/** The due deliveries of a lane that are in memory, first in first out. The rest of the queue is on disk. */
export class Window {
  #items: Item[] = []
  #head = 0
  readonly #budget: ByteBudget

  constructor(budget: ByteBudget) {
    this.#budget = budget
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  get full(): boolean {
    return this.size >= WINDOW_SIZE || (this.size > 0 && this.#budget.full)
  }

  /** For one more, when so many others are about to come. */
  hasRoomBeside(coming: number): boolean {
    return this.size + coming < WINDOW_SIZE && !this.full
  }

  push(delivery: StoredDelivery): void {
    const bytes = OVERHEAD_BYTES + delivery.payload.length + weightOf(delivery.event)
    this.#items.push({ delivery, bytes })
    this.#budget.take(bytes)
  }

  shift(): StoredDelivery | undefined {
    const first = this.#items[this.#head]
    if (first === undefined) return undefined
    this.#head++
    this.#budget.give(first.bytes)
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head >= KEPT_AFTER) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return first.delivery
  }

  /** Takes these out. */
  remove(seqs: ReadonlySet<number>): StoredDelivery[] {
    if (seqs.size === 0) return []
    const ahead = this.#items.slice(this.#head)
    const removed = ahead.filter(({ delivery }) => seqs.has(delivery.seq))
    if (removed.length === 0) return []
    this.#items = ahead.filter(({ delivery }) => !seqs.has(delivery.seq))
    this.#head = 0
    for (const { bytes } of removed) this.#budget.give(bytes)
    return removed.map(({ delivery }) => delivery)
  }

  clear(): StoredDelivery[] {
    const left: StoredDelivery[] = []
    for (let next = this.shift(); next !== undefined; next = this.shift()) left.push(next)
    return left
  }
}
