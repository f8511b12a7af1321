import { AutomationError } from '../error.js'

/** A webhook that cannot be used as it is configured: a sentence that says what to change, and a few words for the status. */
export function invalid(message: string, statusText: string, cause?: unknown): AutomationError {
  return new AutomationError('webhook_invalid', message, { statusText, ...(cause === undefined ? {} : { cause }) })
}
