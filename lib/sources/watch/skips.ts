import { excerpt } from './failure.js'

/** One thing that was left out, because it could not be read: its name or where it stands in the answer, and why. */
export interface Skipped {
  readonly what: string
  readonly why: string
}

/** So many are named; of more there is only the number. */
const MOST_NAMED = 50

/** What was left out, each thing once, as people may read it. */
export class Skips {
  readonly #all = new Map<string, Skipped>()
  #unnamed = 0

  readonly note = (what: string, why: string): void => {
    const skipped = { what: excerpt(what), why: excerpt(why) }
    if (this.#all.has(skipped.what)) return
    if (this.#all.size < MOST_NAMED) this.#all.set(skipped.what, skipped)
    else this.#unnamed += 1
  }

  get all(): readonly Skipped[] {
    return [...this.#all.values()]
  }

  get count(): number {
    return this.#all.size + this.#unnamed
  }
}
