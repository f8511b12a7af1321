import type { Attempt } from '../../delivery/delivery.js'
import { unchanging } from '../../delivery/sent-request.js'
import type { Connection } from './connection.js'
import type { GroupCommit } from './group-commit.js'

/** The numbers of requests that are on the disk, by their text. */
const known = new WeakMap<Connection, Map<string, number>>()
/** A webhook has few; those of one whose settings change all the time are looked up again. */
const MOST_KNOWN = 1_000

/** The number under which the request of an attempt is kept, once for all attempts that are alike. */
export function requestOf({ db, commit }: { db: Connection; commit: GroupCommit }, attempt: Attempt): number | null {
  const text = unchanging(attempt)
  if (text === null) return null
  const numbers = known.get(db) ?? new Map<string, number>()
  known.set(db, numbers)
  const kept = numbers.get(text)
  if (kept !== undefined) return kept
  db.run('INSERT INTO requests (json) VALUES (?) ON CONFLICT (json) DO NOTHING', text)
  const number = db.get('SELECT id FROM requests WHERE json = ?', text)!['id'] as number
  commit.afterCommit(() => {
    if (numbers.size >= MOST_KNOWN) numbers.clear()
    numbers.set(text, number)
  })
  return number
}

/** Attempts with what was sent: to be followed by a condition on `a`. */
export const ATTEMPTS = 'SELECT a.*, r.json AS sent FROM attempts a LEFT JOIN requests r ON r.id = a.request'
