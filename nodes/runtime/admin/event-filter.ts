import { EVENT_TYPES, type EventType } from '../../../lib/events/event.js'
import type { EventFilter } from '../../../lib/store/event-log.js'
import { searchOf } from './filter.js'
import { optionalTime } from './input.js'
import { wrong } from './refusals.js'
import { type AdminRequest, optionalText } from './router.js'

export const EVENT_FILTER: readonly string[] = ['source', 'event_type', 'since', 'until', 'search']

/** Which events a call is about. */
export function eventFilterOf(query: AdminRequest['query']): EventFilter {
  const source = optionalText(query['source'], 'source')
  const type = eventTypeOf(optionalText(query['event_type'], 'event_type'))
  const since = optionalTime(query['since'], 'since')
  const until = optionalTime(query['until'], 'until')
  const search = searchOf(query['search'])
  return {
    ...(source !== undefined && { source }),
    ...(type !== undefined && { event_type: type }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(search !== undefined && { search }),
  }
}

function eventTypeOf(given: string | undefined): EventType | undefined {
  if (given === undefined) return undefined
  const type = given === 'LINK_MODEL' ? 'LINK_ARTIFACT' : given
  const known = EVENT_TYPES.find((one) => one === type)
  if (known === undefined) throw wrong('event_type', `must be one of ${EVENT_TYPES.join(', ')}`)
  return known
}
