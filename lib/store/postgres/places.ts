import type { NewRecord } from '../delivery-queue.js'
import { STATUSES } from '../statuses.js'
import { NOW } from './clock.js'
import type { Query } from './database.js'
import { storedAlready } from './ids.js'
import type { OrderKey } from './locks.js'
import { pgId, pgText } from './text.js'
import type { Outcome, Step, Transaction } from './writer.js'

/** So long what is in order waits for an earlier event that another instance has in its flows, in milliseconds: … */
const PATIENCE_MS = 2_000
/** … longer where flows are slow, … */
const SLOW_MS = 1_000
const SLOW_PATIENCE_MS = 15_000
/** … and where nothing was heard of that instance for so long, or nobody has the event yet. */
const QUIET_MS = 2_500
const DEAD_PATIENCE_MS = 30_000

const DRY_RUN = STATUSES.indexOf('dry-run')

/** A pending delivery that others of its collection may have to wait for. */
interface Pending {
  readonly place: number
  readonly isTaken: boolean
  readonly seq: number
}

const keyOf = (webhook: string, key: string) => JSON.stringify([webhook, key])

/**
 * Where new deliveries stand among those of their collection: in the order in which their events were accepted, by whichever
 * instance. What may not go before an event that is still in the flows of another instance waits for it, though not for ever.
 */
export class Places {
  readonly #pending = new Map<string, Pending[]>()
  /** Of each event: its number, and until when it waits. */
  readonly #events = new Map<string, { readonly place: number; readonly until: number }>()
  /** Deliveries that are stored already: nothing waits for them because they come again. */
  readonly #known = new Set<string>()
  /** Deliveries that were first, and are not any more. */
  readonly #behind: number[] = []

  /** What has to be locked before. */
  static keys(items: readonly { readonly entry: NewRecord }[]): OrderKey[] {
    return items.flatMap(({ entry }) => {
      if (!entry.ordered || entry.orderKey === null) return []
      const key = pgText(entry.orderKey)
      return [
        { webhook: entry.webhook.id, key },
        { webhook: '', key },
      ]
    })
  }

  static async of({ query, me }: Transaction, items: readonly { readonly entry: NewRecord }[]): Promise<Places> {
    const places = new Places()
    const entries = items.flatMap(({ entry }) => (entry.ordered && entry.orderKey !== null ? [entry] : []))
    if (entries.length === 0) return places
    const keys = entries.map(({ webhook, orderKey }) => ({ webhook: webhook.id, key: pgText(orderKey!) }))
    const rows = await query(
      `SELECT d.webhook_id, d.order_key, d.seq, d.place, d.claim IS NOT NULL AS taken FROM @deliveries d
       JOIN (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS k (w, o)) k ON d.webhook_id = k.w AND d.order_key = k.o
       WHERE d.status = 0 AND (d.due_at IS NOT NULL OR d.claim IS NOT NULL)`,
      keys.map(({ webhook }) => webhook),
      keys.map(({ key }) => key),
    )
    for (const row of rows) {
      const key = keyOf(row['webhook_id'] as string, row['order_key'] as string)
      const one = { place: row['place'] as number, seq: row['seq'] as number, isTaken: row['taken'] === true }
      places.#pending.set(key, [...(places.#pending.get(key) ?? []), one])
    }
    const known = await storedAlready(query, entries, 'd.status')
    for (const [id, { status }] of known) if (status !== DRY_RUN) places.#known.add(id)
    await places.#readEvents(query, me.id, entries)
    return places
  }

