import { idOf } from '../id-text.js'
import type { Change } from '../ownership.js'
import { ROUTING, STATUSES } from '../statuses.js'
import { eventAside, SET_ASIDE, type SetAside, type Suspect } from '../suspects.js'
import type { Tally } from '../tally.js'
import type { Deltas } from './counts.js'
import type { Query } from './database.js'
import { letGo } from './record.js'
import { ACCUSED, SUSPECT } from './suspects.js'

type Seqs = Readonly<Record<Suspect['kind'], readonly number[]>>

/** What an instance that ended had in hand, as it had noted it. */
export interface Held {
  readonly instance: number
  /** In hand beside others. */
  readonly accused: Seqs
  /** Accused before, and in hand alone. */
  readonly guilty: Seqs
}

/** Takes the notes of an instance that ended away: each end counts once. */
export async function heldBy(query: Query, instance: number): Promise<Held> {
  const rows = await query('DELETE FROM @in_hand WHERE instance = $1 RETURNING kind, seq, alone', instance)
  const of = (alone: boolean): Seqs => {
    const seqs = (kind: Suspect['kind']) =>
      rows.filter((row) => row['alone'] === alone && row['kind'] === kind).map(({ seq }) => seq as number)
    return { event: seqs('event'), delivery: seqs('delivery'), output: seqs('output') }
  }
  return { instance, accused: of(false), guilty: of(true) }
}

/** Notes of instances that were thought dead while they made them: nobody counts those. */
export async function dropStrayNotes(query: Query): Promise<void> {
  await query('DELETE FROM @in_hand h WHERE NOT EXISTS (SELECT 1 FROM @instances i WHERE i.id = h.instance)')
}

/** What an instance that ended had becomes suspect, in SQL that sets columns of it: what was in hand besides is accused. */
export const blame = (accused: string, instance: string): string =>
  `ends = CASE WHEN seq = ANY (${accused}::bigint[]) THEN ${ACCUSED} ELSE ${SUSPECT} END,
   blamed = CASE WHEN seq = ANY (${accused}::bigint[]) THEN ${instance}::bigint END`

/** Accuses events that it may have had longer than others: a person caught up with them. */
export async function accuseEvents(query: Query, { instance, accused }: Held): Promise<void> {
  if (accused.event.length === 0) return
  await query(
    `UPDATE @events SET ends = ${ACCUSED}, blamed = $2 WHERE seq = ANY ($1::bigint[]) AND routed <> ${ROUTING.aside}`,
    accused.event,
    instance,
  )
}

interface Counting {
  readonly query: Query
  readonly schema: string
  readonly tally: Tally
  readonly deltas: Deltas
}

export interface PutAside {
  readonly setAside: readonly SetAside[]
  /** What this instance is to hear of it: it does not hear what it tells the others. */
  readonly changes: readonly Change[]
}

/** Nothing of what was in hand alone at the end of an instance is tried again until a person says so. */
export async function setAside(counting: Counting, { instance, guilty }: Held, now: number): Promise<PutAside> {
  const { query } = counting
  const deliveries = await asideDeliveries(counting, guilty.delivery, instance, now)
  const events = await of(
    query,
    `UPDATE @events e SET routed = ${ROUTING.aside}, instance = NULL, open_key = NULL, ends = 0, blamed = $2
     WHERE seq = ANY ($1::bigint[]) AND routed <> ${ROUTING.aside} RETURNING source, event_id`,
    guilty.event,
    instance,
  )
  const outputs = await of(
    query,
    `UPDATE @deliveries d SET owed = 0, ends = 0, blamed = NULL
     WHERE seq = ANY ($1::bigint[]) AND owed = 1 RETURNING id`,
    guilty.output,
  )
  return {
    setAside: [
      ...deliveries.setAside,
      ...events.map((row) => eventAside(row['source'] as string, row['event_id'] as string)),
      ...outputs.map(({ id }): SetAside => ({ kind: 'output', id: idOf(id as string) })),
    ],
    changes: deliveries.changes,
  }
}

async function asideDeliveries(
  { query, schema, tally, deltas }: Counting,
  seqs: readonly number[],
  instance: number,
  now: number,
): Promise<PutAside> {
  const rows = await of(
    query,
    `UPDATE @deliveries d SET status = ${STATUSES.indexOf('failed')}, status_code = NULL, due_at = NULL, finished_at = $2,
       error_code = $3, error_message = $4, cancel = false, owed = 1, ends = 0, blamed = $5
     WHERE seq = ANY ($1::bigint[]) AND status = 0 AND claim IS NULL
     RETURNING id, webhook_id, sender_id, automation_id, order_key, sample`,
    seqs,
    now,
    SET_ASIDE.code,
    SET_ASIDE.message,
    instance,
  )
  const changes: Change[] = []
  for (const row of rows) {
    const [webhook, sender] = [row['webhook_id'] as string, row['sender_id'] as string]
    if (row['sample'] === 0) tally.finished(row['automation_id'] as string, webhook, now, 'failed')
    const delta = deltas.of(webhook, sender)
    delta.finished++
    delta.owed++
    changes.push({ kind: 'deliveries', webhook, sender, count: -1 }, { kind: 'outputs', sender })
  }
  const keyed = rows.flatMap((row) => {
    const key = row['order_key'] as string | null
    return key === null
      ? []
      : [{ webhook: row['webhook_id'] as string, sender: row['sender_id'] as string, key, at: now }]
  })
  await letGo(query, schema, keyed)
  for (const { webhook, sender } of keyed) {
    deltas.of(webhook, sender).woken++
    changes.push({ kind: 'deliveries', webhook, sender, count: 0 })
  }
  return { setAside: rows.map(({ id }): SetAside => ({ kind: 'delivery', id: id as string })), changes }
}

const of = (query: Query, sql: string, seqs: readonly number[], ...values: readonly unknown[]) =>
  seqs.length === 0 ? Promise.resolve([]) : query(sql, seqs, ...values)
