import type { ArtifactEvent } from '../events/event.js'
import type { Heard, NewEvent } from './event-log.js'

/** So many of the newest events of a change are looked at. */
export const TWINS = 20

/** A message is made a moment after what it tells, and a look's time has whole seconds. */
const TOLERANCE = 5_000

/** An event of the same change that is in the store. */
export interface SameChange {
  readonly source: string
  readonly receivedAt: number
  readonly eventId: string
  /** The id under which it was told; null: a look found it. */
  readonly toldAs: string | null
  event(): ArtifactEvent
}

/**
 * The event of whoever heard of this change first, which is taken over, id and all; undefined: nobody has, or it is known here
 * already, and this is another change.
 * @param same the newest first
 */
export function twinOf(
  { source, event }: NewEvent,
  { way, since }: Heard,
  same: readonly SameChange[],
): ArtifactEvent | undefined {
  const own = new Set(same.filter((each) => each.source === source).map(({ eventId }) => eventId))
  for (const each of same) {
    const isTold = each.toldAs !== null
    if (each.source === source || isTold === (way === 'told') || each.receivedAt < since) continue
    if (own.has(each.eventId)) continue
    const twin = each.event()
    if (isTold || Date.parse(event.event_time) <= Date.parse(twin.event_time) + TOLERANCE) return twin
  }
  return undefined
}
