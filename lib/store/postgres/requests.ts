import { createHash } from 'node:crypto'
import { unchanging } from '../../delivery/sent-request.js'
import type { AttemptRecord } from '../delivery-queue.js'
import { goesAlong, type Query } from './database.js'
import { pgText } from './text.js'

/** What was sent, without what differs between attempts. */
export interface Sent {
  readonly text: string
  /** SHA-256. */
  readonly id: Buffer
}

export function requestOf({ attempt }: AttemptRecord): Sent | null {
  const text = attempt === null ? null : unchanging(attempt)
  return text === null ? null : { text: pgText(text), id: createHash('sha256').update(text).digest() }
}

/** A webhook has few requests that differ; those of one whose settings change all the time are written again. */
const MOST_KNOWN = 1_000
/** So long a request is taken to be there, in milliseconds: the attempt with which it was written is kept much longer. */
const KNOWN_MS = 600_000

/** Texts of requests that are in the table. */
export class KnownRequests {
  readonly #until = new Map<string, number>()
  readonly #now: () => number

  /** @param now milliseconds, which only go on */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  has(text: string): boolean {
    return this.#now() < (this.#until.get(text) ?? 0)
  }

  add(text: string): void {
    if (this.has(text)) return
    if (this.#until.size >= MOST_KNOWN) this.#until.clear()
    this.#until.set(text, this.#now() + KNOWN_MS)
  }
}

/** What is there already is locked, so that nobody drops it before its new attempt is seen. */
export function putRequests(query: Query, requests: Iterable<Sent | null>, known: KnownRequests): void {
  const fresh = new Map<string, Buffer>()
  for (const each of requests) if (each !== null && !known.has(each.text)) fresh.set(each.text, each.id)
  if (fresh.size === 0) return
  const sorted = [...fresh].sort(([, a], [, b]) => Buffer.compare(a, b))
  goesAlong(
    query,
    `INSERT INTO @requests (id, json) SELECT * FROM unnest($1::bytea[], $2::text[])
     ON CONFLICT (id) DO UPDATE SET json = excluded.json`,
    sorted.map(([, id]) => id),
    sorted.map(([text]) => text),
  )
}

/** Drops those of these requests that no attempt has any more. */
export async function dropRequests(query: Query, ids: readonly Buffer[]): Promise<void> {
  if (ids.length === 0) return
  // whoever writes one of them now is waited for, and what it wrote is seen by the next statement
  await query('SELECT 1 FROM @requests WHERE id = ANY ($1::bytea[]) ORDER BY id FOR UPDATE', ids)
  await query(
    `DELETE FROM @requests r WHERE r.id = ANY ($1::bytea[])
       AND (SELECT 1 FROM @attempts a WHERE a.request = r.id LIMIT 1) IS NULL`,
    ids,
  )
}
