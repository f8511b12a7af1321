import type { AutomationError } from '../../error.js'

/** How the transactions are made; `begin`, `commit` and `rollBack` are SQLite's. */
export interface CommitPort {
  begin(): void
  /** Writes the transaction into the log, without a wait for the disk. */
  commit(): void
  rollBack(): void
  /** Resolves when everything that was committed is on the disk; the event loop goes on meanwhile. */
  sync(): Promise<void>
  /** The same, while everything waits. */
  syncNow(): void
  /** Whether the log has grown so long that it should be copied into the file. */
  isLogLong(): boolean
  /** Does it, when everything is on the disk; the event loop goes on meanwhile, and no transaction begins. */
  copyLog(): Promise<void>
  /** The failure of the store behind an error, or null when the error is the work's own. */
  failure(error: unknown): AutomationError | null
  /** Makes room on a full disk; true when trying again is worth it. */
  makeRoom(error: unknown): boolean
  /** Calls back at the end of this turn of the event loop, or after a pause in milliseconds. */
  later(call: () => void, pause: number): void
}

/** Who waits until a transaction is on the disk. */
interface Settling {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  value: unknown
}

export interface WriteOptions {
  /** Tried again on a full disk, when room was made. */
  readonly mustHappen?: boolean
  /**
   * `at once`: somebody waits for the answer, so nothing that can wait goes along. `with others`: nobody is kept by it
   * for some milliseconds, so it goes along with the next write that is usual, which touches the same pages of the file.
   */
  readonly when?: 'at once' | 'usual' | 'with others'
}

interface Write extends Settling {
  readonly work: () => unknown
  readonly mustHappen: boolean
  readonly alone: boolean
}

/** A transaction takes new work for so many milliseconds; then it commits, and the rest waits for the next turn. */
const BUDGET_MS = 5
/**
 * The event loop stands still during a commit, so the next one begins no sooner than so many times the last one later,
 * and the longer the more there was to write: a burst shares few commits, a steady stream waits little, and a single
 * event has its commit at once.
 */
const REST = { least: 10, perWrite: 2, most: 50 }
const LONGEST_PAUSE_MS = 50
/** So long a write waits for others to go along with: at a steady rate it saves a commit for each event. */
const COMPANY_MS = 20
/** A transaction with more writes is one of a burst. */
const FEW = 2
/** So many writes are worth a commit of their own, and are not kept waiting for the end of the rest. */
const WHOLE_GROUP = 128

/**
 * Group commit: everything that is to be written in one turn of the event loop shares one transaction, and what was
 * committed while the disk was waited for shares the next wait. A promise resolves when its transaction is on the disk.
 * Work that throws fails alone; a store that fails rejects everything.
 */
export class GroupCommit {
  readonly #port: CommitPort
  readonly #now: () => number
  #queue: Write[] = []
  /** What goes along with the next usual write, or goes alone after a while. */
  #patient: Write[] = []
  /** Committed, but not waited for yet. */
  #committed: readonly Settling[] = []
  /** What the disk is waited for. */
  #syncing: readonly Settling[] = []
  /** Whether the log should be copied into the file, and whether it is being copied. */
  #copy: 'not' | 'due' | 'under way' = 'not'
  /** Why the disk did not take something. */
  #lost: unknown = null
  #afterCommit: (() => void)[] = []
  /** Whether a turn will come, and whether it comes at the end of this turn of the event loop. */
  #scheduled: 'not' | 'after the rest' | 'at once' = 'not'
  #lastTook = 0
  /** How many writes the last transaction had. */
  #lastWrites = 0
  /** When the next commit may begin, by `now`. */
  #restUntil = 0

  constructor(port: CommitPort, now: () => number = () => performance.now()) {
    this.#port = port
    this.#now = now
  }

