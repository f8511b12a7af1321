import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { closeToOthers } from './private-files.js'

/** Room for the results of what is in flight: a full disk refuses even updates and deletes. */
export const BALLAST_BYTES = 2 * 1024 * 1024

/**
 * A file beside the store that only takes room. When the disk is full it is given up, so that what an endpoint already
 * answered can still be recorded; the store counts as writable again when the ballast is back.
 */
export class Ballast {
  readonly #path: string
  readonly #bytes: number

  constructor(path: string, bytes: number) {
    this.#path = path
    this.#bytes = bytes
  }

  /**
   * Throws what the file system throws, ENOSPC above all; then there is no ballast.
   * @param makeRoom called first when there is none yet
   */
  put(makeRoom?: () => void): void {
    if (this.#bytes === 0) return
    closeToOthers(this.#path)
    if (statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes) return
    makeRoom?.()
    const file = openSync(this.#path, 'w', 0o600)
    try {
      // Random bytes, because some file systems keep zeros in no room at all.
      const block = randomBytes(Math.min(this.#bytes, 64 * 1024))
      for (let left = this.#bytes; left > 0; ) left -= writeSync(file, block, 0, Math.min(left, block.length))
      fsyncSync(file)
    } catch (error) {
      closeSync(file)
      this.drop()
      throw error
    }
    closeSync(file)
  }

  /** Gives the room up; false when there is none to give. */
  drop(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false }) === undefined) return false
    rmSync(this.#path, { force: true })
    return true
  }
}
