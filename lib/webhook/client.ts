import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { AutomationError } from '../error.js'
import type { AddressPolicy } from './address.js'
import { connections } from './connect.js'
import { type Answer, Exchange } from './exchange.js'
import { DeadlineError, describeFailure, type Failure } from './failure.js'
import type { WebhookRequest } from './request.js'
import { bodyText, type WebhookResponse } from './response.js'
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
  /** Why the URL's host may not be called; a request has no other URL. */
  readonly #refusal: AutomationError | null
  readonly #dispatcher: Dispatcher
  readonly #exchanges = new Set<Exchange>()

  constructor(webhook: Webhook, { addressPolicy, lookup = systemLookup as LookupFunction }: WebhookClientOptions) {
    this.#webhook = webhook
    this.#refusal = refusalOf(addressPolicy, webhook)
    this.#dispatcher = connections({ ...webhook, policy: addressPolicy, lookup })
  }

  /**
   * Makes one request, and no second one: redirects are not followed, nothing is sent again.
   * @param options.signal gives the request up
   * @returns also when it fails; what the endpoint said is scrubbed of every known secret
   * @throws only the signal's reason, when it aborts before there is an answer
   */
  async send(request: WebhookRequest, { signal }: { signal?: AbortSignal } = {}): Promise<AttemptResult> {
    const started = performance.now()
    const durationMs = () => Math.round(performance.now() - started)
    signal?.throwIfAborted()
    const exchange = new Exchange()
    this.#exchanges.add(exchange)
    const giveUp = () => exchange.stop(signal?.reason)
    signal?.addEventListener('abort', giveUp, { once: true })
    const deadline = setTimeout(() => exchange.stop(new DeadlineError()), this.#webhook.timeoutMs)
    try {
      this.#dispatch(request, exchange)
      const response = responseOf(await exchange.answer, request)
      return { durationMs: durationMs(), response }
    } catch (error) {
      signal?.throwIfAborted()
      return { durationMs: durationMs(), failure: describeFailure(error, this.#webhook) }
    } finally {
      clearTimeout(deadline)
      signal?.removeEventListener('abort', giveUp)
      this.#exchanges.delete(exchange)
    }
  }

  /** Waits for the requests that are being made, then closes every connection. */
  async close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#exchanges, ({ answer }) => answer))
    await this.#dispatcher.destroy()
  }

  #dispatch({ method, url, headers, body }: WebhookRequest, exchange: Exchange): void {
    if (this.#refusal !== null) throw this.#refusal
    const { origin, pathname, search } = url
    this.#dispatcher.dispatch(
      { origin, path: pathname + search, method: method as Dispatcher.HttpMethod, headers, body },
      exchange,
    )
  }
}

function refusalOf(policy: AddressPolicy, { url, proxy }: Webhook): AutomationError | null {
  try {
    policy.checkHost(url.hostname, { resolvedElsewhere: proxy !== null })
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error
    throw error
  }
}

function responseOf({ status, headers, bytes, complete }: Answer, { scrub }: WebhookRequest): WebhookResponse {
  // collected first: an endpoint may send a header called __proto__
  const scrubbed: [name: string, value: string | string[]][] = []
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined)
      scrubbed.push([name, Array.isArray(value) ? value.map((each) => scrub(each)) : scrub(value)])
  }
  return {
    status,
    headers: Object.fromEntries(scrubbed),
    body: scrub(bodyText(bytes, headers), { cut: !complete }),
    complete,
  }
}
