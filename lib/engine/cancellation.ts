import type { DeliveryFilter, RedeliveryRequest, TakenPending } from '../store/delivery-queue.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { DeliveryStore } from '../store/store.js'
import type { Lanes } from './lanes.js'
import { type Done, type DonePage, inSlices } from './slices.js'

/**
 * Ends pending deliveries: they fail for good with the code `cancelled`, and their senders say so. Of one whose request
 * is on its way, that request decides, and none follows.
 */
export class Cancellation {
  readonly #store: DeliveryStore
  readonly #access: StoreAccess
  readonly #lanes: Lanes

  constructor(store: DeliveryStore, access: StoreAccess, lanes: Lanes) {
    this.#store = store
    this.#access = access
    this.#lanes = lanes
  }

  /** False: no pending delivery has this id. */
  async one(id: string): Promise<boolean> {
    return (await this.#slice({ id })).count > 0
  }

  /** What of a filter is pending, at most so many. A page may be short before the end. */
  page(filter: DeliveryFilter, page: DonePage): Promise<Done> {
    const wanted = { ...filter, status: 'pending' } as const
    return inSlices(page, (slice) => this.#slice({ filter: wanted, ...slice }))
  }

  async #slice(request: RedeliveryRequest): Promise<Done> {
    const { taken, busy, next } = await this.#access.use(() => this.#store.takePending(request))
    const webhooks = new Set([...taken.map(({ webhook }) => webhook.id), ...busy.map(({ webhook }) => webhook)])
    await Promise.all(Array.from(webhooks, (id) => this.#lanes.of(id).cancel(...ofWebhook(id, { taken, busy }))))
    return { count: taken.length + busy.length, next }
  }
}

const ofWebhook = (id: string, { taken, busy }: Pick<TakenPending, 'taken' | 'busy'>) =>
  [
    taken.filter(({ webhook }) => webhook.id === id),
    new Set(busy.flatMap(({ seq, webhook }) => (webhook === id ? [seq] : []))),
  ] as const
