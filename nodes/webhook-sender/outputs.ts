import { isUtf8 } from 'node:buffer'
import type { NodeMessage, NodeMessageInFlow } from 'node-red'
import type { Delivery, MaskedRequest } from '../../lib/delivery/delivery.js'
import type { ArtifactEvent } from '../../lib/events/event.js'
import { FORM } from '../../lib/template/form-text.js'
import type { SecretSlot } from '../../lib/template/slot.js'
import type { DeliveredMessage, DryRunMessage, FailedMessage } from '../public.js'

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

/** The properties that a message brings along and its outputs carry again. */
export function keptProperties(msg: NodeMessageInFlow): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const name of Object.keys(msg)) if (!OURS.has(name)) kept[name] = msg[name as keyof typeof msg]
  return kept
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

export function toBeSent(payload: Buffer): string | Buffer {
  return isUtf8(payload) ? payload.toString('utf8') : payload
}

/** Most endpoints answer "ok": a look at the first character is a fraction of an error thrown and caught. */
function parsedIfJson(body: string, contentType: unknown): unknown {
  if (typeof contentType === 'string' && !/\bjson\b/i.test(contentType)) return body
  if (!/^\s*["[{\-0-9tfn]/.test(body)) return body
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
