import type { DeliveryFilter, Redelivered, RedeliveryRequest } from '../store/delivery-queue.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { DeliveryStore } from '../store/store.js'
import type { Lanes } from './lanes.js'
import type { Pending } from './pending.js'

/** So many deliveries are made due in one transaction. */
const AT_ONCE = 200

/** Sends finished deliveries again, under their ids, with their schedules from the start. */
export class Redelivery {
  readonly #store: DeliveryStore
  readonly #access: StoreAccess
  readonly #pending: Pending
  readonly #lanes: Lanes

  constructor(store: DeliveryStore, access: StoreAccess, pending: Pending, lanes: Lanes) {
    this.#store = store
    this.#access = access
    this.#pending = pending
    this.#lanes = lanes
  }

  async one(id: string, now: number): Promise<boolean> {
    return (await this.#slice({ id }, now)).deliveries.length > 0
  }

  async many(filter: DeliveryFilter, now: number): Promise<number> {
    const wanted = { ...filter, status: filter.status ?? 'failed' } as const
    let count = 0
    let before: string | null = null
    do {
      const slice: Redelivered = await this.#slice({ filter: wanted, before, limit: AT_ONCE }, now)
      count += slice.deliveries.length
      before = slice.next
    } while (before !== null)
    return count
  }

  async #slice(request: RedeliveryRequest, now: number): Promise<Redelivered> {
    const slice = await this.#access.use(() => this.#store.redeliver(request, now))
    for (const { webhook, sender, wasPending } of slice.deliveries) {
      if (!wasPending) this.#pending.add(webhook, sender, 1)
    }
    for (const id of new Set(slice.deliveries.map(({ webhook }) => webhook))) this.#lanes.of(id).wake()
    return slice
  }
}
