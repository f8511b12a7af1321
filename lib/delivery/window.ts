import type { StoredDelivery } from './stored.js'

/** Payload bytes that all windows together may hold; each may always hold one delivery. */
export const ROOM_BYTES = 16 * 1024 * 1024
/** Deliveries that one window may hold. */
export const WINDOW_SIZE = 512
/** What a delivery takes in memory besides its payload, about. */
const OVERHEAD_BYTES = 2 * 1024

/** The memory that the windows of all lanes share. */
export class Room {
  #used = 0

  get full(): boolean {
    return this.#used >= ROOM_BYTES
  }

  take(delivery: StoredDelivery): void {
    this.#used += delivery.payload.length + OVERHEAD_BYTES
  }

  give(delivery: StoredDelivery): void {
    this.#used -= delivery.payload.length + OVERHEAD_BYTES
  }
}

/** The due deliveries of a lane that are in memory, first in first out. The rest of the queue is on disk. */
export class Window {
  #items: StoredDelivery[] = []
  #head = 0
  readonly #room: Room

  constructor(room: Room) {
    this.#room = room
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  get full(): boolean {
    return this.size >= WINDOW_SIZE || (this.size > 0 && this.#room.full)
  }

  push(delivery: StoredDelivery): void {
    this.#items.push(delivery)
    this.#room.take(delivery)
  }

  shift(): StoredDelivery | undefined {
    const first = this.#items[this.#head]
    if (first === undefined) return undefined
    this.#head++
    this.#room.give(first)
    if (this.#head === this.#items.length) {
      this.#items = []
      this.#head = 0
    } else if (this.#head >= WINDOW_SIZE) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return first
  }

  clear(): StoredDelivery[] {
    const left: StoredDelivery[] = []
    for (let next = this.shift(); next !== undefined; next = this.shift()) left.push(next)
    return left
  }
}
