import type { StoreAccess } from '../store/guard/access.js'
import type { Hand, InHand } from '../store/guard/in-hand.js'
import type { DeliveryStore } from '../store/store.js'

/** So long an event that may have ended the process is in hand while nothing is heard of it, in ms. */
export const HOLD_MS = 1_000

interface HandAgainParts {
  readonly store: DeliveryStore
  readonly access: StoreAccess
  readonly inHand: InHand
}

/** Events that go to flows a second time, by the store's numbers of them. */
export class HandAgain {
  readonly #parts: HandAgainParts

  constructor(parts: HandAgainParts) {
    this.#parts = parts
  }

  /**
   * To be called before anything looks at an event that flows may have had when the process died. Resolves when it may be
   * handed to them, with what is to be told of it; null when it is no suspect.
   */
  async take(seq: number): Promise<Hand | null> {
    const { inHand } = this.#parts
    const suspect = { kind: 'event', seq } as const
    await inHand.doubt(suspect)
    return inHand.take(suspect, HOLD_MS)
  }

  /** Lets events that were set aside go to flows again: a person wants it. */
  noLongerAside(seqs: readonly number[]): Promise<void> {
    const { store, access } = this.#parts
    return access.use(() => store.markRouted(seqs))
  }
}
