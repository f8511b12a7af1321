import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import path from 'node:path'
import { AutomationError } from '../../error.js'

/** Rights of everybody but the owner. */
const OTHERS = 0o077

/**
 * Makes an empty file for a store, and the folders on its way, that nobody but their owner may read: what comes in
 * events and goes out in payloads is not for every user of the machine. What is there already is left as it is.
 * @throws AutomationError `store_unavailable` where a folder stands; else what the file system throws
 */
export function makePrivateFile(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const there = statSync(file, { throwIfNoEntry: false })
  if (there === undefined) closeSync(openSync(file, 'a', 0o600))
  else if (there.isDirectory()) {
    throw new AutomationError(
      'store_unavailable',
      `The delivery store ${file} cannot be opened: a folder stands there. Remove the folder, or choose another path.`,
      { statusText: 'store path is a folder', retryable: true },
    )
  }
}

/**
 * Takes the rights of others from a file or folder that an older version, or a person, left open.
 * @param warn called with a sentence where that is not possible: it is another user's, or the disk knows no rights
 */
export function closeToOthers(place: string, warn?: (text: string) => void): void {
  const there = statSync(place, { throwIfNoEntry: false })
  if (there === undefined || (there.mode & OTHERS) === 0) return
  try {
    chmodSync(place, there.mode & 0o7777 & ~OTHERS)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    warn?.(`Other users of this machine may read ${place}, and that cannot be changed: ${reason}`)
  }
}
