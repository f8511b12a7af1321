import type { PendingCount } from '../delivery-queue.js'
import { ROUTING } from '../statuses.js'
import type { End, Opening, Start } from '../store.js'
import type { Tally } from '../tally.js'
import type { Connection } from './connection.js'
import type { Context } from './context.js'
import { lastSeqBefore, suspectEvents } from './events.js'
import { startedNow } from './record.js'
import { setAside } from './set-aside.js'
import { forget, judged, type NotedSuspects, readNotes, suspectsOf } from './suspects.js'
import { writeTally } from './write-tally.js'

/** After an unclean stop a store up to this size is checked before it is used; more would keep Node-RED waiting. */
const CHECKED_BYTES = 64 * 1024 * 1024

interface TakenOver extends Opening {
  readonly fence: number
  readonly suspects: NotedSuspects | null
}

/** What the last owner left behind is put in order, in one transaction. */
export function takeOver(db: Connection, tally: Tally, { now, suspectWithin, rerouteWithin }: Start): TakenOver {
  const clean = meta(db, 'clean') !== 0
  const inOrder = clean && meta(db, 'in_order') !== 0
  const lastAlive = meta(db, 'alive')
  if (!clean && pragma(db, 'page_count') * pragma(db, 'page_size') <= CHECKED_BYTES) quickCheck(db)
  db.exec('BEGIN IMMEDIATE')
  try {
    const interrupted = recordInterrupted(db, tally, now)
    if (!clean && lastAlive !== null) {
      const since = lastAlive - suspectWithin
      db.run(
        `UPDATE events SET routed = CASE WHEN received_at >= ? THEN ? ELSE ? END
         WHERE seq > ? AND routed NOT IN (${ROUTING.waiting}, ${ROUTING.aside})`,
        lastAlive - rerouteWithin,
        ROUTING.waiting,
        ROUTING.suspect,
        lastSeqBefore({ db }, since),
      )
    }
    const openings = meta(db, 'openings') ?? 0
    const fence = openings + 1
    const file = `${db.path}.in-hand`
    const notes = inOrder ? null : readNotes(file)
    const { guilty, accused } = notes?.fence === openings ? judged(notes) : NOBODY
    const aside = setAside(db, tally, guilty, now)
    putMeta(db, 'openings', fence)
    putMeta(db, 'clean', 0)
    putMeta(db, 'in_order', 0)
    putMeta(db, 'alive', now)
    writeTally(db, tally)
    db.exec('COMMIT')
    const suspects = inOrder ? null : suspectsOf(db, { file, fence, accused })
    if (inOrder) forget(file)
    return { clean, lastAlive, interrupted, fence, suspects, setAside: aside }
  } catch (error) {
    db.rollBack()
    throw error
  }
}

const NOBODY = { guilty: [], accused: [] }

/** Attempts of which only the start is known get their line in the history, and are made again at once. */
function recordInterrupted(db: Connection, tally: Tally, now: number): number {
  const cut = db.all(
    'SELECT automation_id, webhook_id, started_at FROM deliveries WHERE started_at IS NOT NULL AND sample = 0',
  )
  for (const { automation_id: automation, webhook_id: webhook, started_at: at } of cut) {
    tally.attempt(automation as string, webhook as string, at as number, 0)
  }
  db.run(
    `INSERT INTO attempts (delivery, number, started_at, duration_ms, error_code, error_message)
     SELECT seq, attempts + 1, started_at, 0, 'interrupted', 'Node-RED stopped while the request was on its way.'
     FROM deliveries WHERE started_at IS NOT NULL`,
  )
  const { changes } = db.run(
    'UPDATE deliveries SET attempts = attempts + 1, started_at = NULL, due_at = ? WHERE started_at IS NOT NULL',
    now,
  )
  return Number(changes)
}

function quickCheck(db: Connection): void {
  const result = db.get('PRAGMA quick_check(1)')?.['quick_check']
  if (result !== 'ok') throw Object.assign(new Error(String(result)), { errcode: 11 })
}

/** What the next owner finds. */
export function handOver(
  { db, suspects }: Pick<Context, 'db' | 'suspects'>,
  { now, suspectSince, started, inOrder = true }: End,
): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    startedNow(db, started)
    suspectEvents({ db }, suspectSince)
    putMeta(db, 'clean', 1)
    putMeta(db, 'in_order', inOrder ? 1 : 0)
    putMeta(db, 'alive', now)
    db.exec('COMMIT')
    suspects?.close(inOrder)
  } catch (error) {
    db.rollBack()
    throw error
  }
}

export function pendingCounts(db: Connection): PendingCount[] {
  const rows = db.all(
    `SELECT webhook_id AS webhook, sender_id AS sender, count(*) AS count FROM deliveries INDEXED BY deliveries_queue
     WHERE status = 0 GROUP BY webhook_id, sender_id`,
  )
  return rows.map(({ webhook, sender, count }) => ({
    webhook: webhook as string,
    sender: sender as string,
    count: count as number,
  }))
}

/** Writes something small, all the way to the disk. */
export function signOfLife(db: Connection, now: number): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    putMeta(db, 'alive', now)
    db.exec('COMMIT')
  } catch (error) {
    db.rollBack()
    throw error
  }
  db.syncNow()
}

export function meta(db: Connection, key: string): number | null {
  return (db.get('SELECT value FROM meta WHERE key = ?', key)?.['value'] as number | undefined) ?? null
}

export function putMeta(db: Connection, key: string, value: number): void {
  db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value)
}

function pragma(db: Connection, name: string): number {
  return Number(db.get(`PRAGMA ${name}`)?.[name])
}
