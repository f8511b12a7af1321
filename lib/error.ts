/** One field of an input that was refused: `path` as in `events[2].alias` (empty for the whole), `message` a sentence. */
export interface Detail {
  readonly path: string
  readonly message: string
}

export interface AutomationErrorOptions {
  /** At most about 30 characters, for a node's status; defaults to the code in words. */
  statusText?: string
  /** Whether the same thing may succeed later without anybody changing anything. */
  retryable?: boolean
  details?: readonly Detail[]
  cause?: unknown
}

/**
 * The one base of every error that the package reports. `code` is for programs (and never changes), `message` is a
 * sentence for a person that says what happened, where, and what to do. Neither ever holds a secret's value.
 */
export class AutomationError extends Error {
  override readonly name: string = 'AutomationError'
  readonly code: string
  readonly statusText: string
  readonly retryable: boolean
  readonly details: readonly Detail[]

  constructor(code: string, message: string, options: AutomationErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.statusText = options.statusText ?? code.replaceAll('_', ' ')
    this.retryable = options.retryable ?? false
    this.details = options.details ?? []
  }
}
