import { AutomationError } from '../../error.js'
import { webhookOf } from '../lease.js'
import { ROUTING } from '../statuses.js'
import { Tally } from '../tally.js'
import { NOW } from './clock.js'
import { Deltas, writeCounts } from './counts.js'
import type { Query } from './database.js'

/** What has not said for so long that it is alive, is not: its leases go to others. Milliseconds. */
export const LIFE_MS = 6_000

/** A process with the store open. */
export interface Instance {
  readonly id: number
  /** Small, and its own while it lives. */
  readonly slot: number
}

/** How far back an instance that died may have left something unfinished, in ms. */
export interface Within {
  readonly suspect: number
  readonly reroute: number
}

/** @param now by whoever uses the store */
export async function register(query: Query, now: number): Promise<Instance> {
  // one at a time, so that no two have a slot
  await query('LOCK TABLE @instances IN SHARE ROW EXCLUSIVE MODE')
  const [row] = await query(
    `INSERT INTO @instances (slot, seen_at, alive_at)
     SELECT (SELECT min(s) FROM generate_series(0, (SELECT count(*) FROM @instances)) s
       WHERE s NOT IN (SELECT slot FROM @instances)), ${NOW}, $1
     RETURNING id, slot`,
    now,
  )
  return { id: row!['id'] as number, slot: row!['slot'] as number }
}

export interface Reaped {
  readonly count: number
  /** Whose outputs nobody gives now. */
  readonly owedTo: readonly string[]
  /** When the last of them was last seen alive, by its own word. */
  readonly lastAlive: number | null
  readonly interrupted: number
}

/** Puts in order what instances left behind that have not been seen for too long. */
export async function reap(query: Query, me: Instance, now: number, within: Within): Promise<Reaped> {
  const dead = await query(
    `DELETE FROM @instances WHERE id <> $1 AND seen_at < ${NOW} - ${LIFE_MS} RETURNING id, alive_at`,
    me.id,
  )
  let [lastAlive, interrupted]: [number | null, number] = [null, 0]
  const owedTo = new Set<string>()
  for (const { id, alive_at } of dead) {
    lastAlive = Math.max(lastAlive ?? 0, alive_at as number)
    await suspect(query, id as number, alive_at as number, within)
    interrupted += await free(query, { owner: id as number, things: null }, me, now)
    const owed = await query(
      'UPDATE @deliveries SET owed = 1 WHERE owed = $1 RETURNING webhook_id, sender_id',
      -(id as number),
    )
    const deltas = new Deltas()
    for (const row of owed) {
      owedTo.add(row['sender_id'] as string)
      deltas.of(row['webhook_id'] as string, row['sender_id'] as string).owed++
    }
    writeCounts(query, { me, half: 0 }, new Tally(), deltas)
  }
  return { count: dead.length, lastAlive, interrupted, owedTo: [...owedTo] }
}

/** What an instance gave its flows that may not have settled, for whoever asks next. */
async function suspect(query: Query, instance: number, alive: number, { suspect, reroute }: Within): Promise<void> {
  await query('UPDATE @events SET instance = NULL WHERE routed <> 1 AND instance = $1', instance)
  await query(
    `UPDATE @events SET instance = NULL, routed = CASE WHEN received_at >= $3 THEN ${ROUTING.waiting} ELSE ${ROUTING.suspect} END
     WHERE routed = ${ROUTING.routed} AND instance = $1 AND seq > ${LAST_BEFORE}`,
    instance,
    alive - suspect,
    alive - reroute,
  )
}

/** The newest event that came before $2: nothing after it is older, but for a clock that was set back. */
const LAST_BEFORE = 'coalesce((SELECT seq FROM @events WHERE received_at < $2 ORDER BY seq DESC LIMIT 1), 0)'

/** Marks what an instance gave its flows since then: it may not have settled. */
export async function suspectEvents(query: Query, { id }: Instance, since: number): Promise<void> {
  await query(
    `UPDATE @events SET routed = ${ROUTING.suspect}, instance = NULL
     WHERE routed = ${ROUTING.routed} AND instance = $1 AND received_at >= $2 AND seq > ${LAST_BEFORE}`,
    id,
    since,
  )
}

interface Owned {
  readonly owner: number
  /** Null: all that it owns. */
  readonly things: readonly string[] | null
}

/** Takes leases away: what was claimed under them is void, and what was on its way is made again. @returns how many were */
export async function free(query: Query, { owner, things }: Owned, me: Instance, now: number): Promise<number> {
  const rows = await query(
    `UPDATE @leases SET owner = NULL, fence = fence + 1
     WHERE owner = $1 AND ($2::text[] IS NULL OR thing = ANY ($2::text[])) RETURNING thing`,
    owner,
    things,
  )
  const webhooks = rows.map(({ thing }) => webhookOf(thing as 'webhook/x')).filter((id) => id !== null)
  if (webhooks.length === 0) return 0
  const cut = await query(
    `INSERT INTO @attempts (delivery, number, started_at, duration_ms, error_code, error_message)
     SELECT seq, attempts + 1, started_at, 0, 'interrupted', 'Node-RED stopped while the request was on its way.'
     FROM @deliveries WHERE webhook_id = ANY ($1::text[]) AND status = 0 AND claim IS NOT NULL AND started_at IS NOT NULL
     ON CONFLICT DO NOTHING RETURNING delivery`,
    webhooks,
  )
  const tally = new Tally()
  if (cut.length > 0) {
    const counted = await query(
      'SELECT automation_id, webhook_id, started_at FROM @deliveries WHERE seq = ANY ($1::bigint[]) AND sample = 0',
      cut.map(({ delivery }) => delivery),
    )
    for (const { automation_id: automation, webhook_id: webhook, started_at: at } of counted) {
      tally.attempt(automation as string, webhook as string, at as number, 0)
    }
  }
  const left = await query(
    `UPDATE @deliveries SET claim = NULL, started_at = NULL,
       attempts = attempts + (CASE WHEN started_at IS NULL THEN 0 ELSE 1 END),
       due_at = CASE WHEN started_at IS NULL THEN due_at ELSE $2 END
     WHERE webhook_id = ANY ($1::text[]) AND status = 0 AND claim IS NOT NULL RETURNING webhook_id, sender_id`,
    webhooks,
    now,
  )
  const deltas = new Deltas()
  for (const row of left) deltas.of(row['webhook_id'] as string, row['sender_id'] as string).woken++
  writeCounts(query, { me, half: 0 }, tally, deltas)
  return cut.length
}

/** @param now by whoever uses the store @param since what its flows got since then may not have settled */
export async function leave(query: Query, me: Instance, now: number, since: number): Promise<void> {
  await suspectEvents(query, me, since)
  await query('UPDATE @events SET instance = NULL WHERE routed <> 1 AND instance = $1', me.id)
  await free(query, { owner: me.id, things: null }, me, now)
  await query('UPDATE @deliveries SET owed = 1 WHERE owed = $1', -me.id)
  await query('DELETE FROM @instances WHERE id = $1', me.id)
}

export const notOpen = (): AutomationError =>
  new AutomationError('store_unavailable', 'The database is not open.', { statusText: 'store is closed' })
