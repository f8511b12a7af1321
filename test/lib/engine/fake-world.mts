import type { Timers } from '../../../dist/lib/platform.js'

interface Timer {
  readonly at: number
  readonly call: () => void
}

/** A clock and timers that go only when a test lets them. The wall clock can be set; timers do not care. */
export class FakeWorld implements Timers {
  #now: number
  /** What timers go by. */
  #passed = 0
  readonly #timers = new Set<Timer>()

  constructor(now: number) {
    this.#now = now
  }

  readonly now = (): number => this.#now

  setTimeout(call: () => void, ms: number): Timer {
    const timer = { at: this.#passed + ms, call }
    this.#timers.add(timer)
    return timer
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer)
  }

  /** The waits of all timers that are set, in milliseconds. */
  get waits(): number[] {
    return [...this.#timers].map(({ at }) => at - this.#passed)
  }

  /** Lets so much time pass, timer by timer; after each everything that it set off comes to rest. */
  async pass(ms: number): Promise<void> {
    const end = this.#passed + ms
    for (;;) {
      await this.rest()
      const next = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (next === undefined) break
      this.#go(Math.max(0, next.at - this.#passed))
      this.#timers.delete(next)
      next.call()
    }
    this.#go(end - this.#passed)
    await this.rest()
  }

  /** Sets the wall clock, as NTP or a person does. */
  setClock(now: number): void {
    this.#now = now
  }

  /** Promises, and writes that wait for the end of a turn, come to rest: each needs a few turns of the event loop. */
  async rest(): Promise<void> {
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve))
  }

  #go(ms: number): void {
    this.#passed += ms
    this.#now += ms
  }
}
