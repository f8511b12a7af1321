import { type AutomationError, isStoreFailure } from '../../error.js'
import { Tally } from '../tally.js'
import { Deltas, writeCounts } from './counts.js'
import { type Database, goesAlong, type Query } from './database.js'
import type { Instance } from './instance.js'
import { lockOrder, type OrderKey } from './locks.js'

/** What one transaction has. */
export interface Transaction {
  readonly query: Query
  readonly me: Instance
  /** To be told what is counted, and what happens to pending deliveries; both are written before it commits. */
  readonly tally: Tally
  readonly deltas: Deltas
  /** Other instances are to hear of it now, not at their next look. */
  tellOthers(): void
}

export type Outcome<R> = { readonly value: R; readonly after?: () => void } | { readonly error: AutomationError }

/** A kind of write: all that came of it meanwhile is done together. */
export interface Step<T, R> {
  /** Before which others. */
  readonly order: number
  /** Whether it waits for the answers of those before it, and those after it for its own. */
  readonly inTurn?: true
  /** What waits for one another and is looked at: all of a transaction is locked at its beginning, so that no two of them meet. */
  locks?(query: Query, items: readonly T[]): readonly OrderKey[] | Promise<readonly OrderKey[]>
  /** An outcome each, in their order. */
  run(transaction: Transaction, items: readonly T[]): Promise<Outcome<R>[]>
}

interface Job {
  readonly step: Step<unknown, unknown>
  readonly item: unknown
  readonly weight: number
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
}

/** Writes of one transaction, and bytes, about. */
const MOST_JOBS = 500
const MOST_BYTES = 8 * 1024 * 1024
/** A transaction of more writes is one of a burst, … */
const FEW = 4
/** … after which more are waited for, so many milliseconds at most, … */
const LONGEST_REST_MS = 20
/** … or until so many are there. */
const WHOLE_GROUP = 128

interface WriterOptions {
  readonly db: Database
  /** @throws AutomationError when this instance is none */
  readonly me: () => Instance
  readonly hasOthers: () => boolean
  /** Of two that write at the same time, so that neither waits for what the other counts. */
  readonly half: 0 | 1
  /** How long more is waited for after a transaction of a burst, in times as long as it took. */
  readonly rest: number
}

/**
 * Group commit over a network: while one transaction is on its way, what comes waits for the next, and shares its round
 * trips, its plans and its commit. After one of a burst it waits a little for more; a single write never waits.
 */
export class Writer {
  readonly #options: WriterOptions
  #queue: Job[] = []
  #running: Promise<void> | null = null
  /** Ends the rest. */
  #enough: (() => void) | null = null

  constructor(options: WriterOptions) {
    this.#options = options
  }

  do<T, R>(step: Step<T, R>, item: T, weight = 1_000): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      const job = { step, item, weight, resolve, reject } as Job
      this.#queue.push(job)
      this.#running ??= this.#run()
      if (this.#queue.length >= WHOLE_GROUP) this.#enough?.()
    })
  }

  /** Resolves when nothing is on its way. */
  async idle(): Promise<void> {
    while (this.#running !== null) {
      this.#enough?.()
      await this.#running
    }
  }

  async #run(): Promise<void> {
    // what comes in one turn of the event loop shares a transaction
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const jobs = this.#take()
      const began = performance.now()
      await this.#write(jobs)
      if (jobs.length > FEW) await this.#rest(performance.now() - began)
    }
    this.#running = null
  }

  async #rest(took: number): Promise<void> {
    if (this.#queue.length >= WHOLE_GROUP) return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(took * this.#options.rest, LONGEST_REST_MS))
      this.#enough = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#enough = null
  }

  #take(): Job[] {
    let [count, bytes] = [0, 0]
    for (const { weight } of this.#queue) {
      if (count > 0 && (count >= MOST_JOBS || bytes + weight > MOST_BYTES)) break
      count++
      bytes += weight
    }
    return this.#queue.splice(0, count)
  }

  async #write(jobs: readonly Job[]): Promise<void> {
    try {
      const outcomes = await this.#options.db.transaction((query) => this.#within(query, jobs))
      for (const [job, outcome] of outcomes) {
        if ('error' in outcome) job.reject(outcome.error)
        else {
          outcome.after?.()
          job.resolve(outcome.value)
        }
      }
    } catch (error) {
      // what one of them did wrong is not the others' fault
      if (jobs.length > 1 && !isStoreFailure(error)) {
        for (const job of jobs) await this.#write([job])
        return
      }
      for (const { reject } of jobs) reject(error)
    }
  }

  async #within(query: Query, jobs: readonly Job[]): Promise<Map<Job, Outcome<unknown>>> {
    const { db, half, hasOthers } = this.#options
    const [tally, deltas, me] = [new Tally(), new Deltas(), this.#options.me()]
    let nudge = false
    const tellOthers = () => {
      nudge = true
    }
    const transaction = { query, me, tally, deltas, tellOthers }
    const outcomes = new Map<Job, Outcome<unknown>>()
    const groups = grouped(jobs)
    const keys: OrderKey[] = []
    for (const [step, group] of groups) {
      const items = group.map(({ item }) => item)
      keys.push(...((await step.locks?.(query, items)) ?? []))
    }
    await lockOrder(query, db.tables.schema, keys)
    // what has an order looks at what others of the same transaction did
    const inTurn = keys.length > 0 || groups.some(([step]) => step.inTurn === true)
    const runs = new Runs()
    for (const [step, group] of groups) {
      const items = group.map(({ item }) => item)
      runs.add(async () => {
        const results = await step.run(transaction, items)
        for (const [index, job] of group.entries()) outcomes.set(job, results[index]!)
      })
      if (inTurn) await runs.over()
    }
    await runs.over()
    // nobody waits for what follows: it goes with the commit
    writeCounts(query, { me, half }, tally, deltas)
    if (nudge && hasOthers()) goesAlong(query, 'SELECT pg_notify($1, $2)', db.channel, '')
    return outcomes
  }
}

/** Several things at once, of which the first that failed says why, after all have ended: nothing is asked then any more. */
class Runs {
  readonly #all: Promise<void>[] = []
  #failed: { readonly error: unknown } | null = null

  add(run: () => Promise<void>): void {
    this.#all.push(
      run().catch((error) => {
        this.#failed ??= { error }
      }),
    )
  }

  async over(): Promise<void> {
    await Promise.all(this.#all)
    if (this.#failed !== null) throw this.#failed.error
  }
}

function grouped(jobs: readonly Job[]): [Step<unknown, unknown>, Job[]][] {
  const groups = new Map<Step<unknown, unknown>, Job[]>()
  for (const job of jobs) {
    const group = groups.get(job.step)
    if (group === undefined) groups.set(job.step, [job])
    else group.push(job)
  }
  return [...groups].sort(([a], [b]) => a.order - b.order)
}

/** A write of its own. */
export type Work<R> = (transaction: Transaction) => Promise<R>

/** Writes that are done one by one, after events and before deliveries. */
export const WORK: Step<Work<unknown>, unknown> = {
  order: 2,
  inTurn: true,
  async run(transaction, items) {
    const outcomes: Outcome<unknown>[] = []
    for (const work of items) outcomes.push({ value: await work(transaction) })
    return outcomes
  },
}
