import type { ArtifactEvent } from '../../events/event.js'
import type { Heard, NewEvent } from '../event-log.js'
import { type SameChange, TWINS, twinOf } from '../twin.js'
import type { Query } from './database.js'
import { pgId, pgText } from './text.js'

type Hearing = NewEvent & { readonly heard: Heard }

/** What the store knows of the changes that some events tell, and of what was told before; grows with what is taken in. */
export class Known {
  readonly #told: ReadonlyMap<string, ArtifactEvent>
  readonly #same: Map<string, SameChange[]>

  private constructor(told: ReadonlyMap<string, ArtifactEvent>, same: Map<string, SameChange[]>) {
    this.#told = told
    this.#same = same
  }

  static async of(query: Query, events: readonly NewEvent[]): Promise<Known> {
    const heard = events.filter((entry): entry is Hearing => entry.heard !== undefined)
    if (heard.length === 0) return new Known(new Map(), new Map())
    return new Known(await toldOf(query, heard), await sameOf(query, heard))
  }

  /** The event as which this one is to be stored; `wasTold`: its webhook told it before. */
  take(entry: NewEvent): { readonly event: ArtifactEvent; readonly wasTold: boolean } {
    const { source, event, heard, receivedAt } = entry
    if (heard === undefined) return { event, wasTold: false }
    const before = heard.way === 'told' ? this.#told.get(toldKey(source, pgId(event.event_id))) : undefined
    if (before) return { event: before, wasTold: true }
    const same = this.#same.get(heard.change) ?? []
    const taken = twinOf(entry, heard, same) ?? event
    const toldAs = heard.way === 'told' ? event.event_id : null
    const known = { source, receivedAt, eventId: pgId(taken.event_id), toldAs, event: () => taken }
    this.#same.set(heard.change, [known, ...same])
    return { event: taken, wasTold: false }
  }
}

const toldKey = (source: string, id: string): string => JSON.stringify([pgText(source), id])

async function toldOf(query: Query, heard: readonly Hearing[]): Promise<Map<string, ArtifactEvent>> {
  const told = heard.filter(({ heard: { way } }) => way === 'told')
  if (told.length === 0) return new Map()
  const rows = await query(
    `SELECT e.source, e.told_as, e.json FROM unnest($1::text[], $2::text[]) AS t (source, id)
     JOIN @events e ON e.told_as = t.id AND e.source = t.source`,
    told.map(({ source }) => pgText(source)),
    told.map(({ event }) => pgId(event.event_id)),
  )
  return new Map(rows.map(({ source, told_as, json }) => [toldKey(source as string, told_as as string), eventIn(json)]))
}

async function sameOf(query: Query, heard: readonly Hearing[]): Promise<Map<string, SameChange[]>> {
  const rows = await query(
    `SELECT c.change, e.source, e.event_id, e.received_at, e.told_as, e.json
     FROM (SELECT DISTINCT change FROM unnest($1::text[]) AS u (change)) c CROSS JOIN LATERAL (
       SELECT * FROM @events WHERE change = c.change ORDER BY seq DESC LIMIT ${TWINS}) e
     ORDER BY e.seq DESC`,
    heard.map(({ heard: { change } }) => change),
  )
  const found = new Map<string, SameChange[]>()
  for (const row of rows) {
    const change = row['change'] as string
    const same = found.get(change) ?? []
    found.set(change, same)
    same.push({
      source: row['source'] as string,
      receivedAt: row['received_at'] as number,
      eventId: row['event_id'] as string,
      toldAs: row['told_as'] as string | null,
      event: () => eventIn(row['json']),
    })
  }
  return found
}

const eventIn = (json: unknown): ArtifactEvent => JSON.parse(json as string) as ArtifactEvent
