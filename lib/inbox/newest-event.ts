import type { ArtifactEvent } from '../events/event.js'
import type { EventLog } from '../store/event-log.js'

/** How far back is looked: pages, and events of the source in each. */
const PAGES = 5
const PAGE = 200

/** The newest event of a source that fits, among its last thousand; null when none does. */
export async function newestEvent(
  log: Pick<EventLog, 'events'>,
  source: string,
  fits: (event: ArtifactEvent) => boolean,
): Promise<ArtifactEvent | null> {
  let before: string | null = null
  for (let page = 0; page < PAGES; page += 1) {
    const { events, next } = await log.events({ source }, { limit: PAGE, ...(before !== null && { before }) })
    const found = events.find(({ event }) => fits(event))
    if (found) return found.event
    if (next === null) return null
    before = next
  }
  return null
}
