import type { AutomationError } from '../../error.js'
import type { EventType } from '../../events/event.js'

/** What a registry's message becomes: events in our own vocabulary, not checked yet. */
export interface Translation {
  readonly events: readonly { readonly event_type: EventType; readonly [name: string]: unknown }[]
  /** Things that were told and are no events of ours. */
  readonly ignored: number
  /** Why some of what was told cannot be read; the rest is not to be lost with it. */
  readonly refused?: readonly AutomationError[]
  /** Where the ids of the events are made of what they tell: what each of them changed. */
  readonly changes?: readonly RefChange[]
}

/** A branch or a tag that went from one revision to another. */
export interface RefChange {
  /** Empty when it was not there before. */
  readonly from: string
  /** Empty when it is not there any more. */
  readonly to: string
}

/** What the source says of a registry that knows no entity or project. */
export interface Place {
  readonly entity: string
  readonly project: string
}
