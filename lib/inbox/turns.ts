/** Of the event loop at a time: short beside an attempt, long beside the change to other work. */
const TURN_MS = 4
/**
 * Who else used more of the processor than this in between is busy, and gets fourteen fifteenths of the time then:
 * deliveries go on at more than nine tenths of their rate.
 */
const BUSY_MS = 1
const REST = 14
/** However long a turn was: a process that was stopped for a while has had no long turn. */
const LONGEST_REST_MS = 250

/** Clock and event loop; Node.js's own unless a test has others. */
export interface EventLoop {
  /** Milliseconds from any moment on. */
  now(): number
  /** Milliseconds of the processor that this process used: another process that is busy is no reason to wait. */
  used(): number
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
    const took = this.#loop.now() - this.#began
    if (took < TURN_MS) return
    const used = this.#loop.used()
    await this.#loop.others()
    if (this.#loop.used() - used > BUSY_MS) await this.#loop.sleep(Math.min(REST * took, LONGEST_REST_MS))
    this.#began = this.#loop.now()
    this.#signal.throwIfAborted()
  }
}

const NODE: EventLoop = {
  now: () => performance.now(),
  used() {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1000
  },
  others: () => new Promise((resolve) => setImmediate(resolve)),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}
