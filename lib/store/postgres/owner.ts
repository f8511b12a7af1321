import type { Lease, Thing } from '../lease.js'
import type { Change, Ownership } from '../ownership.js'
import type { Database } from './database.js'
import { type Instance, LIFE_MS } from './instance.js'
import type { Lacks } from './lacks.js'
import { LeaseRows } from './lease-rows.js'
import { LeaseTime } from './lease-time.js'
import { take } from './leases.js'
import { comeBack, free, notOpen, reap, type Within } from './lifecycle.js'
import { isAlive, type Look, News } from './news.js'
import { excess, Share } from './share.js'

/** How often an instance says that it is alive, and looks what is new; and how soon it may look again when told. */
const LOOK_EVERY_MS = 1_000
const LOOK_AGAIN_MS = 25

export interface OwnerOptions {
  readonly db: Database
  readonly within: Within
  /** Milliseconds after which a thing that nobody has is forgotten; an hour by default. */
  readonly idleMs?: number | undefined
}

/**
 * Leases in a table, by the database's clock. An instance that says nothing for six seconds loses what it has to others;
 * it knows by its own clock, which only counts, when it must not use a lease any more.
 */
export class Owner implements Omit<Ownership, 'leavesToOthers' | 'nobodyCanSend'> {
  readonly news: News
  readonly #options: OwnerOptions
  readonly #listeners: Set<(change: Change) => void>
  readonly #wanted: Set<Thing>
  readonly #rows: LeaseRows
  readonly #held = new Map<Thing, Lease>()
  readonly #heldSince = new Map<Thing, number>()
  readonly #yielding = new Set<Thing>()
  /** Given back here, and perhaps not yet in the table. */
  readonly #releasing = new Set<Thing>()
  readonly #share = new Share()
  readonly #lacks: Lacks
  #me: Instance
  readonly #time = new LeaseTime(LIFE_MS)
  #others = 0
  #alive: number | null = null
  #timer: NodeJS.Timeout | null = null
  #looking: Promise<void> | null = null
  #again = false
  #lookedAt = 0
  #stopped = false
  #unlisten: (() => void) | null = null
  #wentMissing = false

  constructor(
    options: OwnerOptions,
    me: Instance,
    wanted: Set<Thing>,
    listeners: Set<(change: Change) => void>,
    lacks: Lacks,
  ) {
    this.#options = options
    this.#lacks = lacks
    this.#me = me
    this.#wanted = wanted
    this.#listeners = listeners
    this.#rows = new LeaseRows(options.db.ask, wanted, options.idleMs)
    this.news = new News(options.db.ask)
  }

  get me(): Instance {
    return this.#me
  }

  get hasOthers(): boolean {
    return this.#others > 0
  }

  now(): number {
    return this.#time.now()
  }

