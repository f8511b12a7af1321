import type { SourceFailure } from './failure.js'

/** Milliseconds. */
const LONGEST_BACK_OFF = 10 * 60 * 1000
const RE_CHECK = 10 * 60 * 1000

export interface PaceOptions {
  /** Between two polls, in milliseconds. */
  readonly interval: number
  /** 0 to just below 1. */
  readonly random: () => number
}

/** When to poll next: by the interval with jitter, slower after failures, never before the server allows it. */
export class Pace {
  readonly #interval: number
  readonly #random: () => number
  #failures = 0

  constructor({ interval, random }: PaceOptions) {
    this.#interval = interval
    this.#random = random
  }

  /** Failures since the last success. */
  get failures(): number {
    return this.#failures
  }

  /** The wait after a poll that went well, in milliseconds: never longer than the interval, by up to a tenth shorter. */
  afterSuccess(): number {
    this.#failures = 0
    return Math.round(this.#interval * (1 - 0.1 * this.#random()))
  }

  /** The wait after a failure: doubling from the interval, or long at once, ±20 %, and at least what the server asked. */
  afterFailure({ remedy, pause }: Pick<SourceFailure, 'remedy' | 'pause'>): number {
    this.#failures += 1
    const doubled = Math.min(this.#interval * 2 ** (this.#failures - 1), Math.max(LONGEST_BACK_OFF, this.#interval))
    const wait = remedy === 're-check' ? Math.max(RE_CHECK, this.#interval) : doubled
    return Math.max(Math.round(wait * (0.8 + 0.4 * this.#random())), pause ?? 0)
  }
}
