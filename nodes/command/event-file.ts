import { AutomationError } from '../../lib/error.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { parseEvent, parseEvents } from '../../lib/events/parse.js'
import { isObject } from '../../lib/json.js'
import type { CommandWorld } from './world.js'

export interface EventEntry {
  readonly event: ArtifactEvent
  /** Of which source it is; null when that is not known, and it is judged for all of them. */
  readonly source: string | null
}

/**
 * The events of a file: one, an array, or an answer of `GET events`, whose events are of the source that they came from.
 * @throws AutomationError `event_invalid`
 */
export function readEvents(file: string, world: CommandWorld): EventEntry[] {
  const value = parsedFile(file, world, 'event_invalid')
  const context = { receivedAt: world.now(), newId: () => 'event' }
  if (isObject(value) && Array.isArray(value['events'])) {
    const entries = value['events'].map((entry: unknown) => (isObject(entry) ? entry : {}))
    const events = parseEvents(
      entries.map(({ event }) => event),
      { ...context, idPrefix: 'event' },
    )
    return events.map((event, index) => {
      const source = entries[index]?.['source']
      return { event, source: typeof source === 'string' ? source : null }
    })
  }
  const events = Array.isArray(value)
    ? parseEvents(value, { ...context, idPrefix: 'event' })
    : [parseEvent(value, context)]
  return events.map((event) => ({ event, source: null }))
}

/** @throws AutomationError when it cannot be read, or is no JSON */
export function parsedFile(file: string, { read }: CommandWorld, code: 'event_invalid' | 'flow_invalid'): unknown {
  let text: string
  try {
    text = read(file)
  } catch (cause) {
    throw new AutomationError(code, `${file} cannot be read: ${(cause as Error).message}.`, { cause })
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (cause) {
    throw new AutomationError(code, `${file} is not JSON: ${(cause as Error).message}.`, { cause })
  }
}
