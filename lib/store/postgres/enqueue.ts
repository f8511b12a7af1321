import type { MaskedRequest } from '../../delivery/delivery.js'
import { underId } from '../../delivery/sent-request.js'
import type { StoredDelivery } from '../../delivery/stored.js'
import { termsOf } from '../../events/search-terms.js'
import type { Enqueued, NewRecord } from '../delivery-queue.js'
import { deliveryOf, type Row } from '../rows.js'
import { PENDING, STATUSES } from '../statuses.js'
import { type Inserted, newDelivery, storedFrom } from '../taken-in.js'
import type { Query } from './database.js'
import { byGiven, storedAlready, timed } from './ids.js'
import { Places } from './places.js'
import { pgId, pgText, pgTextOrNull } from './text.js'
import type { Outcome, Step, Transaction } from './writer.js'

const SET_REQUEST = 'UPDATE @bodies SET request = $2::text WHERE seq = $1::bigint'

const DRY_RUN = STATUSES.indexOf('dry-run')

const INSERT = `
  WITH x AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], $15::bytea[], $16::text[],
      $17::text[], $18::text[], $19::text[], $20::text[])
    WITH ORDINALITY AS t (id, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name,
      collection, order_key, created_at, due_at, claim, terms, payload, slots, content_type, message, event, request, n)
  ), l AS MATERIALIZED (
    -- nobody can take these away until the transaction ends: what is claimed under them is known to whoever does
    SELECT thing, fence FROM @leases
    WHERE thing IN (SELECT DISTINCT 'webhook/' || webhook_id FROM x WHERE claim IS NOT NULL) ORDER BY thing FOR SHARE
  ), y AS (
    -- one that was made before its event came keeps its id
    SELECT x.*, e.sources, e.sample, e.place, l.fence,
      CASE WHEN EXISTS (SELECT FROM @deliveries u WHERE u.id = x.id) THEN x.id ELSE ${timed('x.id', 'e.came')} END AS own
    FROM x LEFT JOIN l ON l.thing = 'webhook/' || x.webhook_id AND l.fence = x.claim
    CROSS JOIN LATERAL (
      -- without an order or a limit, by which a server that has not analysed the table would be led astray to its beginning
      SELECT count(*) AS sources, min(seq) AS place, coalesce(bool_and(left(source, 7) = 'sample:'), false) AS sample,
        (array_agg(received_at ORDER BY seq))[1] AS came
      FROM @events WHERE event_id = x.event_id) e
  ), d AS (
    INSERT INTO @deliveries (id, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name,
      collection, order_key, place, status, created_at, due_at, claim, finished_at, sample, terms)
    SELECT own, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name, collection,
      order_key, coalesce(place, (SELECT coalesce(max(seq), 0) FROM @events)), $21::smallint, created_at, due_at, fence, CASE WHEN $21::smallint = ${DRY_RUN} THEN created_at END,
      CASE WHEN sample THEN 1 ELSE 0 END, replace(terms, lower(id), lower(own))
    FROM y ORDER BY n ON CONFLICT (id) DO NOTHING RETURNING seq, id, sample, claim
  ), b AS (
    INSERT INTO @bodies (seq, payload, slots, content_type, message, event, request)
    -- where exactly one source brought an event with this id, the id alone finds it again
    SELECT d.seq, y.payload, y.slots, y.content_type, y.message, CASE WHEN y.sources = 1 THEN NULL ELSE y.event END, y.request
    FROM d JOIN y ON y.own = d.id
  )
  SELECT d.seq, d.id, d.sample, d.claim, y.id AS given FROM d JOIN y ON y.own = d.id`

interface State {
  readonly orderKey: string | null
  readonly dueAt: number | null
  /** The fence of the lease under which it is claimed, if that is still the newest one. */
  readonly claim: number | null
}

async function insert(
  query: Query,
  status: number,
  entries: readonly { readonly entry: NewRecord; readonly state: State; readonly request?: MaskedRequest }[],
): Promise<Map<string, Row>> {
  if (entries.length === 0) return new Map()
  const of = (value: (entry: NewRecord) => unknown) => entries.map(({ entry }) => value(entry))
  const rows = await query(
    INSERT,
    of(({ id }) => id),
    of(({ event }) => pgId(event.event_id)),
    of(({ automation }) => pgText(automation.id)),
    of(({ automation }) => pgText(automation.name)),
    of(({ webhook }) => webhook.id),
    of(({ webhook }) => pgText(webhook.name)),
    of(({ sender }) => sender.id),
    of(({ sender }) => pgText(sender.name)),
    of(({ orderKey }) => pgTextOrNull(orderKey)),
    entries.map(({ state }) => pgTextOrNull(state.orderKey)),
    of(({ createdAt }) => createdAt),
    entries.map(({ state }) => state.dueAt),
    entries.map(({ state }) => state.claim),
    of(({ event, id }) => pgText(termsOf(event, id))),
    of(({ payload }) => payload),
    of(({ slots }) => (slots.length === 0 ? null : JSON.stringify(slots))),
    of(({ contentType }) => pgTextOrNull(contentType)),
    of(({ message }) => pgTextOrNull(message)),
    of(({ event }) => JSON.stringify(event)),
    entries.map(({ request }) => (request === undefined ? null : JSON.stringify(request))),
    status,
  )
  return byGiven(rows)
}

