import { fdatasyncSync, readSync } from 'node:fs'
import type { AutomationError } from '../../error.js'

/** A log with pages of so many bytes is copied into the file. */
export const LONG_LOG_BYTES = 16_000 * 1024

/** Where salts stand in a log, in bytes (https://sqlite.org/fileformat2.html#walformat). */
const HEADER = { bytes: 32, salts: 16 }
const FRAME = { bytes: 24, salts: 8 }
const SALTS_BYTES = 8

export interface CheckpointPort {
  /** The file and its log, opened beside SQLite. */
  readonly file: number
  readonly log: number
  /** Bytes of a page. */
  readonly pageSize: number
  /** Writes what the log holds into the file, without a wait for the disk; throws what SQLite throws. */
  copy(): void
  fdatasync(file: number, done: (error: Error | null) => void): void
  /** What is to be said of a disk that did not take what it was given. */
  lostDisk(cause: Error): AutomationError
}

/**
 * Copies the log into the file while the event loop goes on: SQLite itself would wait for the disk twice, some ten
 * milliseconds on a server and far more on an SD card. Its order is kept (https://sqlite.org/wal.html#ckpt): the log is
 * on the disk before anything of it is written into the file, and the file is before the log is begun anew, which the
 * next transaction does.
 */
export class Checkpoints {
  readonly #port: CheckpointPort
  /** Of the log that was copied last: the next one has others. */
  #copied: Buffer | null = null
  /** Whether the file was written and is not on the disk yet. */
  #isUnderWay = false
  #lost: AutomationError | null = null

  constructor(port: CheckpointPort) {
    this.#port = port
  }

  /** Each page in the log carries the salts of its log: so one look tells whether there are so many. */
  isDue(): boolean {
    if (this.#isUnderWay) return false
    const salts = this.#read(HEADER.salts)
    const { pageSize } = this.#port
    const before = Math.floor(LONG_LOG_BYTES / pageSize) - 1
    const page = this.#read(HEADER.bytes + before * (FRAME.bytes + pageSize) + FRAME.salts)
    return salts !== null && page?.equals(salts) === true && this.#copied?.equals(salts) !== true
  }

  /**
   * To be called when everything that was committed is on the disk, and to be waited for before the next transaction.
   * Rejects with `store_unavailable` when the disk did not take it.
   */
  async run(): Promise<void> {
    this.#copied = this.#read(HEADER.salts)
    try {
      this.#port.copy()
    } catch {
      // on a full disk, above all: the log stays as it is and goes on, and SQLite tries again
      return
    }
    this.#isUnderWay = true
    await new Promise<void>((resolve, reject) => {
      this.#port.fdatasync(this.#port.file, (error) => {
        // a transaction that could not wait has waited by itself
        if (!this.#isUnderWay) return resolve()
        this.#isUnderWay = false
        if (error) reject(this.#lose(error))
        else resolve()
      })
    })
  }

  /**
   * Before anything is written or closed: waits for the file, should it not be on the disk yet.
   * Throws `store_unavailable` when the disk did not take it, now or before.
   */
  finish(): void {
    if (this.#lost !== null) throw this.#lost
    if (!this.#isUnderWay) return
    this.#isUnderWay = false
    try {
      fdatasyncSync(this.#port.file)
    } catch (error) {
      throw this.#lose(error as Error)
    }
  }

  #lose(cause: Error): AutomationError {
    this.#lost = this.#port.lostDisk(cause)
    return this.#lost
  }

  #read(position: number): Buffer | null {
    const salts = Buffer.alloc(SALTS_BYTES)
    return readSync(this.#port.log, salts, 0, SALTS_BYTES, position) === SALTS_BYTES ? salts : null
  }
}
