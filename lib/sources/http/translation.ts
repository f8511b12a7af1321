import type { EventType } from '../../events/event.js'

/** What a registry's message becomes: events in our own vocabulary, not checked yet. */
export interface Translation {
  readonly events: readonly { readonly event_type: EventType; readonly [name: string]: unknown }[]
  /** Things that were told and are no events of ours. */
  readonly ignored: number
}

/** What the source says of a registry that knows no entity or project. */
export interface Place {
  readonly entity: string
  readonly project: string
}
