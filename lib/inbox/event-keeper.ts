import type { ArtifactEvent } from '../events/event.js'
import type { Cursor, CursorMove, KnownEvent } from '../store/event-log.js'
import type { HandAgain } from './hand-again.js'
import type { HandedAgain, Match } from './replay.js'

/** How a registry is heard of that may be heard of in two ways: what was heard of in the other one before is the same event. */
export interface Hearing {
  /** Of which kind, such as `mlflow`. */
  readonly registry: string
  readonly way: 'told' | 'watched'
  /** Milliseconds: what came before that was another change. */
  readonly within: number
}

export interface AcceptOptions {
  /** The caller hands the events that are no duplicates to its flows right after; otherwise they are kept for them. */
  readonly routed: boolean
  /** Of each event the automations that it starts; empty while nobody can tell. */
  readonly fires?: readonly (readonly string[])[]
  /** Of each event whether it may reach a sender. */
  readonly reaches?: readonly boolean[]
  /** Moved in the same transaction; when it is not where it should be, nothing is stored: `cursor_moved`. */
  readonly cursor?: CursorMove
  readonly hearing?: Hearing
}

/** What belongs to events that are accepted together. */
export type Acceptance = Pick<AcceptOptions, 'cursor' | 'hearing'>

export interface KeptEvent {
  readonly duplicate: boolean
  /** As it was stored: what was heard of before is the event that it was then. */
  readonly event: ArtifactEvent
}

/**
 * What the dispatcher asks of whoever keeps events for certain (the engine of deliveries). Every method rejects with
 * `store_unavailable` while nothing can be stored.
 */
export interface EventKeeper {
  /** To be told of events of which everything that had to has reached its sender. */
  readonly history?: { settled(event: { readonly source: string; readonly eventId: string }): void }
  /** Stores events, all or none; resolves when they are on disk. */
  accept(source: string, events: readonly ArtifactEvent[], options: AcceptOptions): Promise<KeptEvent[]>
  cursor(key: string): Promise<Cursor>
  event(source: string, eventId: string): Promise<KnownEvent | null>
  /** Events that the flows have to see (again). `match` names the automations whose senders an event must reach. */
  takeUnrouted(match: Match): AsyncIterable<HandedAgain>
  readonly handAgain: HandAgain
}
