import type { MaskedRequest } from '../../delivery/delivery.js'
import { withTime } from '../../delivery/id.js'
import { underId } from '../../delivery/sent-request.js'
import { isSample } from '../../events/sample-source.js'
import { termsOf } from '../../events/search-terms.js'
import type { Enqueued, NewRecord } from '../delivery-queue.js'
import { idText } from '../id-text.js'
import { deliveryOf } from '../rows.js'
import { PENDING, STATUSES } from '../statuses.js'
import { type Inserted, newDelivery, storedFrom } from '../taken-in.js'
import type { Row } from './connection.js'
import type { Context } from './context.js'

const INSERT = `
  INSERT INTO deliveries (id, event_id, event_seq, automation_id, automation_name, webhook_id, webhook_name, sender_id,
    sender_name, collection, order_key, status, created_at, due_at, finished_at, sample, terms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`

export function enqueue(context: Context, record: NewRecord): Promise<Enqueued> {
  const { commit, claims, ordered, fence } = context
  return commit.write(() => {
    const placed = placeOf(context, record)
    const { entry } = placed
    const orderKey = entry.ordered ? entry.orderKey : null
    if (orderKey !== null) ordered.add(entry.webhook.id)
    const waits = orderKey !== null && hasPending(context, entry.webhook.id, orderKey)
    const dueAt = waits ? null : entry.createdAt
    const state = { status: PENDING, orderKey, dueAt, finishedAt: null, request: null }
    let inserted = insert(context, placed, state)
    if (inserted === null) {
      const there = existing(context, entry.id)
      if (there.delivery.status !== 'dry-run') return there
      // What was only tried may now be sent.
      remove(context, entry.id)
      inserted = insert(context, placed, state)!
    }
    const claimed = entry.claim && !waits ? storedFrom(entry, inserted, fence) : null
    if (claimed !== null) commit.afterCommit(() => claims.take(entry.webhook.id, claimed.seq))
    return { delivery: newDelivery(entry, 'pending', dueAt), duplicate: false, claimed }
  })
}

/** Whether a delivery of this collection is on its way, so that a new one has to wait. */
export function hasPending({ db }: Pick<Context, 'db'>, webhook: string, orderKey: string): boolean {
  const sql = 'SELECT 1 FROM deliveries WHERE status = 0 AND webhook_id = ? AND order_key = ? LIMIT 1'
  return db.get(sql, webhook, orderKey) !== undefined
}

export function putDryRun(context: Context, record: NewRecord, request: MaskedRequest): Promise<Enqueued> {
  return context.commit.write(() => {
    const placed = placeOf(context, record)
    const { entry } = placed
    const status = STATUSES.indexOf('dry-run')
    const state = {
      status,
      orderKey: null,
      dueAt: null,
      finishedAt: entry.createdAt,
      request: underId(request, entry.id),
    }
    if (insert(context, placed, state) === null) return existing(context, entry.id)
    return { delivery: newDelivery(entry, 'dry-run', null), duplicate: false, claimed: null }
  })
}

interface State {
  readonly status: number
  readonly orderKey: string | null
  readonly dueAt: number | null
  readonly finishedAt: number | null
  readonly request: MaskedRequest | null
}

interface Placed {
  /** The record, under the id that it has in this store. */
  readonly entry: NewRecord
  /** The number of the first event with its event's id; null: none came, as where a flow makes its own. */
  readonly eventSeq: number | null
  /** The sources that brought an event with this id. */
  readonly sources: readonly string[]
}

const EVENTS = 'SELECT seq, source, received_at FROM events WHERE event_id = ?'
/** Of the same record, made before its event came, or by a version that put no times in. The plus sign: the index is that of the event. */
const UNTIMED = 'SELECT 1 FROM deliveries WHERE event_seq IS NULL AND event_id = ? AND +id = ?'

function placeOf({ db }: Pick<Context, 'db'>, record: NewRecord): Placed {
  const eventId = idText(record.event.event_id)
  const events = db.all(EVENTS, eventId)
  const sources = events.map((row) => row['source'] as string)
  const first = events.reduce<Row | null>((a, b) => (a === null || b['seq']! < a['seq']! ? b : a), null)
  if (first === null) return { entry: record, eventSeq: null, sources }
  const id = withTime(record.id, first['received_at'] as number)
  const isKnown = id === record.id || db.get(UNTIMED, eventId, record.id) !== undefined
  return { entry: isKnown ? record : { ...record, id }, eventSeq: first['seq'] as number, sources }
}

function insert({ db }: Context, { entry, eventSeq, sources }: Placed, state: State): Inserted | null {
  const { id, event, automation, webhook, sender } = entry
  const sample = sources.length > 0 && sources.every(isSample)
  const { changes, lastInsertRowid } = db.run(
    INSERT,
    id,
    idText(event.event_id),
    eventSeq,
    automation.id,
    automation.name,
    webhook.id,
    webhook.name,
    sender.id,
    sender.name,
    entry.orderKey,
    state.orderKey,
    state.status,
    entry.createdAt,
    state.dueAt,
    state.finishedAt,
    sample ? 1 : 0,
    termsOf(event, id),
  )
  if (changes === 0) return null
  db.run(
    'INSERT INTO bodies (seq, payload, slots, content_type, message, event, request) VALUES (?, ?, ?, ?, ?, ?, ?)',
    lastInsertRowid,
    entry.payload,
    entry.slots.length === 0 ? null : JSON.stringify(entry.slots),
    entry.contentType ?? null,
    entry.message,
    // where exactly one source brought an event with this id, the id alone finds it again
    sources.length === 1 ? null : JSON.stringify(event),
    state.request === null ? null : JSON.stringify(state.request),
  )
  return { seq: Number(lastInsertRowid), sample }
}

function remove({ db }: Context, id: string): void {
  db.run('DELETE FROM bodies WHERE seq = (SELECT seq FROM deliveries WHERE id = ?)', id)
  db.run('DELETE FROM deliveries WHERE id = ?', id)
}

function existing({ db }: Context, id: string): Enqueued {
  const row = db.get('SELECT * FROM deliveries WHERE id = ?', id)!
  return { delivery: deliveryOf(row), duplicate: true, claimed: null }
}