  /**
   * Runs `work` inside the next transaction, or one of the next. It must be synchronous and may run twice.
   */
  write<T>(work: () => T, { mustHappen = false, when = 'usual' }: WriteOptions = {}): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const settling = { resolve: resolve as (value: unknown) => void, reject, value: undefined }
      const write: Write = { work, mustHappen, alone: when === 'at once', ...settling }
      // in a burst writes share commits as it is, and who waits for a result would wait for nothing
      if (when === 'with others' && this.#lastWrites <= FEW) {
        this.#waitForOthers(write)
        return
      }
      this.#queue.push(write)
      this.#schedule()
    })
  }

  #waitForOthers(write: Write): void {
    this.#patient.push(write)
    if (this.#patient.length >= WHOLE_GROUP) this.#waitNoLonger(this.#patient[0])
    else if (this.#patient[0] === write) this.#port.later(() => this.#waitNoLonger(write), COMPANY_MS)
  }

  /** @param first of those that wait; where it has gone along meanwhile, younger ones have their whole time */
  #waitNoLonger(first: Write | undefined): void {
    if (this.#patient[0] !== first) return
    this.#queue.push(...this.#patient.splice(0))
    this.#schedule()
  }

  /** To be called by work: what is to be done when the transaction it belongs to has been committed. */
  afterCommit(then: () => void): void {
    this.#afterCommit.push(then)
  }

  /** Resolves when everything that is committed by now is on the disk: nothing may be done with it before. */
  settled(): Promise<void> {
    if (this.#syncing.length === 0 && this.#committed.length === 0) return Promise.resolve()
    return new Promise((resolve, reject) => {
      this.#settle([{ resolve: () => resolve(), reject, value: undefined }])
    })
  }

  /** Commits what is queued and waits for the disk, at once. */
  flush(): void {
    this.#queue.push(...this.#patient.splice(0))
    while (this.#queue.length > 0) this.#turn()
    const settling = [...this.#syncing, ...this.#committed]
    this.#committed = []
    if (settling.length === 0) return
    try {
      this.#port.syncNow()
      for (const { resolve, value } of settling) resolve(value)
    } catch (error) {
      this.#lose(settling, error)
      throw error
    }
  }

  /**
   * While the disk is waited for, only a whole group is committed: the rest shares the next wait. Nothing is while the log
   * is copied, or waits to be.
   */
  #schedule(): void {
    if (this.#copy === 'under way') return
    if (this.#syncing.length > 0 && (this.#queue.length < WHOLE_GROUP || this.#copy === 'due')) return
    const pause = this.#queue.length >= WHOLE_GROUP ? 0 : Math.max(0, this.#restUntil - this.#now())
    if (this.#scheduled === 'at once' || (this.#scheduled === 'after the rest' && pause > 0)) return
    this.#scheduled = pause > 0 ? 'after the rest' : 'at once'
    this.#port.later(() => {
      // a pause that was overtaken finds nothing to do, or does it a little early
      this.#scheduled = 'not'
      if (this.#copy === 'under way') return
      this.#turn()
      if (this.#queue.length > 0) this.#schedule()
    }, pause)
  }

  #turn(): void {
    if (this.#queue.length === 0) return
    if (this.#patient.length > 0 && !this.#queue.every(({ alone }) => alone)) {
      this.#queue.push(...this.#patient.splice(0))
    }
    const waiting = this.#queue
    const end = this.#now() + BUDGET_MS
    let taken = 0
    try {
      this.#transaction(() => {
        do {
          const write = waiting[taken]!
          taken++
          write.value = write.work()
        } while (taken < waiting.length && this.#now() < end)
        return taken
      })
    } catch (error) {
      this.#queue = []
      this.#recover(waiting, error)
      return
    }
    this.#queue = taken === waiting.length ? [] : waiting.slice(taken)
    this.#settle(this.#queue.length === 0 ? waiting : waiting.slice(0, taken))
  }

  /** Sees to it that these are told when what was committed is on the disk. */
  #settle(settling: readonly Settling[]): void {
    this.#committed = this.#committed.concat(settling)
    if (this.#syncing.length > 0) return
    this.#syncing = this.#committed
    this.#committed = []
    this.#sync(this.#syncing)
      .then(() => this.#goOn())
      .catch((error) => this.#lose(this.#committed, error))
  }

  #goOn(): void {
    this.#syncing = []
    if (this.#committed.length > 0) this.#settle([])
    else if (this.#copy === 'due' && this.#lost === null) this.#copyLog().catch((error) => this.#lose([], error))
    if (this.#queue.length > 0) this.#schedule()
  }

  async #copyLog(): Promise<void> {
    this.#copy = 'under way'
    try {
      await this.#port.copyLog()
    } finally {
      this.#copy = 'not'
      if (this.#queue.length > 0) this.#schedule()
    }
  }

  async #sync(syncing: readonly Settling[]): Promise<void> {
    try {
      if (this.#lost !== null) throw this.#lost
      await this.#port.sync()
      for (const { resolve, value } of syncing) resolve(value)
    } catch (error) {
      this.#lose(syncing, error)
    }
  }

  /** The log is read only as far as it is whole: what comes after something that the disk lost is lost as well. */
  #lose(settling: readonly Settling[], error: unknown): void {
    this.#lost = this.#port.failure(error) ?? error
    for (const { reject } of settling) reject(this.#lost)
  }

  /** One by one, so that the write that cannot be done fails alone; a failing store rejects what is left. */
  #recover(writes: readonly Write[], cause: unknown): void {
    let failure = this.#port.failure(cause)
    const room = failure !== null && this.#port.makeRoom(cause)
    for (const write of writes) {
      if (failure !== null && !(room && write.mustHappen)) {
        write.reject(failure)
        continue
      }
      try {
        this.#transaction(() => {
          write.value = write.work()
          return 1
        })
        this.#settle([write])
      } catch (error) {
        const now = this.#port.failure(error)
        failure ??= now
        write.reject(now ?? error)
      }
    }
  }

  /** @param work returns how many writes it did */
  #transaction(work: () => number): void {
    this.#afterCommit = []
    try {
      this.#port.begin()
      const writes = work()
      this.#lastWrites = writes
      const start = this.#now()
      this.#port.commit()
      const end = this.#now()
      // one slow commit among quick ones says nothing about the disk
      const usual = Math.min(end - start, this.#lastTook)
      this.#lastTook = end - start
      const rest = Math.max(REST.least, Math.min(writes * REST.perWrite, REST.most))
      this.#restUntil = end + Math.min(usual * rest, LONGEST_PAUSE_MS)
      if (this.#copy === 'not' && this.#port.isLogLong()) this.#copy = 'due'
    } catch (error) {
      this.#port.rollBack()
      throw error
    }
    const then = this.#afterCommit
    this.#afterCommit = []
    for (const call of then) call()
  }
}

/** At the end of this turn of the event loop, or after a pause in milliseconds. */
export function later(call: () => void, pause: number): void {
  if (pause > 0) setTimeout(call, pause)
  else setImmediate(call)
}
