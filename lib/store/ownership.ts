import type { PendingCount, WebhookState } from './delivery-queue.js'
import type { Lease, Thing } from './lease.js'
import type { SetAside } from './suspects.js'

/** What happened to the store without this owner doing it. */
export type Change =
  /** A thing that this owner wants became its own, or (null) another's: its claims are void, and what it sent may be sent again. */
  | { readonly kind: 'lease'; readonly thing: Thing; readonly lease: Lease | null }
  /** Another owner has less to do: this thing is to be handed over (`handOver`) once what is on its way has ended. */
  | { readonly kind: 'yield'; readonly thing: Thing }
  /** Another owner stored deliveries of a webhook, made them due (0), or (less than 0) finished them. */
  | { readonly kind: 'deliveries'; readonly webhook: string; readonly sender: string; readonly count: number }
  /** Other owners did more than was told one by one: so many deliveries are pending now, in all. */
  | { readonly kind: 'pending'; readonly counts: readonly PendingCount[] }
  /** Another owner was asked to cancel deliveries that this one has in its hand. */
  | { readonly kind: 'cancelled'; readonly ids: readonly string[] }
  /** Another owner paused a webhook, let it go on, or was asked by it to wait. */
  | { readonly kind: 'webhook'; readonly webhook: string; readonly state: WebhookState }
  /** Outputs are owed to a sender. */
  | { readonly kind: 'outputs'; readonly sender: string }
  /** Another owner has ended, as two before it, while it had these in hand. */
  | { readonly kind: 'aside'; readonly setAside: readonly SetAside[] }
  /** The store failed while nobody waited for it. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Events of an owner that is gone wait for somebody's flows: `unroutedEvents` gives them to whoever asks first. */
  | { readonly kind: 'events' }

/** Deliveries that an owner cannot send: their webhook or sender is not deployed there, or misses a secret. */
export interface Lack {
  readonly webhook: string
  readonly sender: string
}

/**
 * Who works on what. One store may have several owners, each a process with an engine of its own; a store that has one
 * gives everything to it at once, for good, and reports no changes.
 */
export interface Ownership {
  /**
   * This owner would work on a thing from now on. The lease, when it holds it already; null when another has it, or that
   * is not known yet: a change tells when it comes. To want twice is to ask again.
   */
  want(thing: Thing): Lease | null
  /** Gives a thing back, for others to have; one that is not held, or not wanted, stays as it is. */
  giveBack(thing: Thing): Promise<void>
  /** The same of a thing that this owner goes on wanting: others have it first. */
  handOver(thing: Thing): Promise<void>
  /** Which pending deliveries this owner cannot send is asked time and again: an owner that can is to have their webhook. */
  leavesToOthers(ask: () => readonly Lack[]): void
  /** Whether no owner is known that can send what this one cannot. */
  nobodyCanSend(lack: Lack): boolean
  /** Calls back with every change. @returns a function that ends it */
  onChange(listener: (change: Change) => void): () => void
}
