import type { ArtifactEvent } from './event.js'
import { TAG_EVENTS } from './vocabulary.js'

const tagEvents: ReadonlySet<string> = new Set(TAG_EVENTS)

/** The text that patterns are tested on: the tag of a tag event; of others the alias, else the tag, else nothing. */
export function subjectOf(event: ArtifactEvent): string {
  if (tagEvents.has(event.event_type)) return event.tag ?? ''
  return event.alias ?? event.tag ?? ''
}

/** What that text is; null when there is none. */
export function namedBy(event: ArtifactEvent): 'alias' | 'tag' | null {
  if (!tagEvents.has(event.event_type) && event.alias !== undefined) return 'alias'
  return event.tag === undefined ? null : 'tag'
}
