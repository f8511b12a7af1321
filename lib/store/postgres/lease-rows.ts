import type { Thing } from '../lease.js'
import type { Query } from './database.js'
import { announce, drop } from './leases.js'

/** What nobody has had for so long belongs to nobody's flows any more; milliseconds. */
const IDLE_MS = 3_600_000

/** How often that is looked for, and said again what is wanted: its row may have gone just when somebody began to want it. */
const EVERY_MS = 60_000

/**
 * The rows that the table of leases has: one of each thing that somebody wants. Those of webhooks and sources that are gone are
 * dropped: each instance reads every second what nobody has.
 */
export class LeaseRows {
  readonly #query: Query
  readonly #wanted: ReadonlySet<Thing>
  readonly #idleMs: number
  /** Of which the table may have no row yet. */
  readonly #unannounced: Set<Thing>
  /** Since when things are nobody's, and not wanted here, by a clock that only goes on. */
  readonly #idleSince = new Map<Thing, number>()
  #next: number

  /** @param wanted by this instance, as it changes */
  constructor(query: Query, wanted: ReadonlySet<Thing>, idleMs = IDLE_MS) {
    this.#query = query
    this.#wanted = wanted
    this.#idleMs = idleMs
    this.#unannounced = new Set(wanted)
    this.#next = performance.now() + Math.min(EVERY_MS, idleMs)
  }

  wants(thing: Thing): void {
    this.#unannounced.add(thing)
  }

  async announce(): Promise<void> {
    if (this.#unannounced.size === 0) return
    const things = [...this.#unannounced].sort()
    await announce(this.#query, things)
    for (const thing of things) this.#unannounced.delete(thing)
  }

  /** @param free things that nobody has */
  async tidy(free: readonly Thing[]): Promise<void> {
    const now = performance.now()
    const unwanted = new Set(free.filter((thing) => !this.#wanted.has(thing)))
    for (const thing of this.#idleSince.keys()) if (!unwanted.has(thing)) this.#idleSince.delete(thing)
    for (const thing of unwanted) if (!this.#idleSince.has(thing)) this.#idleSince.set(thing, now)
    if (now < this.#next) return
    this.#next = now + Math.min(EVERY_MS, this.#idleMs)
    const idle = [...this.#idleSince].filter(([, since]) => now - since >= this.#idleMs).map(([thing]) => thing)
    if (idle.length > 0) await drop(this.#query, idle)
    for (const thing of this.#wanted) this.#unannounced.add(thing)
  }
}
