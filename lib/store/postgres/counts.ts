import type { Counts, Tally } from '../tally.js'
import { NOW } from './clock.js'
import { goesAlong, type Query } from './database.js'

interface Delta {
  readonly webhook: string
  readonly sender: string
  added: number
  finished: number
  woken: number
  owed: number
}

const keyOf = ({ automation, webhook, hour }: Counts) => `${automation} ${webhook} ${hour}`

/** What a transaction does to pending deliveries, by webhook and sender, for the other instances. */
export class Deltas {
  readonly #all = new Map<string, Delta>()

  of(webhook: string, sender: string): Delta {
    const key = JSON.stringify([webhook, sender])
    let delta = this.#all.get(key)
    if (delta === undefined) {
      delta = { webhook, sender, added: 0, finished: 0, woken: 0, owed: 0 }
      this.#all.set(key, delta)
    }
    return delta
  }

  get all(): Delta[] {
    return [...this.#all.values()]
  }
}

interface Counting {
  readonly me: { readonly slot: number }
  /** Which of an instance's two that write at the same time. */
  readonly half: 0 | 1
}

/**
 * Writes what a transaction counted, under the slot of this instance: no two wait for one another there. Nobody has to wait
 * for it but the commit.
 */
export function writeCounts(query: Query, { me, half }: Counting, tally: Tally, deltas: Deltas): void {
  const slot = 2 * me.slot + half
  const counts = [...tally.counts].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  if (counts.length > 0) {
    goesAlong(
      query,
      `INSERT INTO @statistics AS s (automation, webhook, hour, slot, accepted, fired, delivered, failed, attempts, last_at)
       SELECT a, w, h, $10, ac, f, d, fa, at, l FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[],
         $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[]) AS t (a, w, h, ac, f, d, fa, at, l)
       ON CONFLICT (automation, webhook, hour, slot) DO UPDATE SET accepted = s.accepted + excluded.accepted,
         fired = s.fired + excluded.fired, delivered = s.delivered + excluded.delivered,
         failed = s.failed + excluded.failed, attempts = s.attempts + excluded.attempts,
         last_at = greatest(s.last_at, excluded.last_at)`,
      counts.map(({ automation }) => automation),
      counts.map(({ webhook }) => webhook),
      counts.map(({ hour }) => hour),
      counts.map(({ accepted }) => accepted),
      counts.map(({ fired }) => fired),
      counts.map(({ delivered }) => delivered),
      counts.map(({ failed }) => failed),
      counts.map(({ attempts }) => attempts),
      counts.map(({ lastAt }) => lastAt),
      slot,
    )
  }
  const took = counts.flatMap(({ automation, webhook, hour, latencies }) =>
    Array.from(latencies, ([bucket, count]) => ({ automation, webhook, hour, bucket, count })),
  )
  if (took.length > 0) {
    goesAlong(
      query,
      `INSERT INTO @latencies AS s (automation, webhook, hour, bucket, slot, count)
       SELECT a, w, h, b, $6, c FROM unnest($1::text[], $2::text[], $3::bigint[], $4::integer[], $5::bigint[]) AS t (a, w, h, b, c)
       ON CONFLICT (automation, webhook, hour, bucket, slot) DO UPDATE SET count = s.count + excluded.count`,
      took.map(({ automation }) => automation),
      took.map(({ webhook }) => webhook),
      took.map(({ hour }) => hour),
      took.map(({ bucket }) => bucket),
      took.map(({ count }) => count),
      slot,
    )
  }
  const errors = [...tally.errors].sort(([a], [b]) => (a < b ? -1 : 1))
  if (errors.length > 0) {
    goesAlong(
      query,
      `INSERT INTO @last_errors AS e (webhook, code, message, status_code, at)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::bigint[])
       ON CONFLICT (webhook) DO UPDATE SET code = excluded.code, message = excluded.message,
         status_code = excluded.status_code, at = excluded.at WHERE excluded.at >= e.at`,
      errors.map(([webhook]) => webhook),
      errors.map(([, { code }]) => code),
      errors.map(([, { message }]) => message.replaceAll('\0', '\u2400')),
      errors.map(([, { status_code }]) => status_code ?? null),
      errors.map(([, { at }]) => at),
    )
  }
  const all = deltas.all
  if (all.length === 0) return
  goesAlong(
    query,
    `INSERT INTO @queues AS q (webhook, sender, slot, added, finished, woken, owed, changed_at)
     SELECT w, s, $7, a, f, k, o, ${NOW} FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
       AS t (w, s, a, f, k, o)
     ON CONFLICT (webhook, sender, slot) DO UPDATE SET added = q.added + excluded.added,
       finished = q.finished + excluded.finished, woken = q.woken + excluded.woken, owed = q.owed + excluded.owed,
       changed_at = excluded.changed_at`,
    all.map(({ webhook }) => webhook),
    all.map(({ sender }) => sender),
    all.map(({ added }) => added),
    all.map(({ finished }) => finished),
    all.map(({ woken }) => woken),
    all.map(({ owed }) => owed),
    me.slot,
  )
}
