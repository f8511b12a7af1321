import { AutomationError } from '../../error.js'
import type {
  AttemptRecord,
  ClaimRequest,
  DeliveryFilter,
  NewRecord,
  RedeliveryRequest,
  WebhookState,
} from '../delivery-queue.js'
import type { Cursor, CursorMove, EventFilter, EventPage, FiredEvent, NewEvent, UnroutedEvent } from '../event-log.js'
import { type Lease, webhookOf } from '../lease.js'
import type { Page } from '../page.js'
import type { Statistics } from '../statistics.js'
import type { DeliveryStore, End, Opening, Start, SweepCursor, SweepSlice } from '../store.js'
import { Tally } from '../tally.js'
import { inTurns } from '../turns.js'
import { BALLAST_BYTES, Ballast } from './ballast.js'
import { claim } from './claim.js'
import { Claims } from './claims.js'
import { Connection, type ConnectionOptions } from './connection.js'
import type { Context } from './context.js'
import { count } from './count.js'
import { enqueue, putDryRun } from './enqueue.js'
import { FULL, resultCode, storeFailure } from './errors.js'
import * as events from './events.js'
import { later } from './group-commit.js'
import { groupCommitOf } from './group-commit-of.js'
import * as history from './history.js'
import { held, OnlyOwner } from './leases.js'
import { handOver, pendingCounts, putMeta, signOfLife, takeOver } from './lifecycle.js'
import { listRows, pageOf } from './list.js'
import * as outputs from './outputs.js'
import { markStarted, record } from './record.js'
import { redeliver } from './redeliver.js'
import { readStatistics } from './statistics.js'
import { sweep } from './sweep.js'
import { takePending } from './take-pending.js'
import * as webhooks from './webhooks.js'

/** Beside the file, whose directory is made, stand `-wal`, `.ballast` and, after an end that nobody ordered, `.in-hand`. */
export interface SqliteStoreOptions extends ConnectionOptions {
  /** Room kept for results on a full disk; 2 MiB unless told. */
  readonly ballastBytes?: number
  /** Calls back at the end of this turn of the event loop, or after a pause in milliseconds. */
  readonly later?: (call: () => void, pause: number) => void
}

/**
 * The embedded store: one SQLite file, one connection, in Node-RED's own thread. Writes are group-committed to the
 * write-ahead log, which is on the disk before any promise resolves, and no second process can open the file meanwhile.
 */
