import type { ArtifactEvent } from '../events/event.js'
import type { CursorMove, DeliveryStore, NewRecord } from '../store/store.js'
import type { StoreAccess } from './access.js'
import type { MaskedRequest, NewDelivery } from './delivery.js'
import type { Housekeeping } from './housekeeping.js'
import { deliveryId } from './id.js'
import type { Lanes } from './lanes.js'
import { keepMessage } from './message.js'
import type { AcceptedEvent, QueuedDelivery } from './options.js'
import { orderKey } from './order-key.js'
import type { Pending } from './pending.js'
import type { Clock } from './platform.js'

export interface AcceptOptions {
  /** The caller hands the events that are no duplicates to its flows right after; otherwise they are kept for them. */
  readonly routed: boolean
  /** Moved in the same transaction; when it is not where it should be, nothing is stored: `cursor_moved`. */
  readonly cursor?: CursorMove
}

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
  accepted = 0
  duplicates = 0
  dryRuns = 0

  constructor(parts: IntakeParts) {
    this.#parts = parts
  }

  async accept(source: string, events: readonly ArtifactEvent[], options: AcceptOptions): Promise<AcceptedEvent[]> {
    const { store, clock } = this.#parts
    const receivedAt = clock.now()
    const rows = events.map((event) => ({ source, event, receivedAt, routed: options.routed }))
    const duplicates = await this.#write(() => store.putEvents(rows, options.cursor))
    return events.map(({ event_id }, index) => {
      const duplicate = duplicates[index]!
      if (duplicate) this.duplicates++
      else this.accepted++
      return { event_id, duplicate }
    })
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
    this.dryRuns++
    return { delivery: stored.delivery, duplicate: stored.duplicate }
  }

  #record(delivery: NewDelivery, how: { readonly ordered: boolean; readonly claim: boolean }): NewRecord {
    const { event, automation, webhook, sender, payload, slots } = delivery
    return {
      id: deliveryId(event.event_id, sender.id, payload),
      event,
      automation,
      webhook,
      sender,
      payload,
      slots,
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
