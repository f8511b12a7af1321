import { AutomationError, isStoreFailure } from '../../error.js'

interface Failure {
  readonly code: 'store_unavailable' | 'store_corrupt'
  readonly retryable: boolean
  readonly statusText: string
  /** Completes the sentence "The delivery store <path> …". */
  readonly says: string
}

/** Of a file that another process holds. */
export const BUSY = 5
export const LOCKED = 6

/** SQLite's primary result codes (https://sqlite.org/rescode.html), as far as they say something about the file. */
export const FAILURES: Readonly<Record<number, Failure>> = {
  [BUSY]: locked(),
  [LOCKED]: locked(),
  8: {
    code: 'store_unavailable',
    retryable: true,
    statusText: 'store is read-only',
    says: 'is read-only. Give Node-RED the right to write the file and its directory.',
  },
  10: {
    code: 'store_unavailable',
    retryable: true,
    statusText: 'store: disk error',
    says: 'cannot be read or written: the disk reports an error.',
  },
  11: corrupt('is damaged'),
  13: {
    code: 'store_unavailable',
    retryable: true,
    statusText: 'disk full',
    says: 'cannot grow: the disk is full. Free some space; it goes on by itself.',
  },
  14: {
    code: 'store_unavailable',
    retryable: true,
    statusText: 'store cannot be opened',
    says: 'cannot be opened. See that its directory exists and that Node-RED may write there.',
  },
  26: corrupt('is not an SQLite database'),
}

function locked(): Failure {
  return {
    code: 'store_unavailable',
    retryable: true,
    statusText: 'store in use elsewhere',
    says: 'is in use by another process. Two Node-RED must not share a store: give one of them another path.',
  }
}

function corrupt(what: string): Failure {
  return {
    code: 'store_corrupt',
    retryable: false,
    statusText: 'store is damaged',
    says: `${what}. It was left as it is: move it aside, or put a backup in its place, and restart.`,
  }
}

/** Codes of the file system that mean what a result code of SQLite means. */
const SYSTEM_ERRORS: Readonly<Record<string, number>> = {
  ENOSPC: 13,
  EDQUOT: 13,
  EROFS: 8,
  EACCES: 14,
  EPERM: 14,
  ENOENT: 14,
  ENOTDIR: 14,
  EEXIST: 14,
  EIO: 10,
}

export const FULL = 13

/** SQLite's primary result code of an error of node:sqlite or of the file system; null when it is neither. */
export function resultCode(error: unknown): number | null {
  if (!(error instanceof Error)) return null
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode & 0xff
  if ('code' in error && typeof error.code === 'string') return SYSTEM_ERRORS[error.code] ?? null
  return null
}

/** The error for people, or null when `error` says nothing about the file: a mistake of the caller or of ours. */
export function storeFailure(path: string, error: unknown): AutomationError | null {
  if (error instanceof AutomationError) return isStoreFailure(error) ? error : null
  const failure = FAILURES[resultCode(error) ?? -1]
  if (failure === undefined) return null
  const { code, retryable, statusText, says } = failure
  return new AutomationError(code, `The delivery store ${path} ${says}`, { retryable, statusText, cause: error })
}
