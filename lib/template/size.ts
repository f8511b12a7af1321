import { MOST_BODY_BYTES } from '../body-size.js'
import { AutomationError } from '../error.js'

/**
 * Stops a text that is still growing. Every UTF-16 unit takes at least a byte, so this never refuses what
 * `checkSize` allows.
 * @throws AutomationError `payload_too_large`
 */
export function checkGrowth(text: string): void {
  if (text.length > MOST_BODY_BYTES) throw tooLarge()
}

/** @throws AutomationError `payload_too_large` when the text takes more than 1 MiB in UTF-8 */
export function checkSize(text: string): void {
  checkGrowth(text)
  if (text.length * 3 > MOST_BODY_BYTES && new TextEncoder().encode(text).length > MOST_BODY_BYTES) throw tooLarge()
}

export function tooLarge(): AutomationError {
  const message = 'The payload would be over 1 MiB. Use fewer or shorter values in the template.'
  return new AutomationError('payload_too_large', message)
}
