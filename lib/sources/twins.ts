import type { ArtifactEvent } from '../events/event.js'
import type { AcceptedEvent, Dispatcher } from '../inbox/dispatcher.js'
import type { CursorMove, EventLog } from '../store/event-log.js'

/** How a source gets its events, of which kind of registry. */
export interface Hearing {
  readonly registry: string
  readonly gets: 'told' | 'watched'
}

/** How far back a twin is looked for: milliseconds, and pages of events of a source. */
const WITHIN = 2 * 60 * 60 * 1000
const PAGES = 5
const PAGE = 200

/** A message is made a moment after what it tells, and a look's time has whole seconds. */
const TOLERANCE = 5_000

/** So many deliveries are known by the event that they were taken for. */
const REMEMBERED = 1000

/**
 * A registry may tell a source of a change by webhook while another source watches it. Nobody who watches can know the id
 * that a webhook's delivery will have. So whoever hears of the change second takes over the event of who heard first, id
 * and all: what both are wired to gets one delivery, for its id is made of the event's.
 */
export class Twins {
  readonly #dispatcher: () => Pick<Dispatcher, 'accept'>
  readonly #log: () => Promise<Pick<EventLog, 'events'>>
  readonly #now: () => number
  readonly #hearings = new Map<string, Hearing>()
  /** Events by the deliveries that were taken for them; a delivery may come again. */
  readonly #taken = new Map<string, ArtifactEvent>()
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    dispatcher: () => Pick<Dispatcher, 'accept'>,
    log: () => Promise<Pick<EventLog, 'events'>>,
    now: () => number = Date.now,
  ) {
    this.#dispatcher = dispatcher
    this.#log = log
    this.#now = now
  }

  /** Says how a source hears; the function that is returned ends it. */
  add(source: string, hearing: Hearing): () => void {
    this.#hearings.set(source, hearing)
    return () => {
      if (this.#hearings.get(source) === hearing) this.#hearings.delete(source)
    }
  }

  /**
   * Stores events, as their twins where they have some.
   * @param seenSince of a look: when the look before began, Unix milliseconds; what came earlier was another change
   */
  accept(
    source: string,
    events: readonly ArtifactEvent[],
    cursor?: CursorMove,
    seenSince?: number,
  ): Promise<AcceptedEvent[]> {
    const dispatcher = this.#dispatcher()
    const others = events.length === 0 ? [] : this.#othersOf(source)
    if (others.length === 0) return dispatcher.accept(source, events, cursor)
    const isWatched = this.#hearings.get(source)?.gets === 'watched'
    const after = Math.max(seenSince ?? 0, this.#now() - WITHIN)
    // two who hear at once would not see each other's event
    const work = this.#last.then(async () => {
      const own = new Set((await this.#recent([source], after)).map(({ event_id }) => event_id))
      const candidates = byKey(await this.#recent(others, after))
      const adopted = events.map((event) => {
        const twins = candidates.get(keyOf(event)) ?? []
        return isWatched ? (untaken(twins, own) ?? event) : this.#told(source, event, twins, own)
      })
      return dispatcher.accept(source, adopted, cursor)
    })
    this.#last = work.catch(() => {})
    return work
  }

  #othersOf(source: string): string[] {
    const hearing = this.#hearings.get(source)
    if (!hearing) return []
    return [...this.#hearings]
      .filter(([, { registry, gets }]) => registry === hearing.registry && gets !== hearing.gets)
      .map(([id]) => id)
  }

  /** What a delivery tells, or its twin that was seen before. */
  #told(source: string, event: ArtifactEvent, twins: readonly ArtifactEvent[], own: Set<string>): ArtifactEvent {
    const delivery = JSON.stringify([source, event.event_id])
    const before = this.#taken.get(delivery)
    if (before) return before
    if (own.has(event.event_id)) return event
    const possible = twins.filter((twin) => Date.parse(event.event_time) <= Date.parse(twin.event_time) + TOLERANCE)
    const twin = untaken(possible, own)
    if (!twin) return event
    this.#taken.set(delivery, twin)
    const [oldest] = this.#taken.keys()
    if (this.#taken.size > REMEMBERED && oldest !== undefined) this.#taken.delete(oldest)
    return twin
  }

  /** Events of these sources that came since then, newest first. */
  async #recent(sources: readonly string[], since: number): Promise<ArtifactEvent[]> {
    const log = await this.#log()
    const found: ArtifactEvent[] = []
    for (const source of sources) {
      let before: string | null = null
      for (let page = 0; page < PAGES; page += 1) {
        const answer: Awaited<ReturnType<EventLog['events']>> = await log.events(
          { source, since },
          { limit: PAGE, ...(before !== null && { before }) },
        )
        found.push(...answer.events.map(({ event }) => event))
        if (answer.next === null) break
        before = answer.next
      }
    }
    return found
  }
}

/** The newest that is not known here yet, which then is. */
function untaken(twins: readonly ArtifactEvent[], own: Set<string>): ArtifactEvent | undefined {
  const twin = twins.find(({ event_id }) => !own.has(event_id))
  if (twin) own.add(twin.event_id)
  return twin
}

/** The same change of the same thing, whoever heard of it. */
const keyOf = (event: ArtifactEvent): string =>
  JSON.stringify([
    event.event_type,
    event.entity_name,
    event.project_name,
    event.artifact_collection_name,
    event.artifact_version,
    event.artifact_version_string,
    event.alias,
    event.tag,
    event['workspace'] === 'default' ? undefined : event['workspace'],
  ])

function byKey(events: readonly ArtifactEvent[]): Map<string, ArtifactEvent[]> {
  const found = new Map<string, ArtifactEvent[]>()
  for (const event of events) {
    const key = keyOf(event)
    const same = found.get(key)
    if (same) same.push(event)
    else found.set(key, [event])
  }
  return found
}