  async #readEvents(query: Query, me: number, entries: readonly NewRecord[]): Promise<void> {
    const rows = await query(
      `SELECT x.event_id, e.place, e.at, o.patience FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::text[]) AS t (event_id, key)) x
       CROSS JOIN LATERAL (SELECT min(seq) AS place, min(received_at) AS at FROM @events WHERE event_id = x.event_id) e
       LEFT JOIN LATERAL (
         SELECT max(CASE WHEN v.instance IS NULL OR i.seen_at IS NULL OR i.seen_at < ${NOW} - ${QUIET_MS} THEN ${DEAD_PATIENCE_MS}
           ELSE v.handed_at + CASE WHEN ${NOW} - e.at < ${SLOW_MS} THEN ${PATIENCE_MS}
             ELSE ${SLOW_PATIENCE_MS} + 2 * (${NOW} - e.at) END - ${NOW} END) AS patience
         FROM @events v LEFT JOIN @instances i ON i.id = v.instance
         WHERE v.open_key = x.key AND v.seq < e.place AND (v.again OR v.instance IS DISTINCT FROM $3)) o ON true
       WHERE e.place IS NOT NULL`,
      entries.map(({ event }) => pgId(event.event_id)),
      entries.map(({ orderKey }) => pgText(orderKey!)),
      me,
    )
    for (const row of rows) {
      const place = row['place'] as number
      this.#events.set(row['event_id'] as string, {
        place,
        until: Math.max(0, (row['patience'] as number | null) ?? 0),
      })
    }
  }

  /** In the order in which they stand. */
  sorted<T extends { readonly entry: NewRecord }>(items: readonly T[]): readonly T[] {
    if (this.#events.size === 0) return items
    return [...items].sort((one, other) => this.#placeOf(one.entry) - this.#placeOf(other.entry))
  }

  #placeOf({ event }: NewRecord): number {
    return this.#events.get(pgId(event.event_id))?.place ?? Number.MAX_SAFE_INTEGER
  }

  /** When a new delivery is due; null: after those before it. */
  dueAt(entry: NewRecord): number | null {
    if (!entry.ordered || entry.orderKey === null || this.#known.has(entry.id)) return entry.createdAt
    const key = keyOf(entry.webhook.id, pgText(entry.orderKey))
    const pending = this.#pending.get(key) ?? []
    const { place, until } = this.#events.get(pgId(entry.event.event_id)) ?? {
      place: Number.MAX_SAFE_INTEGER,
      until: 0,
    }
    const waits = pending.some((each) => each.isTaken || each.place <= place)
    this.#pending.set(key, [...pending, { place, isTaken: false, seq: 0 }])
    if (waits) return null
    // those that were first until now, and that nobody has in hand, come after it
    for (const { seq } of pending) if (seq !== 0) this.#behind.push(seq)
    return entry.createdAt + until
  }

  /** After the new ones were stored. */
  async letThrough(query: Query): Promise<void> {
    if (this.#behind.length === 0) return
    await query('UPDATE @deliveries SET due_at = NULL WHERE seq = ANY ($1::bigint[]) AND claim IS NULL', this.#behind)
  }
}

/** Everything of these events has reached its sender: what waited for them alone may go. */
export const SETTLE: Step<{ readonly source: string; readonly eventId: string }, void> = {
  order: 5,
  inTurn: true,
  async locks(query, events) {
    const rows = await query(
      `SELECT DISTINCT e.open_key AS key FROM @events e JOIN unnest($1::text[], $2::text[]) AS x (source, event_id)
         ON e.source = x.source AND e.event_id = x.event_id WHERE e.open_key IS NOT NULL`,
      events.map(({ source }) => pgText(source)),
      events.map(({ eventId }) => pgId(eventId)),
    )
    return rows.map(({ key }) => ({ webhook: '', key: key as string }))
  },
  async run({ query, deltas, tellOthers }, events): Promise<Outcome<void>[]> {
    const closed = await query(
      `UPDATE @events e SET open_key = NULL FROM unnest($1::text[], $2::text[]) AS x (source, event_id),
         (SELECT seq, open_key FROM @events WHERE open_key IS NOT NULL) o
       WHERE e.source = x.source AND e.event_id = x.event_id AND o.seq = e.seq AND e.open_key IS NOT NULL
       RETURNING o.open_key AS key`,
      events.map(({ source }) => pgText(source)),
      events.map(({ eventId }) => pgId(eventId)),
    )
    const keys = [...new Set(closed.map(({ key }) => key as string))]
    if (keys.length > 0) {
      const gone = await query(
        `UPDATE @deliveries d SET due_at = d.created_at FROM @webhooks w
         WHERE w.ordering = 'collection' AND d.webhook_id = w.id AND d.status = 0 AND d.order_key = ANY ($1::text[])
           AND d.claim IS NULL AND d.attempts = 0 AND d.due_at > d.created_at
           AND NOT EXISTS (SELECT 1 FROM @events v WHERE v.open_key = d.order_key AND v.seq < d.place)
         RETURNING d.webhook_id, d.sender_id`,
        keys,
      )
      for (const row of gone) deltas.of(row['webhook_id'] as string, row['sender_id'] as string).woken++
      if (gone.length > 0) tellOthers()
    }
    return events.map(() => ({ value: undefined }))
  },
}
