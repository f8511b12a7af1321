import { hash } from 'node:crypto'
import { hexTime, timeIn } from '../events/new-id.js'

export const PREFIX = 'dlv_'
/** Letters of the digest. */
const DIGEST = 32
/** The length of an id that has no time in it. */
export const UNTIMED = PREFIX.length + DIGEST

/**
 * The id of a delivery, which is the `webhook-id` of all its requests: the same for the same event, sender and payload,
 * so that a flow that runs twice makes one delivery. 192 bits of SHA-256 in base64url, after the time when the event's
 * id begins with one: new ones stand together in an index then. No dots, as the signature of
 * Standard Webhooks wants it. `payload` is what the template made, before secrets are filled in.
 */
export function deliveryId(eventId: string, senderId: string, payload: Buffer): string {
  const place = Buffer.from(`${JSON.stringify([eventId, senderId])}\n`)
  return `${PREFIX}${timeIn(eventId)}${hash('sha256', Buffer.concat([place, payload]), 'base64url').slice(0, DIGEST)}`
}

/**
 * The same with a time before the digest, where the event's own id has none: the stores put in when the first event of
 * that id came, which is the same whenever a flow sees it.
 * @param receivedAt Unix milliseconds
 */
export function withTime(id: string, receivedAt: number): string {
  if (id.length !== UNTIMED) return id
  return `${PREFIX}${hexTime(receivedAt)}${id.slice(PREFIX.length)}`
}

/**
 * What tells a delivery from every other one: its id without the time. To be compared where one id was made here and the
 * other by a store, which may have put a time in.
 */
export const digestOf = (id: string): string => id.slice(-DIGEST)