  get leases(): Lease[] {
    return [...this.#held.values()]
  }

  async begin(): Promise<void> {
    await this.news.begin(this.#options.db.query, this.#me)
    this.#unlisten = this.#options.db.listen(() => this.lookSoon())
    await this.look()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unlisten?.()
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#looking?.catch(() => {})
    this.#held.clear()
  }

  want(thing: Thing): Lease | null {
    if (!this.#wanted.has(thing)) {
      this.#wanted.add(thing)
      this.#rows.wants(thing)
      this.lookSoon()
    }
    if (this.#yielding.has(thing) || this.#time.isOver()) return null
    return this.#held.get(thing) ?? null
  }

  async giveBack(thing: Thing): Promise<void> {
    this.#wanted.delete(thing)
    await this.#release(thing)
  }

  async handOver(thing: Thing): Promise<void> {
    await this.#release(thing)
    this.#share.handedOver(thing, performance.now())
  }

  async #release(thing: Thing): Promise<void> {
    this.#yielding.delete(thing)
    if (!this.#held.delete(thing)) return
    this.#releasing.add(thing)
    try {
      await this.#free([thing])
    } finally {
      this.#releasing.delete(thing)
    }
    // it may be wanted again meanwhile
    if (this.#wanted.has(thing)) this.lookSoon()
  }

  async #free(things: readonly Thing[]): Promise<void> {
    const { db } = this.#options
    await db.transaction(async (query) => {
      await free(query, { owner: this.#me.id, things }, this.#me, this.now())
      if (this.hasOthers) await query('SELECT pg_notify($1, $2)', db.channel, '')
    })
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** A sign of life with the time, by whoever uses the store, before which all has settled. */
  async beat(alive: number): Promise<void> {
    this.#alive = alive
    if (this.#looking !== null) await this.#looking.catch(() => {})
    await this.look()
  }

  /** Others said that there is news, or something is wanted. */
  lookSoon(): void {
    if (this.#stopped) return
    if (this.#looking !== null) {
      this.#again = true
      return
    }
    this.#plan(Math.max(0, this.#lookedAt + LOOK_AGAIN_MS - performance.now()))
  }

  #plan(ms: number): void {
    if (this.#stopped) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.look().catch((error) => this.tell({ kind: 'failed', error }))
    }, ms).unref()
  }

  /** Says that this instance is alive, and takes note of what is new. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null
      this.#lookedAt = performance.now()
      const again = this.#again
      this.#again = false
      if (again) this.lookSoon()
      else this.#plan(LOOK_EVERY_MS)
    })
    return this.#looking
  }

  async #look(): Promise<void> {
    if (this.#stopped) throw notOpen()
    await this.#rows.announce()
    const [began, byClock] = [performance.now(), Date.now()]
    const lacks = this.#lacks.mine(began)
    const mine = { alive: this.#alive, wants: this.#wanted.size, holds: this.#held.size, lacks }
    const look = await this.news.look(this.#me, mine)
    if (this.#stopped) return
    this.#time.told(look.now, began)
    if (!look.alive) return this.#died()
    const slept = this.#time.isOver(began, byClock)
    this.#time.goesOn(began, byClock)
    if (slept) {
      this.#wentMissing = true
      // nobody took them meanwhile
      for (const lease of this.#held.values()) this.tell({ kind: 'lease', thing: lease.thing, lease })
    }
    for (const change of look.changes) this.tell(change)
    this.#lacks.others(look.others.filter(({ seen }) => isAlive(seen, look.now)).map((other) => other.lacks))
    await this.#reapDead(look)
    await this.#freeAstray(look)
    await this.#take(look)
    await this.#rows.tidy(look.free as Thing[])
    this.#yieldLacking()
    this.#yieldExcess(look)
  }

  /** The others have taken everything: what comes now is another instance. */
  async #died(): Promise<void> {
    const lost = [...this.#held.keys()]
    this.#held.clear()
    this.#yielding.clear()
    for (const thing of lost) this.tell({ kind: 'lease', thing, lease: null })
    const { db } = this.#options
    this.#me = await db.transaction((query) => comeBack(query, db.tables.schema, this.#me, this.now()))
    await this.news.begin(db.query, this.#me)
    // what the others did meanwhile is counted anew, and not told
    this.tell({ kind: 'pending', counts: this.news.pending() })
    this.#time.ends()
    this.#again = true
  }

  async #reapDead({ now, others }: Look): Promise<void> {
    const dead = others.filter(({ seen }) => !isAlive(seen, now))
    this.#others = others.length - dead.length
    // who was away itself gives the others the time to say that they are back
    const wasAway = this.#wentMissing
    this.#wentMissing = false
    if (dead.length === 0 || wasAway) return
    const { db, within } = this.#options
    const { changes } = await db.transaction((query) => reap(query, db.tables.schema, this.#me, this.now(), within))
    for (const change of changes) {
      this.news.done(change)
      this.tell(change)
    }
    this.#again = true
  }

  /** What is its own in the table alone (a release failed, or the answer to a take was lost) would be nobody's for ever. */
  async #freeAstray({ own }: Look): Promise<void> {
    const astray = (own as Thing[]).filter((thing) => !this.#held.has(thing) && !this.#releasing.has(thing))
    if (astray.length === 0) return
    await this.#free(astray)
    this.#again = true
  }

  async #take(look: Look): Promise<void> {
    const free = look.free.filter((thing) => this.#wanted.has(thing as Thing)) as Thing[]
    const things = this.#share.of(free, this.#sharing(look), performance.now(), this.#lacks)
    if (things.length === 0) return
    for (const lease of await take(this.#options.db.ask, things, this.#me.id)) {
      this.#held.set(lease.thing, lease)
      this.#heldSince.set(lease.thing, performance.now())
      this.#lacks.taken(lease, performance.now())
      if (this.#wanted.has(lease.thing)) this.tell({ kind: 'lease', thing: lease.thing, lease })
      // given back while it was being taken
      else await this.#release(lease.thing)
    }
  }

  #sharing({ others, now }: Look) {
    const living = others.filter(({ seen, wants }) => isAlive(seen, now) && wants > 0)
    return { wanted: this.#wanted.size, held: this.#held.size, others: living }
  }

  /** Another one is to have what waits here for a webhook, a sender or a secret that only it has. */
  #yieldLacking(): void {
    for (const thing of this.#lacks.toHandOver(this.#heldSince, performance.now())) {
      const lease = this.#held.get(thing)
      if (lease === undefined || this.#yielding.has(thing)) continue
      this.#lacks.handedOver(lease)
      this.#yield(thing)
    }
  }

  #yieldExcess(look: Look): void {
    const count = excess(this.#sharing(look)) - this.#yielding.size
    if (count <= 0) return
    const kept = [...this.#held.keys()].filter((thing) => !this.#yielding.has(thing) && !this.#share.isOnlyOurs(thing))
    for (const thing of kept.slice(0, count)) this.#yield(thing)
  }

  #yield(thing: Thing): void {
    this.#yielding.add(thing)
    this.tell({ kind: 'yield', thing })
  }
}
