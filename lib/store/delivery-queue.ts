import type {
  Attempt,
  Delivery,
  DeliveryError,
  DeliveryStatus,
  MaskedRequest,
  NewDelivery,
} from '../delivery/delivery.js'
import type { Ordering } from '../delivery/ordering.js'
import type { StoredDelivery } from '../delivery/stored.js'
import type { ArtifactEvent } from '../events/event.js'
import type { Lease } from './lease.js'
import type { Page } from './page.js'

/** The deliveries, from the moment they are made until they are history. */
export interface DeliveryQueue {
  /**
   * Stores a delivery, unless one with this id is there. An id without a time may get that of the delivery's event
   * (lib/delivery/id.ts): the answer says under which id it is kept.
   */
  enqueue(delivery: NewRecord): Promise<Enqueued>
  /** Stores the masked request of a dry run; one that is there is left as it is. */
  putDryRun(delivery: NewRecord, request: MaskedRequest): Promise<Enqueued>
  /**
   * Takes due deliveries of the webhook that this is the lease of, whose senders are among `senders`, earliest first. What
   * was taken is not given again until it is recorded or released, the lease was lost, or the store was opened again.
   * Rejects with `lease_lost` when it was.
   */
  claim(lease: Lease, request: ClaimRequest): Promise<Claim>
  /** Gives back what was claimed; after the lease was lost there is nothing to give. */
  release(lease: Lease, seqs: readonly number[]): Promise<void>
  /** Notes that requests are on their way, so that a crash can be told from a wait. Those of a lost lease are left out. */
  markStarted(started: readonly Started[]): Promise<void>
  /**
   * Stores the result of an attempt and releases the delivery; says whether that let a successor go. Rejects with
   * `lease_lost`, and stores nothing, when the delivery was claimed under a lease that was lost.
   */
  record(result: AttemptRecord): Promise<{ readonly successor: boolean }>

  delivery(id: string): Promise<DeliveryDetail | null>
  /** A page may be short, or empty, before the end: only `next: null` is the end. The event loop is left free meanwhile. */
  deliveries(filter: DeliveryFilter, page: Page): Promise<DeliveryPage>
  /** How many fit, counted in turns that leave the event loop free. @param signal ends it: nobody waits any more */
  count(filter: DeliveryFilter, signal?: AbortSignal): Promise<number>
  /** What a sender did last, among the newest deliveries of a webhook that are over. */
  lastResult(webhook: string, sender: string): Promise<Delivery | null>
  /**
   * Makes deliveries pending and due at `now` again, with the schedule from its start; of a filter up to `limit`,
   * going on at `before`. Those that are claimed, or wait for their predecessor, are left as they are; dry runs too.
   */
  redeliver(request: RedeliveryRequest, now: number): Promise<Redelivered>
  /**
   * Takes pending deliveries, due or not, as `claim` does, each under the newest lease of its webhook; of those that are
   * taken already it only says which they are.
   */
  takePending(request: RedeliveryRequest): Promise<TakenPending>

  webhookStates(): Promise<ReadonlyMap<string, WebhookState>>
  /** Changes what is named of a webhook's state, and leaves the rest as it is: several may change it. */
  changeWebhook(id: string, change: Partial<WebhookState>): Promise<void>
  /** Holds back or lets go the successors in each collection, after a webhook's `ordering` was changed. */
  reorder(lease: Lease, ordering: Ordering, now: number): Promise<void>
  /**
   * A webhook is deployed here with this ordering: events that may reach it keep their place from now on, though whoever
   * sends has not reordered it yet. A store with one owner need not know.
   */
  deployed?(webhook: string, ordering: Ordering): void
  /** Moves every due time that lies after `now` to the past by `by` milliseconds: the clock was set back. */
  shiftDue(by: number, now: number): Promise<void>

  /** Finished deliveries whose sender was away when they finished, oldest first. */
  owedOutputs(sender: string, limit: number): Promise<OwedOutput[]>
  outputsGiven(seqs: readonly number[]): Promise<void>

  /** Pending deliveries by webhook and sender. */
  pending(): Promise<PendingCount[]>
  oldestPending(): Promise<number | null>
}

export interface NewRecord extends Omit<NewDelivery, 'message'> {
  readonly id: string
  readonly orderKey: string | null
  /** JSON text, or null when there is nothing to keep. */
  readonly message: string | null
  readonly createdAt: number
  /** Whether it must wait for earlier pending deliveries with the same key. */
  readonly ordered: boolean
  /** Whether the caller, who holds the webhook's lease, takes it at once if it may go. */
  readonly claim: boolean
}

export interface Enqueued {
  readonly delivery: Delivery
  readonly duplicate: boolean
  /** Set when the caller asked to take it and it may go. */
  readonly claimed: StoredDelivery | null
}

export interface ClaimRequest {
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
  /** Why that one waits, where an attempt of it failed. */
  readonly nextError?: DeliveryError & { readonly statusCode: number | null }
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
  /** The same as JSON text, for those who only pass it on. */
  readonly eventText: string
  readonly payload: Buffer
  readonly slots: NewDelivery['slots']
  readonly contentType: string | null
  readonly log: readonly Attempt[]
  /** The same for those who write it as JSON: each is read when its turn comes. */
  readonly logLater: readonly { toJSON(): Attempt }[]
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
  /**
   * Part of what identifies a delivery or its event (lib/events/search-terms.ts), or of the text of its error: folded, of
   * one line, at least two characters.
   */
  readonly search?: string
}

export interface DeliveryPage {
  readonly deliveries: Delivery[]
  readonly next: string | null
  /** Set when the page ends because it has looked at much: when the last one was made that it looked at. */
  readonly lookedBackTo?: string
}

export interface TakenPending {
  readonly taken: readonly StoredDelivery[]
  readonly busy: readonly { readonly seq: number; readonly webhook: string }[]
  readonly next: string | null
}

export type RedeliveryRequest =
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
  readonly contentType: string | null
  readonly message: string | null
  readonly attempt: Attempt | null
}

export interface PendingCount {
  readonly webhook: string
  readonly sender: string
  readonly count: number
}

export interface Started {
  readonly seq: number
  /** Of the lease under which the delivery was claimed. */
  readonly fence: number
  readonly at: number
}
