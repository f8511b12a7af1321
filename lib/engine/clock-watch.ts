import type { Clock, Log } from '../platform.js'
import type { DeliveryStore } from '../store/store.js'
import type { Lanes } from './lanes.js'

/** A clock that goes back by less is none of our business. */
const JUMP_MS = 1_000

/** Due times are wall-clock times: when the clock is set back, they go with it, or deliveries would freeze. */
export class ClockWatch {
  readonly #clock: Clock
  readonly #store: DeliveryStore
  readonly #lanes: Lanes
  readonly #log: Log
  #last: number

  constructor({ clock, store, lanes, log }: { clock: Clock; store: DeliveryStore; lanes: Lanes; log: Log }) {
    this.#clock = clock
    this.#store = store
    this.#lanes = lanes
    this.#log = log
    this.#last = clock.now()
  }

  /** @param before a time that has been, by the same clock (a store's own is known from its opening on); by default when this was called last */
  async check(before = this.#last): Promise<void> {
    const now = this.#clock.now()
    this.#last = now
    const by = before - now
    if (by < JUMP_MS) return
    this.#log.warn(`The clock was set back by ${Math.round(by / 1000)} s; deliveries that wait go with it.`)
    await this.#store.shiftDue(by, now)
    for (const lane of this.#lanes.all) lane.clockSetBack(by)
  }
}
