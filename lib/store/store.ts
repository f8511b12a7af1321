import type {
  Attempt,
  Delivery,
  DeliveryError,
  DeliveryStatus,
  MaskedRequest,
  NewDelivery,
} from '../delivery/delivery.js'
import type { Ordering } from '../delivery/lane-port.js'
import type { StoredDelivery } from '../delivery/stored.js'
import type { ArtifactEvent } from '../events/event.js'

/**
 * Where events and deliveries live. Every promise of a writing method resolves only when the change survives a power
 * loss. All times are Unix milliseconds.
 *
 * Every method rejects with an `AutomationError`: `store_unavailable` (full, locked, read-only, cannot be opened;
 * `retryable` tells whether `open` may succeed later by itself) or `store_corrupt` (nothing is written any more).
 */
export interface DeliveryStore {
  /**
   * Opens the store; resolves when it can be read and written. Attempts that were cut off are put into the history as
   * `interrupted` and their deliveries made due now. When the last owner did not close it, events that may not have
   * reached their senders are marked to be handed to the flows again.
   */
  open(start: Start): Promise<Opening>
  /** Whether an opened store can be written now; after a failure, whether it can be written again. */
  probe(now: number): Promise<void>
  /** Closes it properly. Events routed since `suspectSince` are handed out again at the next start unless settled. */
  close(end: End): Promise<void>
  /** The same without waiting, for the moment a process ends; a store that needs the network has none. */
  closeNow?(end: End): void

  /**
   * Stores events and says of each whether (source, event_id) was there before; all or nothing. With a cursor its
   * compare-and-set, and the change of its parts, are in the transaction; when it is not at `expected` nothing is stored
   * and the call rejects with the code `cursor_moved`.
   */
  putEvents(events: readonly NewEvent[], cursor?: CursorMove): Promise<boolean[]>
  cursor(key: string): Promise<Cursor>
  event(source: string, eventId: string): Promise<ArtifactEvent | null>
  /** Marks the events received since then: they may not have reached their senders. */
  suspectEvents(since: number): Promise<void>
  /** Events that are to be handed to the flows, oldest first, from after the number `after`. */
  unroutedEvents(after: number, limit: number): Promise<UnroutedEvent[]>
  /** Ids of the automations that made a delivery of this event. */
  automationsReached(eventId: string): Promise<readonly string[]>
  markRouted(seqs: readonly number[]): Promise<void>
  events(filter: EventFilter, page: Page): Promise<{ events: StoredEvent[]; next: string | null }>

  /** Stores a delivery, unless one with this id is there. */
  enqueue(delivery: NewRecord): Promise<Enqueued>
  /** Stores the masked request of a dry run; one that is there is left as it is. */
  putDryRun(delivery: NewRecord, request: MaskedRequest): Promise<Enqueued>
  /**
   * Takes due deliveries of a webhook whose senders are among `senders`, earliest first. What was taken is not given
   * again until it is recorded or released, or the store was opened again.
   */
  claim(webhook: string, want: ClaimWish): Promise<Claim>
  release(webhook: string, seqs: readonly number[]): Promise<void>
  /** Notes that requests are on their way, so that a crash can be told from a wait. */
  markStarted(started: readonly Started[]): Promise<void>
  /** Stores the result of an attempt and releases the delivery; says whether that let a successor go. */
  record(result: AttemptRecord): Promise<{ readonly successor: boolean }>

  delivery(id: string): Promise<DeliveryDetail | null>
  deliveries(filter: DeliveryFilter, page: Page): Promise<{ deliveries: Delivery[]; next: string | null }>
  /**
   * Makes deliveries pending and due at `now` again, with the schedule from its start; of a filter up to `limit`,
   * going on at `before`. Those that are claimed, or wait for their predecessor, are left as they are; dry runs too.
   */
  redeliver(wanted: RedeliveryWish, now: number): Promise<Redelivered>

  webhookStates(): Promise<ReadonlyMap<string, WebhookState>>
  putWebhookState(id: string, state: WebhookState): Promise<void>
  /** Holds back or lets go the successors in each collection, after a webhook's `ordering` was changed. */
  reorder(webhook: string, ordering: Ordering, now: number): Promise<void>
  /** Moves every due time that lies after `now` to the past by `by` milliseconds: the clock was set back. */
  shiftDue(by: number, now: number): Promise<void>

  /** Finished deliveries whose sender was away when they finished, oldest first. */
  owedOutputs(sender: string, limit: number): Promise<OwedOutput[]>
  outputsGiven(seqs: readonly number[]): Promise<void>

  /** Pending deliveries by webhook and sender. */
  pending(): Promise<PendingCount[]>
  oldestPending(): Promise<number | null>
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
}

export interface Started {
  readonly seq: number
  readonly at: number
}

