import { MOST_BODY_BYTES } from '../body-size.js'
import type { MaskedRequest, SentRequest } from '../delivery/delivery.js'
import { SentHead } from '../delivery/sent-request.js'
import { AutomationError } from '../error.js'
import { MASK } from '../secrets/secret.js'
import { fillSlots } from '../template/fill.js'
import type { SecretSlot } from '../template/slot.js'
import type { FilledHeader, Webhook } from './compile.js'
import { attemptHeaders } from './header-rules.js'

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
  /** What the payload is, where its template says so; null for what the webhook says. */
  readonly contentType?: string | null
}

export interface WebhookRequest {
  readonly method: string
  readonly url: URL
  /** Names and values in turn, in the order in which they are sent. */
  readonly rawHeaders: string[]
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
  /** The same request with every secret and signature masked; made when somebody looks. */
  readonly masked: MaskedRequest
  /** The same without its body. */
  readonly maskedHead: SentRequest
  /** Masks this webhook's secrets and this request's signature in what comes back. */
  scrub(text: string): string
  /** The same in a body: JSON stays the JSON that it was. `cut`: its end is missing. */
  scrubBody(text: string, options: { readonly cut: boolean }): string
  /** The same in the names of headers. */
  scrubName(name: string): string
}

/**
 * Fills in the secrets, signs, and keeps to what the receiver takes.
 * @throws AutomationError what further attempts would meet too: `payload_changed`, `secret_unknown`, `token_missing`,
 *   `payload_too_large`, `service_limits`
 */
export function buildRequest(webhook: Webhook, input: AttemptInput): WebhookRequest {
  const { id, attempt, at, payload, slots, contentType = null } = input
  const text = slots.length > 0 ? payload.toString() : ''
  const body = slots.length > 0 ? Buffer.from(fillSlots(text, slots, webhook.reveal)) : payload
  if (body.length > MOST_BODY_BYTES) {
    throw new AutomationError(
      'payload_too_large',
      `The payload has ${body.length} bytes; at most ${MOST_BODY_BYTES} (1 MiB) can be sent.`,
      { statusText: 'payload too large' },
    )
  }
  webhook.service.checkBody?.(webhook.url, body)

  const timestamp = Math.floor(at.getTime() / 1000)
  const signature = webhook.sign?.({ id, timestamp, body })
  const shown = () => shownBody(webhook, payload, slots)
  const made = { id, at: at.getTime(), number: attempt, contentType }
  return new BuiltRequest(webhook, made, body, signature, shown)
}

/** What is the same in all requests of a webhook whose payloads are of one kind. */
const heads = new WeakMap<Webhook, Map<string | null, SentHead>>()
/** Kinds of payloads: templates know few. */
const MOST_HEADS = 10

function headsOf(webhook: Webhook): Map<string | null, SentHead> {
  const known = heads.get(webhook) ?? new Map<string | null, SentHead>()
  heads.set(webhook, known)
  return known
}

interface Made {
  readonly id: string
  /** Unix milliseconds. */
  readonly at: number
  readonly number: number
  readonly contentType: string | null
}

class BuiltRequest implements WebhookRequest {
  readonly method: string
  readonly url: URL
  readonly rawHeaders: string[]
  readonly body: Buffer
  readonly #webhook: Webhook
  readonly #input: Made
  readonly #signature: string | undefined
  readonly #shownBody: () => string

  /** @param shownBody the body with its secrets masked */
  constructor(webhook: Webhook, input: Made, body: Buffer, signature: string | undefined, shownBody: () => string) {
    this.method = webhook.method
    this.url = webhook.url
    this.body = body
    this.#webhook = webhook
    this.#input = input
    this.#signature = signature
    this.#shownBody = shownBody
    this.rawHeaders = this.#rawHeaders(({ value }) => value.reveal(), signature)
  }

  get headers(): Readonly<Record<string, string>> {
    return recordOf(this.rawHeaders)
  }

  get masked(): MaskedRequest {
    return { ...this.maskedHead, body: this.#webhook.redactor.redactJson(this.#shownBody()) }
  }

  get maskedHead(): SentRequest {
    const { id, at, number, contentType } = this.#input
    const heads = headsOf(this.#webhook)
    const known = heads.get(contentType)
    if (known !== undefined) return known.of(id, at, number)
    const { method, url, signature } = this.#webhook
    const raw = this.#rawHeaders((header) => header.masked, this.#signature && signature?.prefix + MASK)
    const head = new SentHead({ method, url: url.href, headers: recordOf(raw) })
    if (heads.size < MOST_HEADS) heads.set(contentType, head)
    return head.of(id, at, number)
  }

  scrub(text: string): string {
    return this.#withoutSignature(this.#webhook.redactor.redact(text))
  }

  scrubBody(text: string, { cut }: { readonly cut: boolean }): string {
    const { redactor } = this.#webhook
    return this.#withoutSignature(cut ? redactor.redactCut(text) : redactor.redactJson(text))
  }

  scrubName(name: string): string {
    return this.#webhook.redactor.redactName(name)
  }

  #withoutSignature(text: string): string {
    const own = this.#signature?.slice(this.#webhook.signature?.prefix.length)
    return own ? text.replaceAll(own, MASK) : text
  }

  #rawHeaders(value: (header: FilledHeader) => string, signature: string | undefined): string[] {
    const { headers, signature: scheme } = this.#webhook
    const raw: string[] = []
    const { id, at, number, contentType } = this.#input
    for (const header of headers) {
      raw.push(header.name, header.usualType && contentType !== null ? contentType : value(header))
    }
    const signed = scheme && signature !== undefined ? { scheme, value: signature } : null
    const changing = { id, timestamp: `${Math.floor(at / 1000)}`, attempt: `${number}` }
    for (const [name, text] of attemptHeaders(changing, signed)) raw.push(name, text)
    return raw
  }
}

/** A payload as it may be shown. @throws AutomationError as `buildRequest` does */
export function maskedBody(webhook: Webhook, payload: Buffer, slots: readonly SecretSlot[]): string {
  return webhook.redactor.redactJson(shownBody(webhook, payload, slots))
}

function shownBody(webhook: Webhook, payload: Buffer, slots: readonly SecretSlot[]): string {
  const text = payload.toString()
  return slots.length > 0 ? fillSlots(text, slots, (name) => masked(webhook, name)) : text
}

/** Also of a header called __proto__. */
function recordOf(raw: readonly string[]): Record<string, string> {
  return Object.fromEntries(raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] as string]] : [])))
}

function masked(webhook: Webhook, name: string): string | undefined {
  return webhook.reveal(name) === undefined ? undefined : MASK
}
