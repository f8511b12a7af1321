import path from 'node:path'
import type { Delivery } from '../../lib/delivery/delivery.js'
import { DeliveryEngine } from '../../lib/engine/engine.js'
import type { AutomationError } from '../../lib/error.js'
import { planDatabase } from '../../lib/store/postgres/settings.js'
import { PostgresStore } from '../../lib/store/postgres/store.js'
import { USUAL_RETENTION_DAYS } from '../../lib/store/settings.js'
import { SqliteStore, type SqliteStoreOptions } from '../../lib/store/sqlite/store.js'
import type { DeliveryStore } from '../../lib/store/store.js'

type Log = (level: 'info' | 'warn' | 'error', text: string) => void
type Problem = AutomationError | null

/** Stands for the store of several Node-RED where others have the path of their file. */
export const DATABASE = 'database'

/** The stores of one webhook. */
export interface Stores {
  /** Where new deliveries go. */
  readonly own: DeliveryEngine
  /** That one and the embedded store: deliveries that were queued there before the setting changed still go out. */
  readonly all: readonly DeliveryEngine[]
  /** The configured store does not exist: new deliveries wait in the embedded one. */
  readonly problem: Problem
  /** Unix milliseconds by the clock of that one: a database's, where several Node-RED have one. */
  readonly now: () => number
}

/** So long requests may take when the process ends, in milliseconds. */
const LEAVE_WITHIN_MS = 3_000

interface Opened {
  readonly engine: DeliveryEngine
  /** Resolves with it once the first try to open the file is over. */
  readonly started: Promise<DeliveryEngine>
  readonly now: () => number
}

/** The open stores, one engine each, by the path of their file. They stay open over redeploys. */
export class StorePool {
  readonly #opened = new Map<string, Opened>()
  readonly #listeners = new Set<(path: string, problem: Problem) => void>()
  readonly #log: Log
  readonly #folder: () => string
  readonly #database: () => unknown
  /** Called when a delivery of any of them, or why deliveries wait, is not what it was. */
  onChange: () => void = () => {}
  /** Called when events of another Node-RED, which is gone, wait for the flows of this one. */
  onEventsWait: () => void = () => {}
  #leaving: Promise<void> | null = null
  /** Null as long as nothing is known of any; nothing is deleted then. */
  #retention: ReadonlyMap<string, number> | null = null

  /**
   * @param folder the stores' folder, which nobody else may read
   * @param flowsRun whether they do: Node-RED stops them before it ends, unless something in them ends it
   * @param database the setting of that name
   */
  constructor(log: Log, folder: () => string, flowsRun: () => boolean, database: () => unknown) {
    this.#log = log
    this.#folder = folder
    this.#database = database
    // what was not written yet is written when the process ends in order; a kill is what the store is made for
    process.on('exit', () => this.closeNow({ inOrder: !flowsRun() }))
  }

  /** The engine of a store, opened at its first use; it works on by itself when the store is bad, and says so. */
  open(path: string): DeliveryEngine {
    return this.#entry(path).engine
  }

  /** Unix milliseconds by the clock of a store. */
  now(path: string): number {
    return this.#entry(path).now()
  }

  /** Like `open`, once the first try to open the file is over. */
  engine(path: string): Promise<DeliveryEngine> {
    return this.#entry(path).started
  }

  /** For how many days stores keep what is finished, by their paths; those that are not named for the usual time. */
  keepFor(retention: ReadonlyMap<string, number>): void {
    this.#retention = retention
    for (const [path, { engine }] of this.#opened) engine.keepFor(this.#retentionOf(path))
  }

  #retentionOf(path: string): number {
    return this.#retention === null ? Number.POSITIVE_INFINITY : (this.#retention.get(path) ?? USUAL_RETENTION_DAYS)
  }

  #entry(file: string): Opened {
    const known = this.#opened.get(file)
    if (known) return known
    const log = (level: 'info' | 'warn' | 'error') => (text: string) =>
      this.#log(level, `[artifact-automations] ${text}`)
    const store = file === DATABASE ? this.#shared() : this.#embedded(file, { warn: log('warn'), info: log('info') })
    const now = () => store.now?.() ?? Date.now()
    const engine = new DeliveryEngine({
      store,
      clock: { now },
      // Node-RED's web server keeps the process alive; a wait for the next attempt must not
      timers: { setTimeout: (call, ms) => setTimeout(call, ms).unref(), clearTimeout },
      random: Math.random,
      log: { info: log('info'), warn: log('warn'), error: log('error') },
      retentionDays: this.#retentionOf(file),
      changed: () => this.onChange(),
    })
    engine.onProblem((problem) => {
      for (const listener of this.#listeners) listener(file, problem)
    })
    engine.onEventsWait = () => this.onEventsWait()
    const opened = { engine, started: engine.start().then(() => engine), now }
    this.#opened.set(file, opened)
    return opened
  }

  #embedded(file: string, log: Pick<SqliteStoreOptions, 'warn' | 'info'>): DeliveryStore {
    return new SqliteStore({ path: file, ...log, ...this.#within(file) })
  }

  #shared(): DeliveryStore {
    return new PostgresStore({ plan: () => planDatabase(this.#database(), process.env), ownTime: true })
  }

  #within(file: string): { folder?: string } {
    const folder = this.#folder()
    return path.dirname(file) === folder ? { folder } : {}
  }

  /** How many stores were opened so far. */
  get size(): number {
    return this.#opened.size
  }

  /** Calls back whenever a store has a problem, and with null when it works again. */
  onProblem(listener: (path: string, problem: Problem) => void): void {
    this.#listeners.add(listener)
  }

  /** Every engine that was opened, whether its store is well or not. */
  all(): Promise<DeliveryEngine[]> {
    return Promise.all(Array.from(this.#opened.values(), ({ started }) => started))
  }

  /**
   * Every delivery that an automation made of an event, or all automations, wherever it is kept.
   * @throws AutomationError when a store cannot be read: nobody knows then what it holds
   */
  async made(automation: string | undefined, eventId: string): Promise<Delivery[]> {
    await this.whole()
    return this.seen(automation, eventId)
  }

  /** @throws AutomationError when a store cannot be read */
  async whole(): Promise<void> {
    for (const { problem } of await this.all()) if (problem !== null) throw problem
  }

  /** The same from the stores that can be read. */
  async seen(automation: string | undefined, eventId: string): Promise<Delivery[]> {
    const found: Delivery[] = []
    for (const engine of await this.all()) {
      if (engine.problem !== null) continue
      for (let before: string | undefined; ; ) {
        const filter = { event_id: eventId, ...(automation !== undefined && { automation }) }
        const page = await engine.list(filter, { limit: 200, ...(before !== undefined && { before }) })
        found.push(...page.deliveries)
        if (page.next === null) break
        before = page.next
      }
    }
    return found
  }

  /** The process ends in order: what this Node-RED has of a store with others goes to them at once. */
  leave(): Promise<void> {
    this.#leaving ??= this.#opened.get(DATABASE)?.engine.stop({ deadlineMs: LEAVE_WITHIN_MS }) ?? Promise.resolve()
    return this.#leaving
  }

  closeNow({ inOrder = true } = {}): void {
    this.leave().catch(() => {})
    for (const { engine } of this.#opened.values()) engine.closeNow(inOrder)
    this.#opened.clear()
  }
}