export interface Opening {
  /** Whether the last owner closed the store properly; true for a new one. */
  readonly clean: boolean
  /** When the last owner was last seen alive; null for a new store. */
  readonly lastAlive: number | null
  readonly interrupted: number
}

export interface NewEvent {
  readonly source: string
  readonly event: ArtifactEvent
  readonly receivedAt: number
  /** Whether it goes to the flows right now; otherwise it is kept for them. */
  readonly routed: boolean
}

/** How far a source was read. */
export interface Cursor {
  /** Null: there is none. */
  readonly value: string | null
  /** What was seen there, as texts by their keys, for sources of which one value cannot say it. */
  readonly parts: ReadonlyMap<string, string>
}

export interface CursorMove {
  readonly key: string
  /** Null: the cursor must not exist yet. */
  readonly expected: string | null
  readonly next: string
  /** New texts of its parts; null deletes one, and those that are not named stay. */
  readonly parts?: ReadonlyMap<string, string | null>
}

export interface UnroutedEvent {
  readonly seq: number
  readonly source: string
  readonly event: ArtifactEvent
  /** Was handed to the flows before, so it is handed again only when an automation made no delivery of it. */
  readonly suspect: boolean
}

export interface EventFilter {
  readonly source?: string
}

export interface StoredEvent {
  readonly source: string
  readonly received_at: string
  readonly event: ArtifactEvent
}

export interface NewRecord extends Omit<NewDelivery, 'message'> {
  readonly id: string
  readonly orderKey: string | null
  /** JSON text, or null when there is nothing to keep. */
  readonly message: string | null
  readonly createdAt: number
  /** Whether it must wait for earlier pending deliveries with the same key. */
  readonly ordered: boolean
  /** Whether the caller takes it at once if it may go. */
  readonly claim: boolean
}

export interface Enqueued {
  readonly delivery: Delivery
  readonly duplicate: boolean
  /** Set when the caller asked to take it and it may go. */
  readonly claimed: StoredDelivery | null
}

export interface ClaimWish {
  readonly senders: ReadonlySet<string>
  readonly now: number
  /** At most so many deliveries, and, but for the first, so many bytes of payload. */
  readonly limit: number
  readonly bytes: number
}

export interface Claim {
  readonly deliveries: readonly StoredDelivery[]
  /** Whether more are due than were given. */
  readonly more: boolean
  /** When the next one is due that is not due now. */
  readonly nextDue: number | null
}

export interface AttemptRecord {
  readonly delivery: StoredDelivery
  /** Null when no request was made; otherwise it counts. */
  readonly attempt: Attempt | null
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly step: number
  /** When a pending one is due again. */
  readonly dueAt: number | null
  /** When it was recorded; the end of one that is not pending any more. */
  readonly at: number
  readonly error: DeliveryError | null
  /** The sender is away: keep the output for it. */
  readonly owed: boolean
}

export interface DeliveryDetail {
  readonly delivery: Delivery
  readonly event: ArtifactEvent | null
  readonly payload: Buffer
  readonly slots: NewDelivery['slots']
  readonly log: readonly Attempt[]
  /** Only of a dry run. */
  readonly request: MaskedRequest | null
}

export interface DeliveryFilter {
  readonly status?: DeliveryStatus
  readonly automation?: string
  readonly webhook?: string
  readonly event_id?: string
  /** Bounds of `created_at`: since included, until not. */
  readonly since?: number
  readonly until?: number
}

export interface Page {
  /** The `next` of the page before. */
  readonly before?: string
  readonly limit: number
}

export type RedeliveryWish =
  | { readonly id: string }
  | { readonly filter: DeliveryFilter; readonly before: string | null; readonly limit: number }

export interface Redelivered {
  readonly deliveries: readonly { readonly webhook: string; readonly sender: string; readonly wasPending: boolean }[]
  readonly next: string | null
}

export interface WebhookState {
  /** Why it is paused, as a sentence; null when it is not. */
  readonly paused: string | null
  /** The URL that is paused, or asked to be left alone: another one ends both. */
  readonly pausedUrl: string | null
  /** Nothing goes to it before this time, because it asked so. */
  readonly heldUntil: number | null
  readonly ordering: Ordering
}

export interface OwedOutput {
  readonly seq: number
  readonly delivery: Delivery
  readonly event: ArtifactEvent
  readonly payload: Buffer
  readonly slots: NewDelivery['slots']
  readonly message: string | null
  readonly attempt: Attempt | null
}

export interface PendingCount {
  readonly webhook: string
  readonly sender: string
  readonly count: number
}

export interface SweepCursor {
  readonly deliveries: number
  readonly events: number
}

export interface SweepSlice {
  /** Finished deliveries and events older than these go; an event stays as long as a delivery of it. */
  readonly deliveriesBefore: number
  readonly eventsBefore: number
  readonly from: SweepCursor | null
  readonly limit: number
}
