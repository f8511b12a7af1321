import type {
  AttemptRecord,
  Claim,
  ClaimRequest,
  Enqueued,
  NewRecord,
  PendingCount,
  RedeliveryRequest,
  Started,
  WebhookState,
} from '../delivery-queue.js'
import type { CursorMove, FiredEvent, NewEvent, PutEvent, UnroutedEvent } from '../event-log.js'
import { type Lease, laneOf, type Thing, webhookOf } from '../lease.js'
import type { Change, Lack } from '../ownership.js'
import type { DeliveryStore, End, Opening, Start, SweepCursor, SweepSlice } from '../store.js'
import { claim, release, releaseLost } from './claim.js'
import { clock } from './clock.js'
import { Database, type Query } from './database.js'
import { enqueueStep, putDryRun } from './enqueue.js'
import * as events from './events.js'
import { InHand } from './in-hand.js'
import { Lacks } from './lacks.js'
import { leave, notOpen, reap, register, suspectEvents, type Within } from './lifecycle.js'
import { migrate } from './migrate.js'
import { outputsGiven, owedOutputs } from './outputs.js'
import { Owner, type OwnerOptions } from './owner.js'
import { SETTLE } from './places.js'
import { Reading } from './reading.js'
import { markStarted, recordStep } from './record.js'
import { redeliver, wanted } from './redeliver.js'
import type { DatabasePlan } from './settings.js'
import { NotedSuspects } from './suspects.js'
import { sweep } from './sweep.js'
import { takePending } from './take-pending.js'
import * as webhooks from './webhooks.js'
import { WORK, type Work, Writer } from './writer.js'

export interface PostgresStoreOptions extends Pick<OwnerOptions, 'idleMs'> {
  /** Where it is; throws what is wrong with the settings. */
  readonly plan: () => DatabasePlan
  /** Whoever uses it takes times from `now`; otherwise times are the caller's, as tests have them. */
  readonly ownTime?: boolean
}

/** A server that is away is back soon, or somebody works on it. */
const RETRY_EVERY_MS = 5_000

/** What an open store has. */
interface Opened {
  readonly db: Database
  readonly owner: Owner
  readonly writer: Writer
  /** Of events, for which somebody waits who posted them: not behind what becomes of others. */
  readonly arrivals: Writer
  readonly enqueue: ReturnType<typeof enqueueStep>
  readonly record: ReturnType<typeof recordStep>
}

/**
 * A store that several processes have in a PostgreSQL database. Writes share transactions (`Writer`), and who works on what
 * is decided by leases in a table (`Owner`). Times are those of whoever uses it, who should take them from `now`.
 */
export class PostgresStore extends Reading implements DeliveryStore {
  readonly isShared = true
  readonly retryEveryMs = RETRY_EVERY_MS
  readonly #options: PostgresStoreOptions
  readonly #listeners = new Set<(change: Change) => void>()
  readonly #wanted = new Set<Thing>()
  readonly #hand = new InHand()
  readonly #suspects = new NotedSuspects(() => this.#open())
  readonly #lacks = new Lacks()
  readonly leavesToOthers = (ask: () => readonly Lack[]) => this.#lacks.ask(ask)
  readonly nobodyCanSend = (lack: Lack) => this.#lacks.nobodyCanSend(lack)
  /** Webhooks whose deliveries this instance's flows keep in order, whether the others know of it yet or not. */
  readonly #ordered = new Set<string>()
  readonly #isOrdered = () => this.#ordered.size > 0 || this.#open().owner.news.isOrdered()
  #opened: Opened | null = null

  constructor(options: PostgresStoreOptions) {
    super()
    this.#options = options
  }

  /** Unix milliseconds by the database's clock, as far as it is known: this machine's may be wrong. */
  now(): number {
    return this.#opened?.owner.now() ?? Date.now()
  }

