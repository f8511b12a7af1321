import type { Lease, Thing } from '../lease.js'
import type { Query } from './database.js'

/** There is a row of each thing. @param things sorted, so that no two who do this wait for each other */
export async function announce(query: Query, things: readonly Thing[]): Promise<void> {
  await query(
    'INSERT INTO @leases (thing, fence) SELECT t, 0 FROM unnest($1::text[]) AS x (t) ORDER BY t ON CONFLICT DO NOTHING',
    things,
  )
}

/** Takes what nobody has. Only one instance can have it, and only one that lives. */
export async function take(query: Query, things: readonly Thing[], instance: number): Promise<Lease[]> {
  const rows = await query(
    `WITH me AS MATERIALIZED (SELECT id FROM @instances WHERE id = $2 FOR SHARE)
     UPDATE @leases l SET owner = me.id, fence = l.fence + 1 FROM me
     WHERE l.thing = ANY ($1::text[]) AND l.owner IS NULL RETURNING l.thing, l.fence`,
    things,
    instance,
  )
  return rows.map(({ thing, fence }) => ({ thing: thing as Thing, fence: fence as number }))
}
