import type { Clock } from '../platform.js'
import type { DeliveryFilter, Redelivered, RedeliveryRequest } from '../store/delivery-queue.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { DeliveryStore } from '../store/store.js'
import type { Lanes } from './lanes.js'
import type { Pending } from './pending.js'
import { type Done, type DonePage, inSlices } from './slices.js'

interface RedeliveryParts {
  readonly store: DeliveryStore
  readonly access: StoreAccess
  readonly pending: Pending
  readonly lanes: Lanes
  readonly clock: Clock
}

/** Sends finished deliveries again, under their ids, with their schedules from the start. */
export class Redelivery {
  readonly #parts: RedeliveryParts

  constructor(parts: RedeliveryParts) {
    this.#parts = parts
  }

  /** One that is pending is made due now. False: there is none. */
  async one(id: string): Promise<boolean> {
    return (await this.#slice({ id })).deliveries.length > 0
  }

  /** All that matches, without a status what failed; resolves with the number when all of it is due. */
  async many(filter: DeliveryFilter): Promise<number> {
    let count = 0
    let before: string | null = null
    do {
      const page: Done = await this.page(filter, { before, limit: Number.POSITIVE_INFINITY })
      count += page.count
      before = page.next
    } while (before !== null)
    return count
  }

  /** The same, at most so many. A page may be short before the end. */
  page(filter: DeliveryFilter, page: DonePage): Promise<Done> {
    const wanted = { ...filter, status: filter.status ?? 'failed' } as const
    return inSlices(page, async (slice) => {
      const { deliveries, next } = await this.#slice({ filter: wanted, ...slice })
      return { count: deliveries.length, next }
    })
  }

  async #slice(request: RedeliveryRequest): Promise<Redelivered> {
    const { store, access, pending, lanes, clock } = this.#parts
    const slice = await access.use(() => store.redeliver(request, clock.now()))
    for (const { webhook, sender, wasPending } of slice.deliveries) {
      if (!wasPending) pending.add(webhook, sender, 1)
    }
    for (const id of new Set(slice.deliveries.map(({ webhook }) => webhook))) lanes.of(id).wake()
    return slice
  }
}