  async open(start: Start): Promise<Opening> {
    if (this.#opened !== null) throw new Error('the store is open')
    const db = await Database.of(this.#options.plan())
    try {
      await migrate(db)
      const within: Within = { suspect: start.suspectWithin, reroute: start.rerouteWithin }
      const { me, reaped } = await db.transaction(async (query) => {
        const now = this.#options.ownTime ? await clock(query) : start.now
        const me = await register(query, now)
        return { me, reaped: await reap(query, db.tables.schema, me, now, within) }
      })
      const owning = { db, within, idleMs: this.#options.idleMs }
      const owner = new Owner(owning, me, this.#wanted, this.#listeners, this.#lacks)
      const writing = { db, me: () => owner.me, hasOthers: () => owner.hasOthers }
      this.#opened = {
        db,
        owner,
        writer: new Writer({ ...writing, half: 0, rest: 2 }),
        arrivals: new Writer({ ...writing, half: 1, rest: 0.5 }),
        enqueue: enqueueStep((delivery) => this.#hand.take([delivery])),
        record: recordStep(
          db.tables.schema,
          (webhook) => owner.news.isOrdered(webhook),
          ({ delivery }) => this.#hand.give([delivery]),
        ),
      }
      await owner.begin()
      const { count, lastAlive, interrupted, setAside } = reaped
      return { clean: count === 0, lastAlive, interrupted, suspects: this.#suspects, setAside }
    } catch (error) {
      await this.#opened?.owner.stop()
      this.#opened = null
      await db.close()
      throw error
    }
  }

  pendingAtOpening(): readonly PendingCount[] {
    return this.#open().owner.news.pending()
  }

  async probe(now: number): Promise<void> {
    const { owner } = this.#open()
    await owner.beat(now)
    this.#suspects.again()
    // in its turn: what is being stored while it is claimed is in hand before
    await this.#work(({ query }) => releaseLost(query, this.#hand.of(owner.leases)))
    for (const { thing } of owner.leases) {
      const webhook = webhookOf(thing)
      if (webhook !== null) owner.tell({ kind: 'deliveries', webhook, sender: '', count: 0 })
    }
  }

  async close({ now, suspectSince, started }: End): Promise<void> {
    if (this.#opened === null) return
    const { db, owner, writer, arrivals } = this.#opened
    this.#opened = null
    await owner.stop()
    await Promise.all([writer.idle(), arrivals.idle()])
    try {
      await db.transaction(async (query) => {
        if (started.length > 0) await markStarted({ query }, started)
        await leave(query, owner.me, now, suspectSince)
        await query('SELECT pg_notify($1, $2)', db.channel, '')
      })
    } finally {
      await db.close()
    }
  }

  want(thing: Thing): Lease | null {
    if (this.#opened !== null) return this.#opened.owner.want(thing)
    this.#wanted.add(thing)
    return null
  }

  async giveBack(thing: Thing): Promise<void> {
    this.#wanted.delete(thing)
    await this.#opened?.owner.giveBack(thing)
  }

  async handOver(thing: Thing): Promise<void> {
    await this.#opened?.owner.handOver(thing)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async putEvents(entries: readonly NewEvent[], cursor?: CursorMove): Promise<PutEvent[]> {
    if (entries.length === 0 && cursor === undefined) return []
    const put = { events: entries, cursor, ordered: this.#isOrdered() }
    return this.#open().arrivals.do(events.PUT_EVENTS, put, 2_000 * entries.length)
  }

  async suspectEvents(since: number): Promise<void> {
    await this.#work(({ query, me }) => suspectEvents(query, me, since))
  }

  async unroutedEvents(after: number, limit: number): Promise<UnroutedEvent[]> {
    return events.unroutedEvents(this.query, this.#open().owner.me, this.#suspects, { after, limit })
  }

  async markFired(fired: readonly FiredEvent[]): Promise<void> {
    await this.#work((transaction) => events.markFired(transaction, fired))
  }

  async markRouted(seqs: readonly number[]): Promise<void> {
    await this.#work((transaction) => events.markRouted(transaction, seqs))
  }

  async settled(source: string, eventId: string): Promise<void> {
    if (this.#isOrdered()) await this.#open().writer.do(SETTLE, { source, eventId })
  }

  async enqueue(entry: NewRecord): Promise<Enqueued> {
    const { writer, owner, enqueue } = this.#open()
    const fence = entry.claim ? (owner.want(laneOf(entry.webhook.id))?.fence ?? null) : null
    return writer.do(enqueue, { entry, fence }, 2_000 + entry.payload.length)
  }

  async putDryRun(entry: NewRecord, request: Parameters<typeof putDryRun>[2]): Promise<Enqueued> {
    return this.#work((transaction) => putDryRun(transaction, entry, request))
  }

  async claim(lease: Lease, request: ClaimRequest): Promise<Claim> {
    return this.#hand.claiming(lease, claim(this.query, this.#suspects, lease, request))
  }

  async release(lease: Lease, seqs: readonly number[]): Promise<void> {
    if (this.#opened === null) return
    await release(this.query, lease, seqs)
    this.#hand.give(seqs.map((seq) => ({ seq, fence: lease.fence })))
  }

  async markStarted(started: readonly Started[]): Promise<void> {
    await this.#work((transaction) => markStarted(transaction, started))
  }

  async record(result: AttemptRecord): Promise<{ successor: boolean }> {
    const { writer, record } = this.#open()
    const bytes = 2_000 + (result.attempt?.response_body?.length ?? 0)
    try {
      return await writer.do(record, result, bytes)
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'lease_lost') this.#hand.give([result.delivery])
      throw error
    }
  }

  async redeliver(request: RedeliveryRequest, now: number): ReturnType<DeliveryStore['redeliver']> {
    const { rows, next } = await wanted(this.query, request)
    const schema = this.#open().db.tables.schema
    return { deliveries: await this.#work((transaction) => redeliver(transaction, schema, rows, now)), next }
  }

  async takePending(request: RedeliveryRequest): ReturnType<DeliveryStore['takePending']> {
    const { rows, next } = await wanted(this.query, request)
    const { owner } = this.#open()
    const isOwn = (webhook: string) => owner.leases.some(({ thing }) => thing === laneOf(webhook))
    const { taken, busy, stoppedAt } = await this.#work((transaction) => takePending(transaction, rows, isOwn))
    this.#hand.take(taken)
    return { taken, busy, next: stoppedAt === null ? next : String(stoppedAt) }
  }

  async changeWebhook(id: string, change: Partial<WebhookState>): Promise<void> {
    const row = await this.#work((transaction) => webhooks.changeWebhook(transaction, id, change))
    this.#opened?.owner.news.known(row)
  }

  deployed(webhook: string, ordering: WebhookState['ordering']): void {
    this.#ordered[ordering === 'collection' ? 'add' : 'delete'](webhook)
  }

  async reorder(lease: Lease, ordering: WebhookState['ordering'], now: number): Promise<void> {
    const schema = this.#open().db.tables.schema
    await this.#work(({ query }) => webhooks.reorder({ query, schema }, lease, ordering, now))
  }

  async shiftDue(by: number, now: number): Promise<void> {
    await this.#work((transaction) => webhooks.shiftDue(transaction, by, now))
  }

  async owedOutputs(sender: string, limit: number): ReturnType<DeliveryStore['owedOutputs']> {
    return owedOutputs(this.query, this.#open().owner.me, this.#suspects, { sender, limit })
  }

  async outputsGiven(seqs: readonly number[]): Promise<void> {
    await this.#work((transaction) => outputsGiven(transaction, seqs))
  }

  async sweep(slice: SweepSlice): Promise<{ deleted: number; next: SweepCursor | null }> {
    return this.#work(({ query }) => sweep(query, slice))
  }

  async beat(now: number): Promise<void> {
    await this.#open().owner.beat(now)
  }

  protected query: Query = async (sql, ...values) => this.#open().db.query(sql, ...values)

  async #work<R>(work: Work<R>): Promise<R> {
    return this.#open().writer.do(WORK, work as Work<unknown>) as Promise<R>
  }

  #open(): Opened {
    if (this.#opened === null) throw notOpen()
    return this.#opened
  }
}