export class SqliteStore extends OnlyOwner implements DeliveryStore {
  readonly #options: SqliteStoreOptions
  readonly #ballast: Ballast
  readonly statistics: Statistics = readStatistics((work) => this.#read(work))
  #context: Context | null = null
  /** Set for good when the file is damaged or gone: from then on nothing touches it. */
  #dead: AutomationError | null = null

  constructor(options: SqliteStoreOptions) {
    super()
    this.#options = options
    this.#ballast = new Ballast(`${options.path}.ballast`, options.ballastBytes ?? BALLAST_BYTES)
  }

  async open(start: Start): Promise<Opening> {
    return this.#guard(() => {
      if (this.#context !== null) throw new Error('the store is open')
      const db = new Connection(this.#options)
      try {
        this.#ballast.put()
        const tally = new Tally()
        const { fence, ...opening } = takeOver(db, tally, start)
        db.begun()
        const ordered = new Set(webhooks.ordered(db))
        const commit = groupCommitOf(db, tally, {
          failure: (error) => this.#failure(error),
          makeRoom: (error) => resultCode(error) === FULL && this.#ballast.drop(),
          later: this.#options.later ?? later,
        })
        this.#context = { db, claims: new Claims(), commit, tally, ordered, fence, suspects: opening.suspects }
        this.owns(fence)
        return opening
      } catch (error) {
        db.close()
        throw error
      }
    })
  }

  async probe(now: number): Promise<void> {
    this.#guard(() => {
      const { db, commit } = this.#open()
      db.checkFiles(() => commit.flush())
      this.#ballast.put(() => db.emptyLog())
      signOfLife(db, now)
    })
  }

  async close(end: End): Promise<void> {
    this.closeNow(end)
  }

  closeNow(end: End): void {
    if (this.#context === null) return
    const { db, commit, suspects } = this.#context
    this.owns(null)
    if (this.#dead !== null) {
      // A damaged file is not even closed: that would write what the log holds into it.
      this.#context = null
      return
    }
    this.#guard(() => {
      this.#context = null
      try {
        commit.flush()
        handOver({ db, suspects }, end)
      } finally {
        db.close()
      }
    })
  }

  putEvents(entries: readonly NewEvent[], cursor?: CursorMove): ReturnType<DeliveryStore['putEvents']> {
    return this.#write((context) => events.putEvents(context, entries, cursor))
  }

  cursor(key: string): Promise<Cursor> {
    return this.#read((context) => events.cursor(context, key))
  }

  event(source: string, eventId: string): ReturnType<DeliveryStore['event']> {
    return this.#read((context) => events.event(context, source, eventId))
  }

  suspectEvents(since: number): Promise<void> {
    return this.#write((context) => context.commit.write(() => events.suspectEvents(context, since)))
  }

  unroutedEvents(after: number, limit: number): Promise<UnroutedEvent[]> {
    return this.#read((context) => events.unroutedEvents(context, after, limit))
  }

  automationsReached(eventId: string): Promise<readonly string[]> {
    return this.#read((context) => events.automationsReached(context, eventId))
  }

  markFired(fired: readonly FiredEvent[]): Promise<void> {
    return this.#write((context) => events.markFired(context, fired))
  }

  markRouted(seqs: readonly number[]): Promise<void> {
    return this.#write((context) => events.markRouted(context, seqs))
  }

  events(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['events']> {
    return this.#read((context) => events.listEvents(context, filter, page))
  }

  async eventTexts(filter: EventFilter, page: EventPage): ReturnType<DeliveryStore['eventTexts']> {
    const part = (next: Page) => this.#read((context) => events.listTexts(context, filter, { ...page, ...next }))
    const { rows, last } = await inTurns(page, part, ({ events }) => events)
    return { ...last, events: rows }
  }

  enqueue(entry: NewRecord): ReturnType<DeliveryStore['enqueue']> {
    return this.#write((context) => enqueue(context, entry))
  }

  putDryRun(entry: NewRecord, request: Parameters<typeof putDryRun>[2]): ReturnType<DeliveryStore['enqueue']> {
    return this.#write((context) => putDryRun(context, entry, request))
  }

  async claim(lease: Lease, request: ClaimRequest): ReturnType<DeliveryStore['claim']> {
    const claimed = await this.#read((context) => claim(context, held(lease, context), request))
    await this.#context?.commit.settled()
    return claimed
  }

  async release(lease: Lease, seqs: readonly number[]): Promise<void> {
    const context = this.#context
    if (context === null || lease.fence !== context.fence) return
    for (const seq of seqs) context.claims.release(webhookOf(lease.thing) ?? '', seq)
  }

  markStarted(started: Parameters<DeliveryStore['markStarted']>[0]): Promise<void> {
    return this.#write((context) => markStarted(context, started))
  }

  record(result: AttemptRecord): Promise<{ successor: boolean }> {
    return this.#write((context) => record(context, result))
  }

  delivery(id: string): ReturnType<DeliveryStore['delivery']> {
    return this.#read((context) => history.delivery(context, id))
  }

  async deliveries(filter: DeliveryFilter, page: Page): ReturnType<DeliveryStore['deliveries']> {
    const part = (next: Page) => this.#read((context) => pageOf(listRows(context, filter, next)))
    const { rows, last } = await inTurns(page, part, ({ deliveries }) => deliveries)
    return { ...last, deliveries: rows }
  }

  count(filter: DeliveryFilter, signal?: AbortSignal): Promise<number> {
    return count((work) => this.#read(work), filter, signal)
  }

  lastResult(webhook: string, sender: string): ReturnType<DeliveryStore['lastResult']> {
    return this.#read((context) => history.lastResult(context, webhook, sender))
  }

  redeliver(request: RedeliveryRequest, now: number): ReturnType<DeliveryStore['redeliver']> {
    return this.#write((context) => redeliver(context, request, now))
  }

  async takePending(request: RedeliveryRequest): ReturnType<DeliveryStore['takePending']> {
    const taken = await this.#read((context) => takePending(context, request))
    await this.#context?.commit.settled()
    return taken
  }

  webhookStates(): Promise<ReadonlyMap<string, WebhookState>> {
    return this.#read((context) => webhooks.webhookStates(context))
  }

  changeWebhook(id: string, change: Partial<WebhookState>): Promise<void> {
    return this.#write((context) => webhooks.changeWebhook(context, id, change))
  }

  reorder(lease: Lease, ordering: WebhookState['ordering'], now: number): Promise<void> {
    return this.#write((context) => webhooks.reorder(context, held(lease, context), ordering, now))
  }

  shiftDue(by: number, now: number): Promise<void> {
    return this.#write((context) => webhooks.shiftDue(context, by, now))
  }

  owedOutputs(sender: string, limit: number): ReturnType<DeliveryStore['owedOutputs']> {
    return this.#read((context) => outputs.owedOutputs(context, sender, limit))
  }

  outputsGiven(seqs: readonly number[]): Promise<void> {
    return this.#write((context) => outputs.outputsGiven(context, seqs))
  }

  pending(): ReturnType<DeliveryStore['pending']> {
    return this.#read(({ db }) => pendingCounts(db))
  }

  oldestPending(): Promise<number | null> {
    return this.#read((context) => history.oldestPending(context))
  }

  sweep(slice: SweepSlice): Promise<{ deleted: number; next: SweepCursor | null }> {
    return this.#write((context) => sweep(context, slice))
  }

  beat(now: number): Promise<void> {
    return this.#write(({ db, commit }) => {
      this.#guard(() => db.checkFiles(() => commit.flush()))
      return commit.write(() => putMeta(db, 'alive', now))
    })
  }

  /** Rejects, like everything here, instead of throwing. */
  #write<T>(work: (context: Context) => Promise<T>): Promise<T> {
    try {
      return work(this.#open())
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async #read<T>(work: (context: Context) => T): Promise<T> {
    return this.#guard(() => work(this.#open()))
  }

  #open(): Context {
    if (this.#dead !== null) throw this.#dead
    if (this.#context !== null) return this.#context
    throw new AutomationError('store_unavailable', `The delivery store ${this.#options.path} is not open.`, {
      statusText: 'store is closed',
    })
  }

  #guard<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.#failure(error) ?? error
    }
  }

  #failure(error: unknown): AutomationError | null {
    const failure = storeFailure(this.#options.path, error)
    if (failure !== null && !failure.retryable) this.#dead = failure
    return failure
  }
}
