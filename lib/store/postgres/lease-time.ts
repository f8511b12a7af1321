/** So long before others take its leases an instance stops to use them, in milliseconds. */
const MARGIN_MS = 500

/** How long the leases of an instance hold, and what time it is for the database, whose clock decides. */
export class LeaseTime {
  readonly #lifeMs: number
  /** By `performance.now()`, … */
  #until = 0
  /** … and by this machine's clock, which goes on while the machine sleeps. */
  #untilByClock = 0
  #clock = { database: Date.now(), here: performance.now() }

  /** @param lifeMs after a sign of life */
  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs
  }

  /** Now, by the database's clock as far as it is known: the clock of this machine may be wrong. */
  now(): number {
    return Math.round(this.#clock.database + performance.now() - this.#clock.here)
  }

  isOver(counted = performance.now(), byClock = Date.now()): boolean {
    return counted >= this.#until || byClock >= this.#untilByClock
  }

  /** @param now by the database's clock, as it answered what was asked at `began` */
  told(now: number, began: number): void {
    this.#clock = { database: now, here: (began + performance.now()) / 2 }
  }

  /** A sign of life that was given then is known to the others. */
  goesOn(began: number, byClock: number): void {
    this.#until = began + this.#lifeMs - MARGIN_MS
    this.#untilByClock = byClock + this.#lifeMs - MARGIN_MS
  }

  ends(): void {
    this.#until = performance.now()
  }
}
