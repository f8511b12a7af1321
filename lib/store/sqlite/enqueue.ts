import type { MaskedRequest } from '../../delivery/delivery.js'
import { isSample } from '../../events/sample-source.js'
import { termsOf } from '../../events/search-terms.js'
import type { Enqueued, NewRecord } from '../delivery-queue.js'
import { idText } from '../id-text.js'
import { deliveryOf } from '../rows.js'
import { PENDING, STATUSES } from '../statuses.js'
import { type Inserted, newDelivery, storedFrom } from '../taken-in.js'
import type { Context } from './context.js'

const INSERT = `
  INSERT INTO deliveries (id, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name,
    collection, order_key, status, created_at, due_at, finished_at, sample, terms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`

export function enqueue(context: Context, entry: NewRecord): Promise<Enqueued> {
  const { commit, claims, ordered, fence } = context
  return commit.write(() => {
    const orderKey = entry.ordered ? entry.orderKey : null
    if (orderKey !== null) ordered.add(entry.webhook.id)
    const waits = orderKey !== null && hasPending(context, entry.webhook.id, orderKey)
    const dueAt = waits ? null : entry.createdAt
    const state = { status: PENDING, orderKey, dueAt, finishedAt: null, request: null }
    let inserted = insert(context, entry, state)
    if (inserted === null) {
      const there = existing(context, entry.id)
      if (there.delivery.status !== 'dry-run') return there
      // What was only tried may now be sent.
      remove(context, entry.id)
      inserted = insert(context, entry, state)!
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

export function putDryRun(context: Context, entry: NewRecord, request: MaskedRequest): Promise<Enqueued> {
  return context.commit.write(() => {
    const status = STATUSES.indexOf('dry-run')
    const state = { status, orderKey: null, dueAt: null, finishedAt: entry.createdAt, request }
    if (insert(context, entry, state) === null) return existing(context, entry.id)
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

function insert({ db }: Context, entry: NewRecord, state: State): Inserted | null {
  const { id, event, automation, webhook, sender } = entry
  const sources = sourcesOf({ db }, event.event_id)
  const sample = sources.length > 0 && sources.every(isSample)
  const { changes, lastInsertRowid } = db.run(
    INSERT,
    id,
    idText(event.event_id),
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

/** The sources that brought an event with this id, two at most. */
function sourcesOf({ db }: Pick<Context, 'db'>, eventId: string): string[] {
  const rows = db.all('SELECT source FROM events WHERE event_id = ? LIMIT 2', idText(eventId))
  return rows.map((row) => row['source'] as string)
}

function remove({ db }: Context, id: string): void {
  db.run('DELETE FROM bodies WHERE seq = (SELECT seq FROM deliveries WHERE id = ?)', id)
  db.run('DELETE FROM deliveries WHERE id = ?', id)
}

function existing({ db }: Context, id: string): Enqueued {
  const row = db.get('SELECT * FROM deliveries WHERE id = ?', id)!
  return { delivery: deliveryOf(row), duplicate: true, claimed: null }
}
