import type { StoredDelivery } from '../../delivery/stored.js'

/** What this instance has claimed and not given back, by the numbers of the store: what else is claimed got lost on its way. */
export class InHand {
  readonly #seqs = new Set<number>()

  take(deliveries: readonly Pick<StoredDelivery, 'seq'>[]): void {
    for (const { seq } of deliveries) this.#seqs.add(seq)
  }

  give(seqs: Iterable<number>): void {
    for (const seq of seqs) this.#seqs.delete(seq)
  }

  get all(): number[] {
    return [...this.#seqs]
  }
}
