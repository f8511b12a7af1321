import type { MaskedRequest, NewDelivery } from '../delivery/delivery.js'
import { deliveryId } from '../delivery/id.js'
import { keepMessage } from '../delivery/message.js'
import { orderKey } from '../delivery/order-key.js'
import { changeOf } from '../events/change.js'
import type { ArtifactEvent } from '../events/event.js'
import type { AcceptOptions, Hearing, KeptEvent } from '../inbox/event-keeper.js'
import type { Clock } from '../platform.js'
import type { NewRecord } from '../store/delivery-queue.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { Housekeeping } from '../store/guard/housekeeping.js'
import type { DeliveryStore } from '../store/store.js'
import type { Lanes } from './lanes.js'
import type { QueuedDelivery } from './options.js'
import type { Pending } from './pending.js'

interface IntakeParts {
  readonly store: DeliveryStore
  readonly access: StoreAccess
  readonly housekeeping: Housekeeping
  readonly clock: Clock
  readonly lanes: Lanes
  readonly pending: Pending
}

/** The way in: what comes is on disk before anybody is told so. */
export class Intake {
  readonly #parts: IntakeParts
  /** Since the engine started. */
  readonly counts = { accepted: 0, duplicates: 0, dryRuns: 0 }

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  async accept(source: string, events: readonly ArtifactEvent[], options: AcceptOptions): Promise<KeptEvent[]> {
    const { store, clock } = this.#parts
    const receivedAt = clock.now()
    const { routed, fires, reaches, hearing } = options
    const rows = events.map((event, index) => ({
      ...{ source, event, receivedAt, routed, fires: fires?.[index] ?? [], reaches: reaches?.[index] ?? false },
      ...(hearing && { heard: heardAt(receivedAt, hearing, event) }),
    }))
    const kept = await this.#write(() => store.putEvents(rows, options.cursor))
    for (const { duplicate } of kept) {
      if (duplicate) this.counts.duplicates++
      else this.counts.accepted++
    }
    return kept
  }

  async enqueue(delivery: NewDelivery): Promise<QueuedDelivery> {
    const { store, lanes, pending } = this.#parts
    const lane = lanes.of(delivery.webhook.id)
    const claim = lane.reserve(delivery.sender.id)
    try {
      const record = this.#record(delivery, { ordered: lane.ordered, claim })
      const { delivery: queued, duplicate, claimed } = await this.#write(() => store.enqueue(record))
      if (!duplicate) pending.add(lane.id, delivery.sender.id, 1)
      lane.arrived(claim, claimed)
      return { delivery: queued, duplicate }
    } catch (error) {
      lane.arrived(claim, null)
      throw error
    }
  }

  async dryRun(delivery: NewDelivery, request: MaskedRequest): Promise<QueuedDelivery> {
    const record = this.#record(delivery, { ordered: false, claim: false })
    const stored = await this.#write(() => this.#parts.store.putDryRun(record, request))
    this.counts.dryRuns++
    return { delivery: stored.delivery, duplicate: stored.duplicate }
  }

  #record(delivery: NewDelivery, how: { readonly ordered: boolean; readonly claim: boolean }): NewRecord {
    const { event, automation, webhook, sender, payload, slots, contentType } = delivery
    return {
      id: deliveryId(event.event_id, sender.id, payload),
      event,
      automation,
      webhook,
      sender,
      payload,
      slots,
      ...(contentType !== undefined && { contentType }),
      message: keepMessage(delivery.message),
      orderKey: orderKey(event),
      createdAt: this.#parts.clock.now(),
      ...how,
    }
  }

  #write<T>(work: () => Promise<T>): Promise<T> {
    const { access, housekeeping } = this.#parts
    return access.use(() => {
      housekeeping.changed()
      return work()
    })
  }
}

const heardAt = (at: number, { registry, way, within }: Hearing, event: ArtifactEvent) => ({
  way,
  change: changeOf(registry, event),
  since: at - within,
})
