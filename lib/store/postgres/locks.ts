import { createHash } from 'node:crypto'
import { laneOf } from '../lease.js'
import type { Query } from './database.js'

export interface OrderKey {
  /** Empty: the collection's events. */
  readonly webhook: string
  readonly key: string
}

/**
 * What waits for one another is looked at by one transaction at a time, whichever instance: until it ends. The keys come in
 * one order everywhere, so that no two wait for each other.
 */
export async function lockOrder(query: Query, schema: string, keys: readonly OrderKey[]): Promise<void> {
  if (keys.length === 0) return
  const numbers = new Set(keys.map(({ webhook, key }) => lockOf(`${schema} ${webhook} ${key}`)))
  const sorted = [...numbers].sort((a, b) => (a < b ? -1 : 1)).map(String)
  await query('SELECT pg_advisory_xact_lock(n) FROM unnest($1::bigint[]) AS t (n)', sorted)
}

const lockOf = (text: string): bigint => createHash('sha256').update(text).digest().readBigInt64BE()

/**
 * The fences of webhooks' leases, which nobody can take away until the transaction ends: what is claimed under them is known
 * to whoever does. 0: nobody ever had one.
 */
export async function currentFences(query: Query, webhooks: Iterable<string>): Promise<(webhook: string) => number> {
  const things = [...new Set(webhooks)].map(laneOf)
  if (things.length === 0) return () => 0
  const sql = 'SELECT thing, fence FROM @leases WHERE thing = ANY ($1::text[]) ORDER BY thing FOR SHARE'
  const rows = await query(sql, things)
  const fences = new Map(rows.map(({ thing, fence }) => [thing as string, fence as number]))
  return (webhook) => fences.get(laneOf(webhook)) ?? 0
}
