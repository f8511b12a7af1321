import type { DeliveryStore } from '../store/store.js'
import type { Delivery } from './delivery.js'
import type { Clock, Log, Timers } from './platform.js'

export interface EngineOptions {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly timers: Timers
  /** [0, 1), for the jitter of retries. */
  readonly random: () => number
  readonly log: Log
  /** How long finished deliveries and their events are kept; infinity for as long as that is not known. */
  readonly retentionDays: number
}

export interface AcceptedEvent {
  readonly event_id: string
  readonly duplicate: boolean
}

export interface QueuedDelivery {
  readonly delivery: Delivery
  readonly duplicate: boolean
}