const withIdOf = (entry: NewRecord, row: Row): NewRecord => ({ ...entry, id: row['id'] as string })

interface Wish {
  readonly entry: NewRecord
  /** Of the lease under which it is to be claimed, when this instance has it. */
  readonly fence: number | null
}

export function enqueueStep(taken: (delivery: StoredDelivery) => void): Step<Wish, Enqueued> {
  return {
    order: 3,
    locks: (_query, items) => Places.keys(items),
    async run(transaction, items) {
      const { query, deltas } = transaction
      const places = await Places.of(transaction, items)
      const first = new Map<string, { entry: NewRecord; state: State }>()
      const news: { entry: NewRecord; state: State }[] = []
      for (const { entry, fence } of places.sorted(items)) {
        if (first.has(entry.id)) continue
        const dueAt = places.dueAt(entry)
        const state = {
          orderKey: entry.ordered ? entry.orderKey : null,
          dueAt,
          claim: dueAt === entry.createdAt ? fence : null,
        }
        first.set(entry.id, { entry, state })
        news.push({ entry, state })
      }
      let stored = await insert(query, PENDING, news)
      let there = await storedAlready(
        query,
        news.filter(({ entry }) => !stored.has(entry.id)).map(({ entry }) => entry),
        'd.*',
      )
      // What was only tried may now be sent.
      const tried = [...there.values()].filter(({ status }) => status === DRY_RUN).map(({ id }) => id as string)
      if (tried.length > 0) {
        const isTried = ({ entry }: { readonly entry: NewRecord }) => there.get(entry.id)?.['status'] === DRY_RUN
        await query('DELETE FROM @bodies WHERE seq IN (SELECT seq FROM @deliveries WHERE id = ANY ($1::text[]))', tried)
        await query('DELETE FROM @deliveries WHERE id = ANY ($1::text[])', tried)
        const again = await insert(query, PENDING, news.filter(isTried))
        stored = new Map([...stored, ...again])
        there = await storedAlready(
          query,
          news.filter(({ entry }) => there.has(entry.id) && !again.has(entry.id)).map(({ entry }) => entry),
          'd.*',
        )
      }
      await places.letThrough(query)
      const given = new Set<string>()
      return items.map((item): Outcome<Enqueued> => {
        const row = stored.get(item.entry.id)
        if (row === undefined)
          return { value: { delivery: deliveryOf(there.get(item.entry.id)!), duplicate: true, claimed: null } }
        const { state } = first.get(item.entry.id)!
        const entry = withIdOf(item.entry, row)
        const delivery = newDelivery(entry, 'pending', state.dueAt)
        if (given.has(entry.id)) return { value: { delivery, duplicate: true, claimed: null } }
        given.add(entry.id)
        deltas.of(entry.webhook.id, entry.sender.id).added++
        const fence = row['claim'] as number | null
        if (fence === null) {
          transaction.tellOthers()
          return { value: { delivery, duplicate: false, claimed: null } }
        }
        const claimed = storedFrom(entry, insertedOf(row), fence)
        return { value: { delivery, duplicate: false, claimed }, after: () => taken(claimed) }
      })
    },
  }
}

export async function putDryRun({ query }: Transaction, entry: NewRecord, request: MaskedRequest): Promise<Enqueued> {
  const state = { orderKey: null, dueAt: null, claim: null }
  const stored = (await insert(query, DRY_RUN, [{ entry, state, request }])).get(entry.id)
  if (stored !== undefined) {
    const known = withIdOf(entry, stored)
    const shown = underId(request, known.id)
    if (known.id !== entry.id) await query(SET_REQUEST, stored['seq'], JSON.stringify(shown))
    return { delivery: newDelivery(known, 'dry-run', null), duplicate: false, claimed: null }
  }
  const there = await storedAlready(query, [entry], 'd.*')
  return { delivery: deliveryOf(there.get(entry.id)!), duplicate: true, claimed: null }
}

const insertedOf = (row: Row): Inserted => ({ seq: row['seq'] as number, sample: row['sample'] === 1 })
