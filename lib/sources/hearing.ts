import type { Acceptance } from '../inbox/event-keeper.js'
import { FORMATS } from './http/settings.js'
import { isWatchedKind } from './source.js'

/** How far back the same change is looked for: MLflow tries a delivery again for some minutes, and so do proxies. */
const WITHIN = 2 * 60 * 60 * 1000

/**
 * A registry may tell one source of a change by webhook while another source watches it. Nobody who watches can know the id
 * that a webhook's delivery will have. So whoever hears of the change second takes over the event of who heard first, id
 * and all: what both are wired to gets one delivery, for its id is made of the event's. The store decides that, in the
 * transaction that stores the event.
 * @param registry the kind that is watched, or the format that is posted; where there is only one way, there is nothing to say
 * @param unseenFor how long ago the look before began, in milliseconds, if it saw everything
 */
export function hearingOf(registry: string, way: 'told' | 'watched', unseenFor = WITHIN): Pick<Acceptance, 'hearing'> {
  const isBoth = isWatchedKind(registry) && (FORMATS as readonly string[]).includes(registry)
  return isBoth ? { hearing: { registry, way, within: Math.min(unseenFor, WITHIN) } } : {}
}
