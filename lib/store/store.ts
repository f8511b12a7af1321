import type { DeliveryQueue, PendingCount, Started } from './delivery-queue.js'
import type { EventLog } from './event-log.js'
import type { Ownership } from './ownership.js'
import type { Statistics } from './statistics.js'
import type { SetAside, Suspects } from './suspects.js'

/**
 * Where events and deliveries live. Every promise of a writing method resolves only when the change survives a power
 * loss. All times are Unix milliseconds.
 *
 * Every method rejects with an `AutomationError`: `store_unavailable` (full, locked, read-only, cannot be opened;
 * `retryable` tells whether `open` may succeed later by itself) or `store_corrupt` (nothing is written any more).
 *
 * A store may have several owners (`Ownership`): each works on the webhooks that it holds a lease of, while everybody may
 * accept events, store deliveries, read, pause and redeliver.
 */
export interface DeliveryStore extends EventLog, DeliveryQueue, Ownership {
  readonly statistics: Statistics
  /** Whether others may store deliveries of the webhooks that this owner works on. */
  readonly isShared?: boolean
  /** Unix milliseconds by the clock that all owners of the store have; undefined: by this machine's. */
  now?(): number
  /** After a failure it is tried again so often, in milliseconds; undefined: as a file is. */
  readonly retryEveryMs?: number

  /**
   * Opens the store; resolves when it can be read and written. Attempts that were cut off are put into the history as
   * `interrupted` and their deliveries made due now: of all webhooks where there is one owner, else of each when it gets
   * another one. When an owner did not close it, its events that may not have reached their senders are marked to be
   * handed to the flows again. What was in hand at three ends in a row that nobody had ordered is set aside.
   */
  open(start: Start): Promise<Opening>
  /**
   * Pending deliveries, once after each opening: with all that others did until now, and nothing of what they do later. A
   * store without it has no others, or is asked for `pending`.
   */
  pendingAtOpening?(): readonly PendingCount[]
  /** Whether an opened store can be written now; after a failure, whether it can be written again. */
  probe(now: number): Promise<void>
  /** Closes it properly. Events routed since `suspectSince` are handed out again at the next start unless settled. */
  close(end: End): Promise<void>
  /** The same without waiting, for the moment a process ends; a store that needs the network has none. */
  closeNow?(end: End): void

  /** Deletes a slice of what is older than the given times; `more` tells to call again, from `next`. */
  sweep(slice: SweepSlice): Promise<{ readonly deleted: number; readonly next: SweepCursor | null }>
  /** Keeps the time of the last sign of life, by which the next start knows what may not have settled. */
  beat(now: number): Promise<void>
}

export interface Start {
  readonly now: number
  /** After an unclean stop, how long before the last sign of life an event counts as perhaps not settled, in ms. */
  readonly suspectWithin: number
  /** The same, for events that are handed out again whether they settled or not. */
  readonly rerouteWithin: number
}

export interface End {
  readonly now: number
  readonly suspectSince: number
  /** Attempts that are being cut off. */
  readonly started: readonly Started[]
  /** False when nobody ordered it: something in this process ended it. True unless told. */
  readonly inOrder?: boolean
}

export interface Opening {
  /** Whether the last owner closed the store properly; true for a new one. */
  readonly clean: boolean
  /** When the last owner was last seen alive; null for a new store. */
  readonly lastAlive: number | null
  readonly interrupted: number
  /** What may have ended the last owner; null when that was ended in order. */
  readonly suspects: Suspects | null
  readonly setAside: readonly SetAside[]
}

export interface SweepCursor {
  readonly deliveries: number
  readonly events: number
  /** The automation and the webhook whose statistics were swept last; null before the first. */
  readonly statistics: readonly [automation: string, webhook: string] | null
}

export interface SweepSlice {
  /** Finished deliveries and events older than these go; an event stays as long as a delivery of it. */
  readonly deliveriesBefore: number
  readonly eventsBefore: number
  readonly from: SweepCursor | null
  readonly limit: number
}
