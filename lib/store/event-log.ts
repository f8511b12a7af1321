import type { ArtifactEvent, EventType } from '../events/event.js'
import type { Page } from './page.js'

/** The events that were accepted, and how far each source was read. */
export interface EventLog {
  /**
   * Stores events and says of each whether (source, event_id) was there before; all or nothing. What was heard of in the
   * other way before is stored as the event that it was then. With a cursor its compare-and-set, and the change of its
   * parts, are in the transaction; when it is not at `expected` nothing is stored and the call rejects with the code
   * `cursor_moved`.
   */
  putEvents(events: readonly NewEvent[], cursor?: CursorMove): Promise<PutEvent[]>
  cursor(key: string): Promise<Cursor>
  event(source: string, eventId: string): Promise<KnownEvent | null>
  /** Marks the events received since then: they may not have reached their senders. */
  suspectEvents(since: number): Promise<void>
  /** Events that are to be handed to the flows, oldest first, from after the number `after`. */
  unroutedEvents(after: number, limit: number): Promise<UnroutedEvent[]>
  /** Ids of the automations that made a delivery of this event. */
  automationsReached(eventId: string): Promise<readonly string[]>
  /** Counts what events started that had waited for the flows; one that was counted before is not counted again. */
  markFired(fired: readonly FiredEvent[]): Promise<void>
  /** They were handed to the flows and have settled, or are to be handed to them by a person, though they were set aside. */
  markRouted(seqs: readonly number[]): Promise<void>
  /** Everything of an event has reached its sender. A store with one owner need not know: there flows keep the order. */
  settled?(source: string, eventId: string): Promise<void>
  /** A page may be short, or empty, before the end: only `next: null` is the end. */
  events(filter: EventFilter, page: EventPage): Promise<{ events: KnownEvent[]; next: string | null }>
  /** The same, for those who only pass them on: of each its `event` as JSON text. */
  eventTexts(filter: EventFilter, page: EventPage): Promise<EventTextPage>
}

export interface EventTextPage {
  readonly events: EventText[]
  readonly next: string | null
  /** Set when the page ends because it has looked at much: when the last one came that it looked at. */
  readonly lookedBackTo?: string
}

export interface PutEvent {
  readonly duplicate: boolean
  /** As it stands in the store. */
  readonly event: ArtifactEvent
}

/** A registry may tell one source of a change by webhook while another source watches it: the store knows both for one. */
export interface Heard {
  readonly way: 'told' | 'watched'
  /** The same text for the same change (lib/events/change.ts). */
  readonly change: string
  /** What came before that, Unix milliseconds, was another change. */
  readonly since: number
}

export interface NewEvent {
  readonly source: string
  readonly event: ArtifactEvent
  readonly receivedAt: number
  /** Whether it goes to the flows right now; otherwise it is kept for them. */
  readonly routed: boolean
  /** Whether it may reach a sender: what is kept in order waits for it. */
  readonly reaches?: boolean
  /** The automations that it starts, when it goes to the flows right now. */
  readonly fires?: readonly string[]
  /** Of a registry that may be heard of in two ways. */
  readonly heard?: Heard
}

export interface FiredEvent {
  readonly seq: number
  /** The automations that it starts. */
  readonly automations: readonly string[]
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
  /** Automations that events of the past start with it, one for each event, and when: they are counted. */
  readonly fires?: { readonly at: number; readonly automations: readonly string[] }
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
  /** Bounds of the time of arrival: since included, until not. */
  readonly since?: number
  readonly until?: number
  readonly event_type?: EventType
  /** Part of what identifies an event (lib/events/search-terms.ts): folded, of one line, at least two characters. */
  readonly search?: string
}

export interface EventPage extends Page {
  /** Newest first, unless told. */
  readonly order?: 'newest' | 'oldest'
}

export interface StoredEvent {
  readonly source: string
  /** Whether it was in the flows when the process died, three times in a row: it goes to none until a person says so. */
  readonly isAside?: true
  readonly received_at: string
  readonly event: ArtifactEvent
}

export interface EventText extends Omit<StoredEvent, 'event'> {
  readonly text: string
  /** How many automations it started; null while the flows have not seen it, and of one from before this was counted. */
  readonly fired: number | null
}

export interface KnownEvent extends StoredEvent {
  /** The store's own number, growing with the order of arrival; as a text it is the `next` of a page that ends with it. */
  readonly seq: number
}
