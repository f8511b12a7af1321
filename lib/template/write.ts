import { MOST_BODY_BYTES } from '../body-size.js'
import { AutomationError } from '../error.js'
import { fits, isCircular } from '../json.js'
import { formText } from './form-text.js'
import { tooLarge } from './size.js'
import type { SecretSlot } from './slot.js'

/** Whether there is nothing to write: absent, `null`, empty text, or what JSON cannot say. */
export function isMissing(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value === ''
    case 'number':
      return !Number.isFinite(value)
    case 'boolean':
    case 'bigint':
      return false
    case 'object':
      return value === null
    default:
      return true
  }
}

/** What stands in the place of a value that is missing. */
export const writeMissing = (as: SecretSlot['as']): string => (as === 'json-value' ? 'null' : '')

/**
 * A value as it stands in a payload: `json-text` escaped for the inside of a JSON string, `json-value` as JSON, `raw`
 * as it is, `form` percent-encoded. Objects and arrays inside text become their JSON text. A lone surrogate, which UTF-8 cannot carry, is
 * escaped in JSON and U+FFFD elsewhere.
 * @param value not missing
 * @throws AutomationError `event_invalid` when an object cannot be written as JSON
 */
export function write(value: unknown, as: SecretSlot['as']): string {
  if (typeof value === 'string') {
    if (as === 'json-value') return JSON.stringify(value)
    if (as === 'form') return formText(value)
    return as === 'json-text' ? escapeText(value) : wellFormed(value)
  }
  if (typeof value === 'object') {
    const json = jsonOf(value)
    if (as === 'form') return formText(json)
    return as === 'json-text' ? escapeText(json) : json
  }
  return String(value)
}

/** All but quotes, backslashes, control characters and surrogates, which need no escape. */
const NEEDS_NO_ESCAPE = /^[ !#-[\]-\uD7FF\uE000-\uFFFF]*$/

function escapeText(text: string): string {
  return NEEDS_NO_ESCAPE.test(text) ? text : JSON.stringify(text).slice(1, -1)
}

/** With the `u` flag only a surrogate that is alone matches; a pair is one character. */
const LONE_SURROGATE = /\p{Surrogate}/gu

/** Text that UTF-8 can carry. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\uFFFD')

/** The same for text inside JSON strings, without loss. */
export const wellFormedJson = (text: string): string =>
  text.replace(LONE_SURROGATE, (unit) => `\\u${unit.charCodeAt(0).toString(16)}`)

const WRITABLE = { depth: Number.POSITIVE_INFINITY, size: MOST_BODY_BYTES }

/** Events are JSON when they come in, but a flow can put anything into them. */
function jsonOf(value: unknown): string {
  let cause: unknown
  try {
    if (!fits(value, WRITABLE) && !isCircular(value)) throw tooLarge()
    const json = JSON.stringify(value)
    if (json !== undefined) return json
  } catch (error) {
    if (error instanceof AutomationError) throw error
    cause = error
  }
  const message = 'The event holds something that cannot be written as JSON; a node before the template put it there.'
  throw new AutomationError('event_invalid', message, { statusText: 'event is not JSON', cause })
}
