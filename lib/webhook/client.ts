import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import type { AddressPolicy } from './address.js'
import { connections } from './connect.js'
import { DeadlineError, describeFailure, type Failure, ProtocolError } from './failure.js'
import type { WebhookRequest } from './request.js'
import { bodyText, readBody, type WebhookResponse } from './response.js'
import type { Webhook } from './settings.js'

/** What became of one request: an answer, or the reason why there is none. */
export interface AttemptResult {
  readonly durationMs: number
  readonly response?: WebhookResponse
  readonly failure?: Failure
}

export interface WebhookClientOptions {
  readonly addressPolicy: AddressPolicy
  /** How names become addresses; `dns.lookup` by default. */
  readonly lookup?: LookupFunction
}

/** Sends one webhook's requests, over connections that no other webhook shares. */
export class WebhookClient {
  readonly #webhook: Webhook
  readonly #policy: AddressPolicy
  readonly #dispatcher: Dispatcher
  readonly #sending = new Set<Promise<unknown>>()

  constructor(webhook: Webhook, { addressPolicy, lookup = systemLookup as LookupFunction }: WebhookClientOptions) {
    this.#webhook = webhook
    this.#policy = addressPolicy
    this.#dispatcher = connections({ ...webhook, policy: addressPolicy, lookup })
  }

  /**
   * Makes one request, and no second one: redirects are not followed, nothing is sent again.
   * @param options.signal gives the request up
   * @returns also when it fails; what the endpoint said is scrubbed of every known secret
   * @throws only the signal's reason, when it aborts before there is an answer
   */
  async send(request: WebhookRequest, { signal }: { signal?: AbortSignal } = {}): Promise<AttemptResult> {
    const sending = this.#send(request, signal)
    this.#sending.add(sending)
    try {
      return await sending
    } finally {
      this.#sending.delete(sending)
    }
  }

  /** Waits for the requests that are being made, then closes every connection. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#sending)
    await this.#dispatcher.destroy()
  }

  async #send(request: WebhookRequest, signal: AbortSignal | undefined): Promise<AttemptResult> {
    const started = performance.now()
    const durationMs = () => Math.round(performance.now() - started)
    signal?.throwIfAborted()
    const stop = new AbortController()
    const giveUp = () => stop.abort(signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    const deadline = setTimeout(() => stop.abort(new DeadlineError()), this.#webhook.timeoutMs)
    try {
      const response = await this.#ask(request, stop.signal)
      return { durationMs: durationMs(), response }
    } catch (error) {
      signal?.throwIfAborted()
      return { durationMs: durationMs(), failure: describeFailure(error, this.#webhook) }
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', giveUp)
    }
  }

  async #ask({ method, url, headers, body, scrub }: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse> {
    this.#policy.checkHost(url.hostname, { resolvedElsewhere: this.#webhook.proxy !== null })
    const { origin, pathname, search } = url
    const answer = await orAborted(
      signal,
      this.#dispatcher.request({
        origin,
        path: pathname + search,
        method: method as Dispatcher.HttpMethod,
        headers,
        body,
        signal,
      }),
    )
    const status = answer.statusCode
    if (status > 599) {
      answer.body.on('error', () => {}).destroy()
      throw new ProtocolError(`answered with the status ${status}, which is not one of HTTP’s (100 to 599)`)
    }
    const { bytes, complete } = await readBody(answer.body)
    const received = headersOf(answer.headers)
    return {
      status,
      headers: mapValues(received, (value) => scrub(value)),
      body: scrub(bodyText(bytes, received), { cut: !complete }),
      complete,
    }
  }
}

/** undici notices an abort only once it is connected; nobody should wait for that. */
function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    promise.then(resolve, reject)
  })
}

function headersOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function mapValues(
  headers: Readonly<Record<string, string | string[]>>,
  change: (value: string) => string,
): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.map(change) : change(value)]),
  )
}
