/** Of the event loop at a time: short beside an attempt, long beside the change to other work. */
const TURN_MS = 4
/** Others that used more than this in between are busy: then they get most of the time. */
const BUSY_MS = 1
const REST_MS = 3 * TURN_MS

/** Clock and event loop; Node.js's own unless a test has others. */
export interface EventLoop {
  /** Milliseconds from any moment on. */
  now(): number
  /** Resolves when everything else that waits has had its turn. */
  others(): Promise<void>
  sleep(ms: number): Promise<void>
}

/** Long work done in short turns, so that deliveries, and everything else in this process, go on beside it. */
export class Turns {
  readonly #signal: AbortSignal
  readonly #loop: EventLoop
  #began: number

  /** @param signal ends the work: whoever waited for it is gone */
  constructor(signal: AbortSignal, loop: EventLoop = NODE) {
    this.#signal = signal
    this.#loop = loop
    this.#began = loop.now()
  }

  /** To be called between small pieces of work. @throws the signal's reason when nobody waits for the work any more */
  async next(): Promise<void> {
    this.#signal.throwIfAborted()
    const left = this.#loop.now()
    if (left - this.#began < TURN_MS) return
    await this.#loop.others()
    if (this.#loop.now() - left > BUSY_MS) await this.#loop.sleep(REST_MS)
    this.#began = this.#loop.now()
    this.#signal.throwIfAborted()
  }
}

const NODE: EventLoop = {
  now: () => performance.now(),
  others: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
