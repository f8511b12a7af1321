import type { Asking } from '../watch/items.js'

/** What a server says of one model: `gone` only where it knows of no such thing; else why nobody knows, in words. */
export type Presence = 'there' | 'gone' | { readonly why: string }

export interface Finds {
  find(name: string, asking: Asking): Promise<Presence>
}

/**
 * Models that are known, and that a list lacks: it may have what the key may see (MLflow's own authentication filters it so), so
 * that each is asked for by its name before anybody is told that it is gone.
 */
export class Sight {
  readonly #api: Finds
  readonly #asking: Asking
  readonly #hidden: Map<string, string>
  readonly #found = new Map<string, Presence>()

  /** @param hidden names of which nobody knows whether they are gone, with why; kept from look to look */
  constructor(api: Finds, asking: Asking, hidden: Map<string, string>) {
    this.#api = api
    this.#asking = asking
    this.#hidden = hidden
  }

  /** Asks once in a look. */
  async of(name: string): Promise<'there' | 'gone' | 'hidden'> {
    const found = this.#found.get(name) ?? (await this.#api.find(name, this.#asking))
    this.#found.set(name, found)
    if (typeof found === 'string') this.#hidden.delete(name)
    else this.#hidden.set(name, found.why)
    return typeof found === 'string' ? found : 'hidden'
  }

  /** Of these names some at a time, and one that was hidden before. @param turn how many looks came before */
  chosen(missing: readonly string[], most: number, turn: number): string[] {
    const hidden = missing.filter((name) => this.#hidden.has(name))
    const others = missing.filter((name) => !this.#hidden.has(name))
    return [...others.slice(0, most), ...hidden.slice(turn % Math.max(1, hidden.length)).slice(0, 1)]
  }

  /** Whoever is seen, or known no longer, is not hidden; the others are named to people. */
  settle(isHidden: (name: string) => boolean, onSkip: Asking['onSkip']): void {
    for (const [name, why] of this.#hidden) {
      if (isHidden(name)) onSkip(name.slice(0, 80), why)
      else this.#hidden.delete(name)
    }
  }
}
