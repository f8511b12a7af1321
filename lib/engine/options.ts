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
  /** Called when a delivery, or why a webhook's deliveries wait, is not what it was; often, so it must be quick. */
  readonly changed?: () => void
}

/** Why a webhook is paused that a person paused. */
export const PAUSED_BY_HAND = 'Paused by hand.'

export interface QueuedDelivery {
  readonly delivery: Delivery
  readonly duplicate: boolean
}

/** What may not have settled, in milliseconds before a stop, so that it is handed out again. */
export const SUSPECT = {
  /** After an unclean stop: what came in the last minute, unless it settled, … */
  within: 60_000,
  /** … and what came in the last seconds in any case, because a flow may make several deliveries of one event. */
  anyway: 5_000,
  /** After a stop in order: messages that were still in the flow. */
  atStop: 2_000,
} as const
