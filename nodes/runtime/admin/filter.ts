import type { DeliveryStatus } from '../../../lib/delivery/delivery.js'
import { AutomationError } from '../../../lib/error.js'
import { folded } from '../../../lib/events/search-terms.js'
import type { DeliveryFilter } from '../../../lib/store/delivery-queue.js'
import { optionalTime } from './input.js'
import { wrong } from './refusals.js'
import { type AdminRequest, optionalText } from './router.js'

const STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'dry-run']

/** By what deliveries are told from others, in a query or a body. */
export const FILTER: readonly string[] = ['status', 'automation', 'webhook', 'event_id', 'since', 'until', 'search']

/** Which deliveries a call is about. */
export function filterOf(given: AdminRequest['query'] | AdminRequest['body']): DeliveryFilter {
  const status = optionalText(given['status'], 'status')
  if (status !== undefined && !STATUSES.includes(status as DeliveryStatus)) {
    throw wrong('status', `must be one of ${STATUSES.join(', ')}`)
  }
  const automation = optionalText(given['automation'], 'automation')
  const webhook = optionalText(given['webhook'], 'webhook')
  const eventId = optionalText(given['event_id'], 'event_id')
  const since = optionalTime(given['since'], 'since')
  const until = optionalTime(given['until'], 'until')
  const search = searchOf(given['search'])
  return {
    ...(status !== undefined && { status: status as DeliveryStatus }),
    ...(automation !== undefined && { automation }),
    ...(webhook !== undefined && { webhook }),
    ...(eventId !== undefined && { event_id: eventId }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
    ...(search !== undefined && { search }),
  }
}

/** The same of a call that changes or counts what fits: an empty one is a mistake, not everything. */
export function namedFilterOf(body: AdminRequest['body']): DeliveryFilter {
  const filter = filterOf(body)
  if (Object.keys(filter).length > 0) return filter
  const names = `${FILTER.slice(0, -1).join(', ')} or ${FILTER.at(-1)}`
  throw new AutomationError('request_invalid', `Say which deliveries: ${names}.`, {
    details: [{ path: '', message: `must have one of ${names}` }],
  })
}

/** What is searched for, as it is compared; undefined when nothing is. */
export function searchOf(value: unknown): string | undefined {
  const text = optionalText(value, 'search')
  if (text === undefined) return undefined
  if ([...text].length < 2) throw wrong('search', 'must have at least 2 characters')
  if (/[\r\n]/.test(text)) throw wrong('search', 'must be one line')
  return folded(text)
}
