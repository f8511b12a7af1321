import { inShort } from '../delivery/in-short.js'
import type { Outcome } from '../delivery/lane-port.js'

/** The same reason is told again when so much time has passed since: between two of its failures others may succeed. */
const TOLD_AGAIN_AFTER_MS = 60 * 60_000

/**
 * What is worth a line in the log of a webhook's attempts that will be made again: the first that failed, and each new
 * reason. A delivery that failed for good is an error of its own.
 */
export class Trouble {
  #told: { readonly why: string; readonly at: number } | null = null

  /** @returns a sentence, or null when there is nothing new to say */
  look(outcome: Outcome, statusCode: number | undefined, now: number): string | null {
    if (outcome.kind !== 'retry') return null
    const why = inShort(outcome.error, statusCode)
    if (this.#told?.why === why && now - this.#told.at < TOLD_AGAIN_AFTER_MS) return null
    this.#told = { why, at: now }
    return `${outcome.error.message} The delivery waits, and is tried again.`
  }
}
