import { closeSync, fdatasync, fdatasyncSync, openSync, statSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { termsOf } from '../../events/search-terms.js'
import { REQUIRED_NODE } from '../../required-node.js'
import { latencyBucket } from '../latency.js'
import { Checkpoints, LONG_LOG_BYTES } from './checkpoints.js'
import { closeToOthers, makePrivateFile } from './private-files.js'
import { APPLICATION_ID, MIGRATIONS } from './schema.js'
import { versionProblem } from './version.js'

type FdataSync = (file: number, done: (error: Error | null) => void) => void

export type Row = Record<string, SQLOutputValue>

export interface ConnectionOptions {
  readonly path: string
  /** The folder of stores, which is for nobody else; one that somebody else chose is left as it is. */
  readonly folder?: string
  /** Called with a sentence when the SQLite inside Node.js has a known fault, or others may read the file. */
  readonly warn?: (text: string) => void
  /** Called with a sentence when the file of an older version was brought up to date. */
  readonly info?: (text: string) => void
  /** SQLite's `max_page_count`: makes the file full at a size. */
  readonly maxPages?: number
  /** The file system's, which waits in another thread. */
  readonly fdatasync?: FdataSync
}

/**
 * The one connection to a store's file: opened so that no second process gets in, its statements prepared once.
 * Throws what node:sqlite throws, and `AutomationError` for a file that is not ours or from a newer version.
 */
export class Connection {
  readonly path: string
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()
  /** The files that are written, by their numbers. */
  readonly #inodes = new Map<string, number | undefined>()
  /** The file and its write-ahead log, opened a second time; null before there is a log. */
  #opened: { readonly file: number; readonly log: number } | null = null
  #checkpoints: Checkpoints | null = null
  readonly #fdatasync: FdataSync

  constructor(options: ConnectionOptions) {
    this.path = options.path
    this.#fdatasync = options.fdatasync ?? fdatasync
    makePrivateFile(options.path)
    // A lock is never waited for: node:sqlite would block the whole process meanwhile.
    this.#db = new (sqlite().DatabaseSync)(options.path, { timeout: 0, enableForeignKeyConstraints: false })
    try {
      this.#setUp(options)
    } catch (error) {
      this.#db.close()
      throw error
    }
  }

  #setUp(options: ConnectionOptions): void {
    const problem = versionProblem(String(this.get('SELECT sqlite_version() AS version')?.['version']))
    if (problem !== null) options.warn?.(problem)
    // From here to the checks nothing is written, so that a file that is not ours stays as it is.
    this.exec('PRAGMA locking_mode = EXCLUSIVE')
    const version = this.#pragma('user_version')
    const empty = this.get('SELECT count(*) AS n FROM sqlite_schema')?.['n'] === 0
    if (!empty && this.#pragma('application_id') !== APPLICATION_ID) {
      throw new AutomationError(
        'store_unavailable',
        `${this.path} is another application's database. Choose another path.`,
        { statusText: 'not a delivery store', retryable: false },
      )
    }
    if (version > MIGRATIONS.length) {
      throw new AutomationError(
        'store_unavailable',
        `The delivery store ${this.path} was written by a newer version of this package (schema ${version}, this one knows ${MIGRATIONS.length}). It was left as it is: install that version again, or choose another path.`,
        { statusText: 'store is from a newer version', retryable: false },
      )
    }
    // the log gets the rights of the file (https://sqlite.org/src/file/src/os_unix.c, findCreateFileMode)
    for (const end of ['', '-wal', '-shm']) closeToOthers(`${options.path}${end}`, options.warn)
    if (options.folder !== undefined) closeToOthers(options.folder, options.warn)
    // a third fewer writes in a burst than with the usual 4 KB
    if (empty) this.exec('PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL')
    const mode = this.get('PRAGMA journal_mode = WAL')?.['journal_mode']
    if (mode !== 'wal') throw new Error(`SQLite keeps the journal mode ${String(mode)}`)
    // The log is synced by `sync`, with the durability of FULL, and checkpoints by `Checkpoints`; SQLite makes one itself,
    // and waits for the disk, where one transaction is as long as two logs.
    const twoLogs = Math.ceil((2 * LONG_LOG_BYTES) / this.#pragma('page_size'))
    this.exec(
      `PRAGMA synchronous = NORMAL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000; PRAGMA wal_autocheckpoint = ${twoLogs}`,
    )
    if (options.maxPages !== undefined) this.exec(`PRAGMA max_page_count = ${options.maxPages}`)
    this.#db.function('latency_bucket', { deterministic: true }, (ms) => latencyBucket(Number(ms)))
    this.#db.function('search_terms', { deterministic: true }, (json) =>
      termsOf(JSON.parse(String(json)) as ArtifactEvent),
    )
    if (version === MIGRATIONS.length) return
    this.#migrate(version)
    if (empty) return
    options.info?.(
      `The delivery store ${this.path} was written by an older version of this package; it was brought up to date (schema ${version} to ${MIGRATIONS.length}). Older versions cannot open it any more.`,
    )
  }

  #migrate(from: number): void {
    this.exec('BEGIN IMMEDIATE')
    try {
      for (const step of MIGRATIONS.slice(from)) this.exec(step)
      this.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`)
      this.exec('COMMIT')
    } catch (error) {
      this.rollBack()
      throw error
    }
  }

  /** To be called after the first transaction: both the file and its log are there then. */
  begun(): void {
    const paths = { file: this.path, log: `${this.path}-wal` }
    const opened = { file: openSync(paths.file, 'r+'), log: openSync(paths.log, 'r+') }
    this.#opened = opened
    this.#checkpoints = new Checkpoints({
      ...opened,
      pageSize: this.#pragma('page_size'),
      copy: () => this.#copyLog(),
      fdatasync: this.#fdatasync,
      lostDisk: (cause) => this.#lostDisk(cause),
    })
    for (const file of Object.values(paths)) this.#inodes.set(file, inodeOf(file))
  }

  /**
   * Resolves when everything that was committed is on the disk. With `synchronous = FULL` SQLite waits for the same in
   * COMMIT, and Node-RED with it: a tenth of a second on many an SD card (https://sqlite.org/pragma.html#pragma_synchronous).
   */
  sync(): Promise<void> {
    const opened = this.#opened
    return new Promise((resolve, reject) => {
      if (opened === null) throw new Error('the log is not open')
      this.#fdatasync(opened.log, (error) => {
        // a log that was closed meanwhile was waited for before
        if (error && this.#opened === opened) reject(this.#lostDisk(error))
        else resolve()
      })
    })
  }

  #copyLog(): void {
    this.#db.exec('PRAGMA synchronous = OFF')
    try {
      this.#db.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } finally {
      this.#db.exec('PRAGMA synchronous = NORMAL')
    }
  }

  /** Whether the log has grown so long that it should be copied into the file. */
  isLogLong(): boolean {
    return this.#checkpoints?.isDue() === true
  }

  /** Does it, as `Checkpoints.run`. */
  async copyLog(): Promise<void> {
    await this.#checkpoints?.run()
  }

  syncNow(): void {
    try {
      if (this.#opened !== null) fdatasyncSync(this.#opened.log)
    } catch (error) {
      throw this.#lostDisk(error as Error)
    }
  }

  /** What the disk has not taken may be forgotten by now, and no second try would tell: only a new start reads it again. */
  #lostDisk(cause: Error): AutomationError {
    return new AutomationError(
      'store_unavailable',
      `The delivery store ${this.path} cannot be written: the disk reports an error (${cause.message}). See to the disk, then restart Node-RED; what was acknowledged before is kept.`,
      { statusText: 'store: disk error', retryable: false, cause },
    )
  }

  /**
   * Throws when what is written is not the files at the path any more: it would be gone with the process. What is in a
   * log that was deleted still comes into the file. Not inside a transaction.
   * @param flush commits what is not committed yet
   */
  checkFiles(flush: () => void): void {
    if (Array.from(this.#inodes).every(([file, inode]) => inodeOf(file) === inode)) return
    flush()
    if (inodeOf(this.path) === this.#inodes.get(this.path)) this.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    throw new AutomationError(
      'store_unavailable',
      `The delivery store ${this.path} was removed or replaced while it was in use. Restart Node-RED.`,
      { statusText: 'store was removed', retryable: false },
    )
  }

  exec(sql: string): void {
    this.#checkpoints?.finish()
    this.#db.exec(sql)
  }

  /** Values are bound in order, to plain question marks: Node.js 22 binds none to `?1`. */
  run(sql: string, ...values: SQLInputValue[]): { changes: number | bigint; lastInsertRowid: number | bigint } {
    this.#checkpoints?.finish()
    return this.#statement(sql).run(...values)
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values)
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values)
  }

  /** What the log has grown to may be more than a full disk lacks. */
  emptyLog(): void {
    try {
      this.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // a disk so full that even this fails stays full
    }
  }

  rollBack(): void {
    // Some errors (a full disk among them) make SQLite roll back by itself.
    if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
  }

  close(): void {
    this.#checkpoints?.finish()
    this.#checkpoints = null
    this.#statements.clear()
    const opened = this.#opened
    this.#opened = null
    if (opened !== null) closeSync(opened.log)
    this.#db.close()
    // not before SQLite, whose lock would go with it (https://sqlite.org/howtocorrupt.html, section 2.2)
    if (opened !== null) closeSync(opened.file)
  }

  #pragma(name: string): number {
    return Number(this.get(`PRAGMA ${name}`)?.[name])
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement === undefined) {
      statement = this.#db.prepare(sql)
      this.#statements.set(sql, statement)
    }
    return statement
  }
}

const inodeOf = (file: string): number | undefined => statSync(file, { throwIfNoEntry: false })?.ino

/** Loaded when a store is opened, so that the package loads, and says what is wrong, where there is no node:sqlite. */
function sqlite(): typeof import('node:sqlite') {
  const loaded = process.getBuiltinModule?.('node:sqlite')
  if (loaded === undefined) {
    throw new AutomationError(
      'store_unavailable',
      `Node.js ${process.versions.node} has no built-in SQLite: the embedded delivery store needs ${REQUIRED_NODE} or newer.`,
      { statusText: 'Node.js is too old', retryable: false },
    )
  }
  return loaded
}
