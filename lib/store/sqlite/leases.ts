import { type Lease, leaseLost, type Thing, webhookOf } from '../lease.js'
import type { Ownership } from '../ownership.js'

/**
 * The ownership of a file that one process can open at a time: it has every lease from its opening until it closes, and
 * nobody else is there to change anything. Each opening is another owner.
 */
export class OnlyOwner implements Ownership {
  readonly #leases = new Map<Thing, Lease>()
  #fence: number | null = null

  /** @param fence of every lease from now on; null: closed */
  protected owns(fence: number | null): void {
    this.#fence = fence
    this.#leases.clear()
  }

  want(thing: Thing): Lease | null {
    if (this.#fence === null) return null
    let lease = this.#leases.get(thing)
    if (lease === undefined) {
      lease = { thing, fence: this.#fence }
      this.#leases.set(thing, lease)
    }
    return lease
  }

  async giveBack(): Promise<void> {}

  async handOver(): Promise<void> {}

  leavesToOthers(): void {}

  nobodyCanSend(): boolean {
    return true
  }

  onChange(): () => void {
    return () => {}
  }
}

/** The webhook of a lease that is held. @throws AutomationError `lease_lost` for one of an earlier opening */
export function held(lease: Lease, { fence }: { readonly fence: number }): string {
  const webhook = webhookOf(lease.thing) ?? ''
  if (lease.fence !== fence) throw leaseLost(webhook)
  return webhook
}
