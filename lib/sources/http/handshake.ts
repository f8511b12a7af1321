import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import { isObject } from '../../json.js'
import { parseBody } from './body.js'

/** Longest answer that Event Grid's validation can need, in characters: its codes are UUIDs. */
const MOST_CODE = 1024

/**
 * Whether somebody asks if events may be sent here (CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery", section 4:
 * Event Grid and others ask before they send any).
 */
export const asksForConsent = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['webhook-request-origin'] !== undefined

/**
 * Says yes, as often as they like. It tells nothing that a post would not, and whoever sends has to prove itself all the
 * same. An address to call back is not called: it could be anybody's.
 */
export function consent({ headers }: IncomingMessage, res: ServerResponse): void {
  res.writeHead(200, {
    Allow: 'OPTIONS, POST',
    'WebHook-Allowed-Origin': String(headers['webhook-request-origin']),
    'WebHook-Allowed-Rate': '*',
    'Content-Length': 0,
  })
  res.end()
}

/**
 * Whether Event Grid wants to see that it may send its own schema here (learn.microsoft.com, "Endpoint validation with
 * Event Grid event schema"). It comes once, when a subscription is made.
 */
export const isValidation = (headers: IncomingHttpHeaders): boolean =>
  headers['aeg-event-type'] === 'SubscriptionValidation'

const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent'

/**
 * Event Grid's code, which its answer has to hold; null when the body is no such request.
 * @throws AutomationError `body_invalid`
 */
export function validationCode(body: Buffer): string | null {
  const parsed = parseBody(body)
  const [first]: unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  // a CloudEvent has its type under another name
  if (!isObject(first) || (first['eventType'] ?? first['type']) !== VALIDATION) return null
  const code = isObject(first['data']) ? first['data']['validationCode'] : undefined
  return typeof code === 'string' && code.length <= MOST_CODE ? code : null
}
