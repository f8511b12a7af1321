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
     UPDATE @leases l SET owner = me.id, fence = greatest(l.fence, (SELECT value FROM @meta WHERE key = 'fence')) + 1 FROM me
     WHERE l.thing = ANY ($1::text[]) AND l.owner IS NULL RETURNING l.thing, l.fence`,
    things,
    instance,
  )
  return rows.map(({ thing, fence }) => ({ thing: thing as Thing, fence: fence as number }))
}

/** Drops the rows of things that nobody has. What fence they had is kept: whoever takes such a thing again is a later owner. */
export async function drop(query: Query, things: readonly Thing[]): Promise<void> {
  await query(
    `WITH gone AS (DELETE FROM @leases WHERE thing = ANY ($1::text[]) AND owner IS NULL RETURNING fence)
     INSERT INTO @meta AS m (key, value) SELECT 'fence', max(fence) FROM gone HAVING count(*) > 0
     ON CONFLICT (key) DO UPDATE SET value = greatest(m.value, excluded.value)`,
    things,
  )
}
