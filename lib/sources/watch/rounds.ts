import type { WatchOptions } from '../kind.js'

export interface RoundsOptions {
  readonly timers: WatchOptions['timers']
  /** Milliseconds in which nothing may be asked, whoever wants to: the server said so. */
  readonly held: () => number
  /** One round, which ends with `goOn`, unless the signal aborted it. Rejects never. */
  readonly round: (signal: AbortSignal) => Promise<void>
}

/** No timer of Node.js is longer. */
const LONGEST_TIMER = 2 ** 31 - 1

/** One round of polling after another, never two at a time. */
export class Rounds {
  readonly #options: RoundsOptions
  #timer: unknown = null
  #abort: AbortController | null = null
  #running: Promise<void> | null = null
  #isBusy = false
  /** Somebody wanted the next round at once while one was under way. */
  #isHastened = false

  constructor(options: RoundsOptions) {
    this.#options = options
  }

  get haveBegun(): boolean {
    return this.#abort !== null
  }

  /** The first round comes at once. */
  begin(): void {
    if (this.#abort) return
    this.#abort = new AbortController()
    this.#plan(0)
  }

  /** Resolves when nothing is under way any more. */
  async end(): Promise<void> {
    this.#abort?.abort()
    this.#abort = null
    this.#options.timers.clear(this.#timer)
    await this.#running
  }

  /** The next round comes as soon as it may, after the one that is under way. */
  hasten(): void {
    this.#isHastened = this.#isBusy
    if (!this.#abort || this.#isBusy) return
    this.#options.timers.clear(this.#timer)
    this.#plan(0)
  }

  /** The round is over. @param rest milliseconds to the next one, as it is usual @returns what it is in fact */
  goOn(rest: number): number {
    const usual = this.#isHastened ? 0 : rest
    this.#isBusy = false
    this.#isHastened = false
    return this.#plan(usual)
  }

  #plan(rest: number): number {
    const wait = Math.max(rest, this.#options.held())
    const turn = () => {
      this.#running = this.#turn()
    }
    this.#timer = this.#options.timers.set(turn, Math.min(wait, LONGEST_TIMER))
    return wait
  }

  async #turn(): Promise<void> {
    const { signal } = this.#abort ?? {}
    if (!signal) return
    this.#isBusy = true
    await this.#options.round(signal)
    this.#isBusy = false
  }
}
