import type { PendingCount } from '../delivery-queue.js'
import type { Change } from '../ownership.js'
import type { Row } from '../rows.js'
import { ROUTING } from '../statuses.js'
import { NOW } from './clock.js'
import type { Query } from './database.js'
import { type Instance, LIFE_MS } from './instance.js'
import { VERSION } from './schema.js'
import { refuseNewer, VERSION_OF_TABLES } from './version.js'
import { stateOf } from './webhooks.js'

/** A change is seen though its transaction took so long to commit, in milliseconds. */
const LATE_MS = 15_000

/** One statement says that this instance is alive and brings what is new: it is all that an idle one asks. */
const LOOK = `
  WITH me AS (
    -- of a version that does not know the tables any more none is alive
    UPDATE @instances SET seen_at = ${NOW}, alive_at = coalesce($2, alive_at), wants = $3, holds = $4, lacks = $7
    WHERE id = $1 AND (${VERSION_OF_TABLES}) <= ${VERSION} RETURNING id)
  SELECT ${NOW} AS now, (${VERSION_OF_TABLES}) AS version, EXISTS (SELECT 1 FROM me) AS alive,
    (SELECT json_agg(json_build_object('id', id, 'seen', seen_at, 'wants', wants, 'holds', holds, 'lacks', lacks)) FROM @instances) AS instances,
    (SELECT json_agg(thing) FROM (SELECT thing FROM @leases WHERE owner IS NULL ORDER BY thing LIMIT 10000) f) AS free,
    CASE WHEN (SELECT count(*) FROM @leases WHERE owner = $1) <> $4 THEN
      (SELECT json_agg(thing) FROM @leases WHERE owner = $1) END AS own,
    (SELECT json_agg(w) FROM @webhooks w WHERE changed_at > $5) AS webhooks,
    (SELECT json_agg(q) FROM (
      SELECT webhook, sender, sum(added)::bigint AS added, sum(finished)::bigint AS finished, sum(woken)::bigint AS woken,
        sum(owed)::bigint AS owed FROM @queues
      WHERE slot <> $6 AND (webhook, sender) IN (SELECT webhook, sender FROM @queues WHERE changed_at > $5 AND slot <> $6)
      GROUP BY webhook, sender) q) AS queues,
    (SELECT json_agg(d.id) FROM @deliveries d JOIN @leases l ON l.thing = 'webhook/' || d.webhook_id
      WHERE d.cancel AND d.status = 0 AND l.owner = $1) AS cancelled,
    -- the least, so that their index is used though the table has not been analysed
    (SELECT min(seq) FROM @events WHERE routed <> 1 AND routed <> ${ROUTING.aside} AND instance IS NULL) IS NOT NULL AS waiting`

/** What was counted and what others have done until then, in one statement: both are of the same moment. */
const BEGIN = `
  SELECT ${NOW} AS now,
    (SELECT json_agg(q) FROM (
      SELECT webhook, sender, sum(added)::bigint AS added, sum(finished)::bigint AS finished, sum(woken)::bigint AS woken,
        sum(owed)::bigint AS owed FROM @queues WHERE slot <> $1 GROUP BY webhook, sender) q) AS queues,
    (SELECT json_agg(p) FROM (
      SELECT webhook_id AS webhook, sender_id AS sender, count(*) AS count FROM @deliveries WHERE status = 0 GROUP BY 1, 2) p)
      AS pending`

/** What an instance says of itself. */
interface Mine {
  readonly alive: number | null
  readonly wants: number
  readonly holds: number
  /** JSON. */
  readonly lacks: string
}

export interface Look {
  /** By the database's clock. */
  readonly now: number
  /** False: the others think that this instance is dead, and it has no lease any more. */
  readonly alive: boolean
  readonly others: readonly {
    readonly id: number
    readonly seen: number
    readonly wants: number
    readonly holds: number
    /** JSON. */
    readonly lacks: string
  }[]
  /** Things that nobody owns. */
  readonly free: readonly string[]
  /** Things that are this instance's in the table; empty when they are as many as it said that it holds. */
  readonly own: readonly string[]
  readonly changes: readonly Change[]
}

interface Sums {
  readonly added: number
  readonly finished: number
  readonly woken: number
  readonly owed: number
}

const NONE: Sums = { added: 0, finished: 0, woken: 0, owed: 0 }

/** What others did, as it is compared with what was seen before. */
export class News {
  readonly #ask: Query
  readonly #queues = new Map<string, Sums>()
  readonly #webhooks = new Map<string, { readonly at: number; readonly text: string }>()
  readonly #ordered = new Set<string>()
  /** How many deliveries are pending as far as changes were told; null when that was asked for. */
  #pending: Map<string, PendingCount> | null = null
  #since = 0

  constructor(ask: Query) {
    this.#ask = ask
  }

