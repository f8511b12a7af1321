import { isUtf8 } from 'node:buffer'
import type { NodeMessage, NodeMessageInFlow } from 'node-red'
import type { Delivery, MaskedRequest } from '../../lib/delivery/delivery.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { fits } from '../../lib/json.js'
import { FORM } from '../../lib/template/form-text.js'
import type { SecretSlot } from '../../lib/template/slot.js'
import type { DeliveredMessage, DryRunMessage, FailedMessage } from '../public.js'
import { isCopyable } from '../runtime/copyable.js'

/** What the queue kept of a message, enough to make the outputs of its sender at any later time. */
export interface Kept {
  readonly event: ArtifactEvent
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
  readonly contentType?: string | null
  readonly message: Readonly<Record<string, unknown>>
  readonly delivery: Delivery
}

/** Set by the nodes of this package, or tied to a connection that is gone when an output is made. */
const OURS = new Set([
  'payload',
  'secretSlots',
  'rendered',
  'event',
  'automation',
  'req',
  'res',
  'error',
  'delivery',
  'request',
])

/** Not copied by Node-RED, and needed by its `http response`. */
const OF_REQUESTS = new Set(['req', 'res'])

/** The properties that a message brings along and its outputs carry again. */
export const keptProperties = (msg: NodeMessageInFlow): Record<string, unknown> => readable(msg, OURS)

/** All of a message that can be read, but for these: a flow can put getters into it that throw. */
function readable(msg: object, without: ReadonlySet<string> = new Set()): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const name of Object.keys(msg)) {
    if (without.has(name)) continue
    try {
      found[name] = msg[name as keyof typeof msg]
    } catch {
      // left out
    }
  }
  return found
}

function base({ message, event, delivery }: Kept) {
  return { ...message, event, automation: delivery.automation, delivery }
}

/** Output 1: the response, parsed when it is JSON. */
export function deliveredMessage(
  kept: Kept,
  request: MaskedRequest | null,
  response: { status: number | null; headers: Readonly<Record<string, unknown>>; body: string },
): DeliveredMessage & NodeMessage {
  return {
    ...base(kept),
    payload: parsedIfJson(response.body, response.headers['content-type']),
    statusCode: response.status,
    headers: response.headers,
    ...(request !== null && { request }),
  }
}

/** Output 1 of a dry run: what would have been sent, with every secret masked. */
export function dryRunMessage(kept: Kept, request: MaskedRequest): DryRunMessage & NodeMessage {
  return { ...base(kept), payload: toBeSent(kept.payload), request }
}

/** Output 2: what was to be sent, with its slots, so that it can be wired to another sender. */
export function failedMessage(
  kept: Kept,
  request: MaskedRequest | null,
  error: { code: string; message: string },
): FailedMessage & NodeMessage {
  return {
    ...base(kept),
    payload: toBeSent(kept.payload),
    ...(kept.slots.length > 0 && { secretSlots: kept.slots }),
    ...(kept.contentType === FORM && { rendered: { format: 'form' as const, values: [] } }),
    error,
    ...(request !== null && { request }),
  }
}

/** Output 2 of a message that was not taken, with the reason; without what Node-RED could not copy for the next node. */
export function refusedMessage(
  msg: NodeMessageInFlow,
  { code, message }: { code: string; message: string },
): NodeMessage {
  const copy = readable(msg)
  for (const name of Object.keys(copy)) if (!OF_REQUESTS.has(name) && !isCopyable(copy, name)) delete copy[name]
  return { ...copy, error: { code, message } } as NodeMessage
}

export function toBeSent(payload: Buffer): string | Buffer {
  return isUtf8(payload) ? payload.toString('utf8') : payload
}

/** A deeper answer stays the text that it is: Node-RED cannot copy a message that holds it, and dies of trying. */
const SHALLOW = { depth: 100, size: Number.POSITIVE_INFINITY }

/** Most endpoints answer "ok": a look at the first character is a fraction of an error thrown and caught. */
function parsedIfJson(body: string, contentType: unknown): unknown {
  if (typeof contentType === 'string' && !/\bjson\b/i.test(contentType)) return body
  if (!/^\s*["[{\-0-9tfn]/.test(body)) return body
  try {
    const value: unknown = JSON.parse(body)
    return fits(value, SHALLOW) ? value : body
  } catch {
    return body
  }
}
