import { AutomationError } from '../../error.js'
import type { ErrorCode } from '../../error-codes.js'

/** What to do after a failure: ask again soon and ever slower, or rarely, because somebody has to change something. */
export type Remedy = 'back-off' | 're-check'

/**
 * Why a registry could not be asked. The cursor has not moved: the next poll that succeeds sees everything that was missed.
 * Codes: `source_denied`, `source_rate_limited`, `source_unavailable`, `source_answer_invalid` (not from the registry's API),
 * `source_answer_unexpected` (not as its schema has it), `source_answer_too_large`, `source_query_refused`,
 * `source_lacks` (a field without which nothing can be watched), `source_not_found`.
 */
export class SourceFailure extends AutomationError {
  override readonly name: string = 'SourceFailure'
  readonly remedy: Remedy
  /** The server asked for so long a pause, in milliseconds; null when it asked for none. */
  readonly pause: number | null
  /** Of the answer that was no success; null when there was none, or it was something else. */
  readonly status: number | null
  /** The answer is about one thing alone, and says nothing of the others. */
  readonly ofOne: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      statusText: string
      remedy: Remedy
      pause?: number | null
      status?: number
      ofOne?: boolean
      cause?: unknown
    },
  ) {
    super(code, message, { statusText: options.statusText, retryable: true, cause: options.cause })
    this.remedy = options.remedy
    this.pause = options.pause ?? null
    this.status = options.status ?? null
    this.ofOne = options.ofOne ?? false
  }
}

/** Why a server that answers of other things did not of this one, in words; null when that is the fault of all. */
export function refusalOfOne(error: unknown): string | null {
  if (!(error instanceof SourceFailure)) return null
  const { status } = error
  if (error.ofOne) return error.message
  if (status === 403) return 'the API key may not read it (any more)'
  return status !== null && status >= 500 ? `the server answers ${status} when it is asked for it` : null
}

/** @returns what was found, or in words what kept the server from saying it; rejects with what is wrong with all of it */
export async function orRefusal<T>(find: () => Promise<T>): Promise<T | { readonly why: string }> {
  try {
    return await find()
  } catch (error) {
    const why = refusalOfOne(error)
    if (why === null) throw error
    return { why }
  }
}

/** The first 200 characters of what somebody else sent, on one line, with what could be markup or control shown as it is. */
export function excerpt(text: string): string {
  const start = text.slice(0, 200)
  const shown = start.replace(/[<>&\p{Cc}\u2028\u2029]/gu, (char) =>
    char === '<' ? '‹' : char === '>' ? '›' : char === '&' ? '＆' : ' ',
  )
  return text.length > 200 ? `${shown}…` : shown
}

/** Errors that are no failures of the source (of the store, or in this program) are tried again as well. */
export function asFailure(error: unknown): SourceFailure {
  if (error instanceof SourceFailure) return error
  const known = error instanceof AutomationError ? error : null
  const message =
    known?.message ?? `The watch was interrupted: ${error instanceof Error ? error.message : String(error)}`
  const statusText = known?.statusText ?? 'interrupted'
  return new SourceFailure(known?.code ?? 'source_unavailable', message, {
    statusText,
    remedy: 'back-off',
    cause: error,
  })
}
