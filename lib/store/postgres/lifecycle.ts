import { AutomationError } from '../../error.js'
import { webhookOf } from '../lease.js'
import type { Change } from '../ownership.js'
import { PENDING, ROUTING } from '../statuses.js'
import { SET_ASIDE, type SetAside } from '../suspects.js'
import { Tally } from '../tally.js'
import { NOW } from './clock.js'
import { Deltas, writeCounts } from './counts.js'
import type { Query } from './database.js'
import { type Instance, LIFE_MS } from './instance.js'
import { redeliver } from './redeliver.js'
import { accuseEvents, blame, dropStrayNotes, type Held, heldBy, setAside } from './set-aside.js'
import { SUSPECT } from './suspects.js'

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
  readonly setAside: readonly SetAside[]
  /** What this instance is to hear of it. */
  readonly changes: readonly Change[]
  /** When the last of them was last seen alive, by its own word. */
  readonly lastAlive: number | null
  readonly interrupted: number
}

/** Puts in order what instances left behind that have not been seen for too long. */
export async function reap(query: Query, schema: string, me: Instance, now: number, within: Within): Promise<Reaped> {
  const dead = await query(
    `DELETE FROM @instances WHERE id <> $1 AND seen_at < ${NOW} - ${LIFE_MS} RETURNING id, alive_at`,
    me.id,
  )
  let [lastAlive, interrupted]: [number | null, number] = [null, 0]
  const aside: SetAside[] = []
  const changes: Change[] = []
  for (const { id, alive_at } of dead) {
    lastAlive = Math.max(lastAlive ?? 0, alive_at as number)
    const held = await heldBy(query, id as number)
    await suspect(query, held, alive_at as number, within)
    interrupted += await free(query, { owner: id as number, things: null, held }, me, now)
    const owed = await query(
      `UPDATE @deliveries SET owed = 1, ${blame('$2', '$3')} WHERE owed = $1 RETURNING webhook_id, sender_id`,
      -(id as number),
      held.accused.output,
      id,
    )
    const [tally, deltas] = [new Tally(), new Deltas()]
    for (const row of owed) {
      const [webhook, sender] = [row['webhook_id'] as string, row['sender_id'] as string]
      changes.push({ kind: 'outputs', sender })
      deltas.of(webhook, sender).owed++
    }
    const put = await setAside({ query, schema, tally, deltas }, held, now)
    aside.push(...put.setAside)
    changes.push(...put.changes)
    writeCounts(query, { me, half: 0 }, tally, deltas)
  }
  if (dead.length > 0) await dropStrayNotes(query)
  if (aside.length > 0) changes.push({ kind: 'aside', setAside: aside })
  return { count: dead.length, lastAlive, interrupted, setAside: aside, changes }
}

/** The others have taken everything from an instance that has not ended: what it had is not to blame for that. */
export async function comeBack(query: Query, schema: string, before: Instance, now: number): Promise<Instance> {
  const me = await register(query, now)
  await query(
    `UPDATE @events SET ends = ${SUSPECT}, blamed = NULL,
       routed = CASE WHEN routed = ${ROUTING.aside} THEN ${ROUTING.suspect} ELSE routed END WHERE blamed = $1`,
    before.id,
  )
  const blamed = await query(
    `UPDATE @deliveries SET ends = ${SUSPECT}, blamed = NULL WHERE blamed = $1 RETURNING *`,
    before.id,
  )
  const aside = blamed.filter((row) => row['status'] !== PENDING && row['error_code'] === SET_ASIDE.code)
  if (aside.length > 0) {
    const [tally, deltas] = [new Tally(), new Deltas()]
    await redeliver({ query, me, tally, deltas, tellOthers: () => {} }, schema, aside, now)
    writeCounts(query, { me, half: 0 }, tally, deltas)
  }
  return me
}

/** What an instance gave its flows that may not have settled, for whoever asks next. */
async function suspect(query: Query, held: Held, alive: number, { suspect, reroute }: Within): Promise<void> {
  const { instance, accused } = held
  await query(
    `UPDATE @events SET instance = NULL, ${blame('$2', '$1')} WHERE routed <> 1 AND instance = $1`,
    instance,
    accused.event,
  )
  await query(
    `UPDATE @events SET instance = NULL, routed = CASE WHEN received_at >= $3 THEN ${ROUTING.waiting} ELSE ${ROUTING.suspect} END,
       ${blame('$4', '$1')}
     WHERE routed = ${ROUTING.routed} AND instance = $1 AND seq > ${LAST_BEFORE}`,
    instance,
    alive - suspect,
    alive - reroute,
    accused.event,
  )
  await accuseEvents(query, held)
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
  /** What an owner had in hand that ended; null: it ended in order, and nothing of it is a suspect. */
  readonly held?: Held | null
}

/** Takes leases away: what was claimed under them is void, and what was on its way is made again. @returns how many were */
export async function free(query: Query, { owner, things, held }: Owned, me: Instance, now: number): Promise<number> {
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
  const ends = held ? `, ${blame('$3', '$4')}` : held === null ? ', ends = 0, blamed = NULL' : ''
  const left = await query(
    `UPDATE @deliveries SET claim = NULL, started_at = NULL,
       attempts = attempts + (CASE WHEN started_at IS NULL THEN 0 ELSE 1 END),
       due_at = CASE WHEN started_at IS NULL THEN due_at ELSE $2 END${ends}
     WHERE webhook_id = ANY ($1::text[]) AND status = 0 AND claim IS NOT NULL RETURNING webhook_id, sender_id`,
    webhooks,
    now,
    ...(held ? [held.accused.delivery, held.instance] : []),
  )
  const deltas = new Deltas()
  for (const row of left) deltas.of(row['webhook_id'] as string, row['sender_id'] as string).woken++
  writeCounts(query, { me, half: 0 }, tally, deltas)
  return cut.length
}

/** @param now by whoever uses the store @param since what its flows got since then may not have settled */
export async function leave(query: Query, me: Instance, now: number, since: number): Promise<void> {
  await suspectEvents(query, me, since)
  await query('UPDATE @events SET instance = NULL, ends = 0, blamed = NULL WHERE routed <> 1 AND instance = $1', me.id)
  await free(query, { owner: me.id, things: null, held: null }, me, now)
  await query('UPDATE @deliveries SET owed = 1, ends = 0, blamed = NULL WHERE owed = $1', -me.id)
  await query('DELETE FROM @in_hand WHERE instance = $1', me.id)
  await query('DELETE FROM @instances WHERE id = $1', me.id)
}

export const notOpen = (): AutomationError =>
  new AutomationError('store_unavailable', 'The database is not open.', { statusText: 'store is closed' })
