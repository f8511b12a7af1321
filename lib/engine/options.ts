import type { Delivery } from '../delivery/delivery.js'
import type { Clock, Log, Timers } from '../platform.js'
import type { DeliveryStore } from '../store/store.js'

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

export interface QueuedDelivery {
  readonly delivery: Delivery
  readonly duplicate: boolean
}
