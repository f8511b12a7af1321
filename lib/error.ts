import { type ErrorCode, type ErrorValues, kindOf } from './error-codes.js'

/** One field of an input that was refused: `path` as in `events[2].alias` (empty for the whole), `message` a sentence. */
export interface Detail {
  readonly path: string
  readonly message: string
}

export interface AutomationErrorOptions {
  /** At most about 30 characters, for a node's status; defaults to what the code's kind has, else to the code in words. */
  statusText?: string | undefined
  /** Whether the same thing may succeed later without anybody changing anything; as the code's kind has it by default. */
  retryable?: boolean
  details?: readonly Detail[]
  /** What the sentence tells in numbers and names: with the code enough to say it in another language. Never a secret. */
  values?: ErrorValues
  cause?: unknown
}

/**
 * The one base of every error that the package reports. `code` is for programs (and never changes; the table is in
 * error-codes.ts), `message` is a sentence for a person that says what happened, where, and what to do. Neither ever
 * holds a secret's value. The sentence is English; whoever shows it may say it in another language by `code` and `values`.
 */
export class AutomationError extends Error {
  override readonly name: string = 'AutomationError'
  readonly code: ErrorCode
  readonly statusText: string
  readonly retryable: boolean
  readonly details: readonly Detail[]
  readonly values: ErrorValues

  constructor(code: ErrorCode, message: string, options: AutomationErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    const kind = kindOf(code)
    this.code = code
    this.statusText = options.statusText ?? kind.statusText ?? code.replaceAll('_', ' ')
    this.retryable = options.retryable ?? kind.retryable ?? false
    this.details = options.details ?? []
    this.values = options.values ?? {}
  }

  /** Catch nodes show an error as a text: the sentence, without the name of this class before it. */
  override toString(): string {
    return this.message
  }
}

/** Whether somebody else has the right that was used; nothing is wrong with the store. */
export const isLeaseLost = (error: unknown): boolean => error instanceof AutomationError && error.code === 'lease_lost'

/** Whether a store cannot be used now. Settings of a store that are wrong are no such failure: waiting does not mend them. */
export const isStoreFailure = (error: unknown): error is AutomationError =>
  error instanceof AutomationError && kindOf(error.code).store === true
