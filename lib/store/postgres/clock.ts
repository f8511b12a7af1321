import type { Query } from './database.js'

/** Now in Unix milliseconds, by the clock that decides: the database's. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

export async function clock(query: Query): Promise<number> {
  const [row] = await query(`SELECT ${NOW} AS now`)
  return row!['now'] as number
}
