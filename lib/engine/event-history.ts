import type { EventFilter, EventLog, EventPage } from '../store/event-log.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { DeliveryStore } from '../store/store.js'

/** The events that were accepted, page by page. A page may be short before the end: only `next: null` is the end. */
export class EventHistory implements Pick<EventLog, 'events' | 'eventTexts'> {
  readonly #store: DeliveryStore
  readonly #access: StoreAccess

  constructor(store: DeliveryStore, access: StoreAccess) {
    this.#store = store
    this.#access = access
  }

  events(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['events']> {
    return this.#access.use(() => this.#store.events(filter, page))
  }

  /** The same, of each its `event` as JSON text. */
  eventTexts(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['eventTexts']> {
    return this.#access.use(() => this.#store.eventTexts(filter, page))
  }

  /** Everything of an event that had to has reached its sender: what waits behind it, in another process too, may go. */
  settled({ source, eventId }: { readonly source: string; readonly eventId: string }): void {
    const { settled } = this.#store
    if (settled !== undefined && this.#access.works) this.#access.background(settled.call(this.#store, source, eventId))
  }
}
