import { hash } from 'node:crypto'
import { timeIn } from '../events/new-id.js'

/**
 * The id of a delivery, which is the `webhook-id` of all its requests: the same for the same event, sender and payload,
 * so that a flow that runs twice makes one delivery. 192 bits of SHA-256 in base64url, after the time when the event's
 * id begins with one: new ones stand together in an index then. No dots, as the signature of
 * Standard Webhooks wants it. `payload` is what the template made, before secrets are filled in.
 */
export function deliveryId(eventId: string, senderId: string, payload: Buffer): string {
  const place = Buffer.from(`${JSON.stringify([eventId, senderId])}\n`)
  return `dlv_${timeIn(eventId)}${hash('sha256', Buffer.concat([place, payload]), 'base64url').slice(0, 32)}`
}
