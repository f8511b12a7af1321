import { OFFERS, type Offer, type Offers } from './offers.js'

/**
 * What was learned about a server. `lacks`: it said so, or was seen to. `doubts`: it refused a document without saying
 * why, and took it without these; each is tried once more, alone.
 */
export interface Learned {
  readonly lacks: readonly Offer[]
  readonly doubts: readonly Offer[]
}

/** What may be asked of one server. */
export class Knowledge {
  readonly #lacks = new Set<Offer>()
  readonly #doubts = new Set<Offer>()

  /** What is asked for as a matter of course. */
  get offers(): Offers {
    return new Set(OFFERS.filter((offer) => !this.#lacks.has(offer) && !this.#doubts.has(offer)))
  }

  get learned(): Learned {
    return { lacks: [...this.#lacks], doubts: [...this.#doubts] }
  }

  /** Names that this version does not know are left out: another one may have stored them. */
  recall({ lacks, doubts }: { lacks: readonly string[]; doubts: readonly string[] }): void {
    this.forget()
    for (const offer of OFFERS) {
      if (lacks.includes(offer)) this.#lacks.add(offer)
      else if (doubts.includes(offer)) this.#doubts.add(offer)
    }
  }

  forget(): void {
    this.#lacks.clear()
    this.#doubts.clear()
  }

  /** The first doubted offer that `matters`. */
  doubted(matters: (offer: Offer) => boolean): Offer | null {
    return [...this.#doubts].find(matters) ?? null
  }

  lacks(offer: Offer): void {
    this.#doubts.delete(offer)
    this.#lacks.add(offer)
  }

  doubts(offer: Offer): void {
    if (!this.#lacks.has(offer)) this.#doubts.add(offer)
  }

  has(offer: Offer): void {
    this.#doubts.delete(offer)
    this.#lacks.delete(offer)
  }
}
