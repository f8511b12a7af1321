import type { ArtifactEvent } from '../events/event.js'
import type { SecretSlot } from '../template/slot.js'
import type { Party } from './delivery.js'

/** A delivery that is on its way: everything a further attempt and the sender's outputs need. */
export interface StoredDelivery {
  /** The store's own number, growing with the order of arrival. */
  readonly seq: number
  readonly id: string
  readonly event: ArtifactEvent
  readonly automation: Party
  readonly webhook: Party
  readonly sender: Party
  /** Deliveries of one webhook with the same key are about the same collection; null: about none. */
  readonly orderKey: string | null
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
  /** Null: what the webhook says. */
  readonly contentType: string | null
  /** The message's other properties as JSON text; null when there are none. */
  readonly message: string | null
  /** Unix time in milliseconds. */
  readonly createdAt: number
  /** How many requests were made so far. */
  readonly attempts: number
  /** Of the lease under which it was claimed: the right to send it, and to say what came of it. */
  readonly fence: number
  /** How many waits of the schedule are used up; a redelivery starts again at 0. */
  readonly step: number
  /** Whether a trigger's button made its event: it is not counted. */
  readonly sample: boolean
}
