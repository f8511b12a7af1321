import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { asWritten } from './header-text.js'
import type { Format } from './settings.js'

/** Headers in which any sender may name its delivery, so that a repeated one is recognised; the first that is there counts. */
const ID_HEADERS = ['webhook-id', 'svix-id', 'idempotency-key']

/** Of registries: the Hub has one of its own, and others would not be the Hub's. */
const OF_FORMAT: Readonly<Record<Format, readonly string[]>> = {
  event: ID_HEADERS,
  mlflow: ['x-mlflow-delivery-id', ...ID_HEADERS],
  huggingface: ['webhook-id'],
  // each has an id of its own
  cloudevents: [],
  // docs.github.com, "Webhook events and payloads": the same when a delivery is sent again
  mapped: [...ID_HEADERS, 'x-github-delivery'],
}

/** What is known of a request whose body was signed. */
export interface SignedBody {
  /** The id headers that its signatures cover. */
  readonly covers: readonly string[]
  readonly body: Buffer
}

/** Characters that a place in an array may add to an id. */
const ROOM = '/1048576'.length

/**
 * The id that a delivery's headers give it. One that no signature covers may be written by anybody on the way: it counts
 * only together with the body, so that a body that was captured cannot take the id of one that is still to come. Nor may
 * it come before one that is covered, or a replayed delivery would be a new one.
 * @param signed null when nothing is signed: then the headers are as good as the sender's secret, or nothing is
 */
export function deliveryId(
  format: Format,
  headers: IncomingHttpHeaders,
  signed: SignedBody | null,
): string | undefined {
  const names = OF_FORMAT[format]
  if (signed === null) return first(names, headers)
  const covered = first(signed.covers, headers)
  if (covered !== undefined) return covered
  const loose = first(names, headers)
  return loose === undefined ? undefined : tied(loose, signed.body)
}

function first(names: readonly string[], headers: IncomingHttpHeaders): string | undefined {
  const name = names.find((each) => headers[each])
  return name === undefined ? undefined : asWritten(String(headers[name]))
}

/** What the ids of several events begin with: the delivery's own, or its digest, where a place behind it would make it too long. */
export function beforePlaces(delivery: string): string {
  const { length } = delivery
  const hasRoom = length <= EVENT_LIMITS.idLength - ROOM
  return hasRoom || length > EVENT_LIMITS.idLength ? delivery : createHash('sha256').update(delivery).digest('hex')
}

/** The same id with the same body stays the same. */
function tied(id: string, body: Buffer): string {
  const digest = createHash('sha256').update(body).digest('hex')
  const whole = `${id}.${digest.slice(0, 32)}`
  if (whole.length <= EVENT_LIMITS.idLength - ROOM) return whole
  return createHash('sha256').update(id).update('\n').update(digest).digest('hex')
}
