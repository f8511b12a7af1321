import { AutomationError } from '../../../lib/error.js'

/** What is wrong with a value, as the code that will use it says; `null` when nothing is. */
export function problemOf(use: () => unknown): string | null {
  try {
    use()
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error.message
    throw error
  }
}