  /** What is known from reading it at the start is no news. */
  async begin(query: Query, { slot }: Instance): Promise<void> {
    const [row] = await query(BEGIN, slot)
    const { now, queues, pending } = row as unknown as Pick<Found, 'now' | 'queues'> & {
      pending: PendingCount[] | null
    }
    this.#since = now - LATE_MS
    this.#queues.clear()
    for (const each of queues ?? []) this.#queues.set(keyOf(each), each)
    this.#pending = new Map((pending ?? []).map((each) => [keyOf(each), each]))
    this.#webhooks.clear()
    for (const row of await query('SELECT * FROM @webhooks')) {
      this.known(row)
    }
  }

  /** Whether the deliveries of a webhook, or of any, are kept in order. */
  isOrdered(webhook?: string): boolean {
    return webhook === undefined ? this.#ordered.size > 0 : this.#ordered.has(webhook)
  }

  /** Pending deliveries, to be asked for once: what others do from now on is told. */
  pending(): PendingCount[] {
    const counts = [...(this.#pending?.values() ?? [])]
    this.#pending = null
    return counts.filter(({ count }) => count > 0)
  }

  /** What this instance did in the place of another one that is dead, and will not be told. */
  done(change: Change): void {
    if (change.kind !== 'deliveries') return
    const { webhook, sender } = change
    const count = (this.#pending?.get(keyOf(change))?.count ?? 0) + change.count
    this.#pending?.set(keyOf(change), { webhook, sender, count })
  }

  /** @param row of a webhook, as this instance has just changed it */
  known(row: Row): void {
    if (row['ordering'] === 'collection') this.#ordered.add(row['id'] as string)
    else this.#ordered.delete(row['id'] as string)
    this.#webhooks.set(row['id'] as string, { at: row['changed_at'] as number, text: JSON.stringify(stateOf(row)) })
  }

  async look(me: Instance, mine: Mine): Promise<Look> {
    const { alive: aliveAt, wants, holds, lacks } = mine
    const [row] = await this.#ask(LOOK, me.id, aliveAt, wants, holds, this.#since, me.slot, lacks)
    const { now, version, alive, instances, free, own, webhooks, queues, cancelled, waiting } = row as unknown as Found
    refuseNewer(version)
    const changes = [...this.#ofWebhooks(webhooks ?? []), ...this.#ofQueues(queues ?? [])]
    if (cancelled !== null) changes.push({ kind: 'cancelled', ids: cancelled })
    if (waiting) changes.push({ kind: 'events' })
    this.#since = now - LATE_MS
    const others = (instances ?? []).filter(({ id }) => id !== me.id)
    return { now, alive, others, free: free ?? [], own: own ?? [], changes }
  }

  #ofWebhooks(rows: readonly Row[]): Change[] {
    const changes: Change[] = []
    for (const row of rows) {
      const [webhook, state] = [row['id'] as string, stateOf(row)]
      const known = this.#webhooks.get(webhook)
      // what was read before this instance changed it is old
      if (known !== undefined && (known.text === JSON.stringify(state) || known.at > (row['changed_at'] as number)))
        continue
      this.known(row)
      changes.push({ kind: 'webhook', webhook, state })
    }
    return changes
  }

  #ofQueues(rows: readonly (Sums & { readonly webhook: string; readonly sender: string })[]): Change[] {
    const changes: Change[] = []
    for (const row of rows) {
      const { webhook, sender } = row
      const before = this.#queues.get(keyOf(row)) ?? NONE
      this.#queues.set(keyOf(row), row)
      const grown = (name: keyof Sums) => row[name] - before[name]
      const count = (this.#pending?.get(keyOf(row))?.count ?? 0) + grown('added') - grown('finished')
      this.#pending?.set(keyOf(row), { webhook, sender, count })
      if (grown('added') > 0) changes.push({ kind: 'deliveries', webhook, sender, count: grown('added') })
      if (grown('finished') > 0) changes.push({ kind: 'deliveries', webhook, sender, count: -grown('finished') })
      if (grown('woken') > 0) changes.push({ kind: 'deliveries', webhook, sender, count: 0 })
      if (grown('owed') > 0) changes.push({ kind: 'outputs', sender })
    }
    return changes
  }
}

interface Found {
  readonly now: number
  readonly version: number
  readonly alive: boolean
  readonly instances: Look['others'] | null
  readonly free: string[] | null
  readonly own: string[] | null
  readonly webhooks: Row[] | null
  readonly queues: (Sums & { webhook: string; sender: string })[] | null
  readonly cancelled: string[] | null
  readonly waiting: boolean
}

const keyOf = ({ webhook, sender }: { readonly webhook: string; readonly sender: string }) =>
  JSON.stringify([webhook, sender])

/** Whether an instance said that it is alive not too long ago. */
export const isAlive = (seen: number, now: number): boolean => seen >= now - LIFE_MS
