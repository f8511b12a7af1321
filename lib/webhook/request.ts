import type { MaskedRequest } from '../delivery/delivery.js'
import { AutomationError } from '../error.js'
import { MASK } from '../secrets/secret.js'
import { fillSlots } from '../template/fill.js'
import type { SecretSlot } from '../template/slot.js'
import { attemptHeaders } from './header-rules.js'
import type { Webhook } from './settings.js'

/** A payload is at most so long when it is sent. */
export const BODY_BYTES = 1024 * 1024

/** What an attempt sends. */
export interface AttemptInput {
  /** The delivery's id, the same for each attempt. */
  readonly id: string
  /** 1 for the first. */
  readonly attempt: number
  /** When the attempt is made: signatures hold the current time. */
  readonly at: Date
  /** UTF-8 text, or any bytes when there are no slots. */
  readonly payload: Buffer
  readonly slots: readonly SecretSlot[]
}

export interface WebhookRequest {
  readonly method: string
  readonly url: URL
  /** In the order in which they are sent. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The same request with every secret and signature masked; made when somebody looks. */
  readonly masked: MaskedRequest
  /** Masks this webhook's secrets and this request's signature in what the endpoint answers. */
  readonly scrub: (text: string, options?: { cut?: boolean }) => string
}

/**
 * Fills in the secrets, signs, and keeps to what the receiver takes.
 * @throws AutomationError what further attempts would meet too: `payload_changed`, `secret_unknown`, `token_missing`,
 *   `payload_too_large`, `service_limits`
 */
export function buildRequest(webhook: Webhook, { id, attempt, at, payload, slots }: AttemptInput): WebhookRequest {
  const { method, url } = webhook
  const text = slots.length > 0 ? payload.toString() : ''
  const body = slots.length > 0 ? Buffer.from(fillSlots(text, slots, webhook.reveal)) : payload
  if (body.length > BODY_BYTES) {
    throw new AutomationError(
      'payload_too_large',
      `The payload has ${body.length} bytes; at most ${BODY_BYTES} (1 MiB) can be sent.`,
      { statusText: 'payload too large' },
    )
  }
  webhook.service.checkBody?.(url, body)

  const timestamp = Math.floor(at.getTime() / 1000)
  const signature = webhook.sign?.({ id, timestamp, body })
  const withChanging = (headers: Record<string, string>, value: string | undefined) => {
    const signed = webhook.signature && value !== undefined ? { scheme: webhook.signature, value } : null
    for (const [name, text] of attemptHeaders({ id, timestamp: String(timestamp), attempt: String(attempt) }, signed)) {
      headers[name] = text
    }
    return headers
  }
  return {
    method,
    url,
    headers: withChanging(
      Object.fromEntries(webhook.headers.map(({ name, value }) => [name, value.reveal()])),
      signature,
    ),
    body,
    get masked() {
      const shown = slots.length > 0 ? fillSlots(text, slots, (name) => masked(webhook, name)) : payload.toString()
      return {
        method,
        url: url.href,
        headers: withChanging(
          Object.fromEntries(webhook.headers.map((header) => [header.name, header.masked])),
          signature && webhook.signature?.prefix + MASK,
        ),
        body: webhook.redactor.redact(shown),
      }
    },
    scrub(answer, { cut = false } = {}) {
      const scrubbed = cut ? webhook.redactor.redactCut(answer) : webhook.redactor.redact(answer)
      const own = signature?.slice(webhook.signature?.prefix.length)
      return own ? scrubbed.replaceAll(own, MASK) : scrubbed
    },
  }
}

function masked(webhook: Webhook, name: string): string | undefined {
  return webhook.reveal(name) === undefined ? undefined : MASK
}
