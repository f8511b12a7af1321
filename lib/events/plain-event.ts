import { AutomationError } from '../error.js'
import { fits } from '../json.js'
import type { ArtifactEvent } from './event.js'
import { EVENT_LIMITS } from './event-values.js'

/**
 * An event as JSON would bring it back, for keeping: between trigger and sender a flow can put anything into it, or
 * change it after the sender has taken its message.
 * @throws AutomationError `event_invalid` for what JSON cannot say, what cannot be read, and for what is nested so deep
 *   that Node-RED itself could not copy a message that holds it
 */
export function plainEvent(event: ArtifactEvent): ArtifactEvent {
  try {
    if (!fits(event, LIMITS)) throw unusable(tooMuch)
    return plainObject(event) as ArtifactEvent
  } catch (cause) {
    if (cause instanceof AutomationError) throw cause
    throw unusable('that cannot be written as JSON', cause)
  }
}

/** A body of 1 MiB cannot hold more values and characters than this; what is deeper kills whoever copies it. */
const LIMITS = { depth: EVENT_LIMITS.depth, size: 8 * EVENT_LIMITS.bodyBytes }

const tooMuch = `that is nested deeper than ${EVENT_LIMITS.depth} levels, holds itself, or is too large to be written as JSON`

function plain(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      throw unusable('that cannot be written as JSON: a big integer')
    case 'object': {
      if (value === null) return null
      const { toJSON } = value as { readonly toJSON?: unknown }
      if (typeof toJSON === 'function') return plain(toJSON.call(value))
      if (Array.isArray(value)) return value.map((element) => plain(element) ?? null)
      return plainObject(value)
    }
    default:
      return undefined
  }
}

function plainObject(object: object): object {
  const copy: Record<string, unknown> = {}
  for (const name of Object.keys(object)) {
    const value = plain((object as Readonly<Record<string, unknown>>)[name])
    if (value === undefined) continue
    if (name !== '__proto__') copy[name] = value
    else Object.defineProperty(copy, name, { value, writable: true, enumerable: true, configurable: true })
  }
  return copy
}

function unusable(what: string, cause?: unknown): AutomationError {
  return new AutomationError(
    'event_invalid',
    `The event in msg.event holds something ${what}; a node before this one put it there.`,
    { statusText: 'event is not JSON', cause },
  )
}
