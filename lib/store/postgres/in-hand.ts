import type { StoredDelivery } from '../../delivery/stored.js'
import type { Lease } from '../lease.js'

type Claimed = Pick<StoredDelivery, 'seq' | 'fence'>

/** What this instance has claimed and not given back, by the numbers of the store: what else is claimed got lost on its way. */
export class InHand {
  readonly #fences = new Map<number, number>()
  readonly #claiming: Lease[] = []

  /** A claim is on its way: what it takes is in hand, though nobody knows yet what that is. */
  async claiming<T extends { readonly deliveries: readonly Claimed[] }>(lease: Lease, claim: Promise<T>): Promise<T> {
    this.#claiming.push(lease)
    try {
      const claimed = await claim
      this.take(claimed.deliveries)
      return claimed
    } finally {
      this.#claiming.splice(this.#claiming.indexOf(lease), 1)
    }
  }

  take(deliveries: readonly Claimed[]): void {
    for (const { seq, fence } of deliveries) this.#fences.set(seq, fence)
  }

  /** Under another lease it may be in hand again. */
  give(deliveries: readonly Claimed[]): void {
    for (const { seq, fence } of deliveries) if (this.#fences.get(seq) === fence) this.#fences.delete(seq)
  }

  /** What is in hand, of the leases under which nothing is being claimed now. What was claimed under others is void. */
  of(leases: readonly Lease[]): { readonly leases: readonly Lease[]; readonly seqs: readonly number[] } {
    const valid = new Set(leases.map(({ fence }) => fence))
    for (const [seq, fence] of this.#fences) if (!valid.has(fence)) this.#fences.delete(seq)
    const busy = new Set(this.#claiming.map(({ thing }) => thing))
    return { leases: leases.filter(({ thing }) => !busy.has(thing)), seqs: [...this.#fences.keys()] }
  }
}
