import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { AutomationError } from '../error.js'
import type { AddressPolicy } from './address.js'
import type { Webhook } from './compile.js'
import { connections } from './connect.js'
import type { Answer, Exchange } from './exchange.js'
import { Exchanges } from './exchanges.js'
import { describeFailure, type Failure } from './failure.js'
import { checkHop } from './proxy.js'
import type { WebhookRequest } from './request.js'
import { bodyText, type WebhookResponse } from './response.js'

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
  /** Why the URL's host, or the proxy before it, may not be called; a request has no other URL. */
  readonly #refusal: AutomationError | null
  readonly #dispatcher: Dispatcher
  readonly #exchanges: Exchanges

  constructor(webhook: Webhook, { addressPolicy, lookup = systemLookup as LookupFunction }: WebhookClientOptions) {
    this.#webhook = webhook
    this.#refusal = refusalOf(addressPolicy, webhook)
    this.#exchanges = new Exchanges(webhook.timeoutMs)
    this.#dispatcher = connections({ ...webhook, policy: addressPolicy, lookup })
  }

  /**
   * Makes one request, and no second one: redirects are not followed, nothing is sent again.
   * @param options.signal gives the request up
   * @returns also when it fails. What the endpoint said is as it came, to be judged and masked by `attempt`, which alone
   *   calls this
   * @throws only the signal's reason, when it aborts before there is an answer
   */
  async send(request: WebhookRequest, { signal }: { signal?: AbortSignal } = {}): Promise<AttemptResult> {
    signal?.throwIfAborted()
    const started = performance.now()
    const durationMs = () => Math.round(performance.now() - started)
    const exchange = this.#exchanges.begin(started, signal)
    try {
      this.#dispatch(request, exchange)
      const response = responseOf(await exchange.answer)
      return { durationMs: durationMs(), response }
    } catch (error) {
      signal?.throwIfAborted()
      return { durationMs: durationMs(), failure: describeFailure(error, this.#webhook) }
    } finally {
      this.#exchanges.end(exchange, signal)
    }
  }

  /** Waits for the requests that are being made, then closes every connection. */
  async close(): Promise<void> {
    await this.#exchanges.ended()
    await this.#dispatcher.destroy()
  }

  #dispatch({ method, url, rawHeaders, body }: WebhookRequest, exchange: Exchange): void {
    if (this.#refusal !== null) throw this.#refusal
    const { origin, pathname, search } = url
    this.#dispatcher.dispatch(
      { origin, path: pathname + search, method: method as Dispatcher.HttpMethod, headers: rawHeaders, body },
      exchange,
    )
  }
}

function refusalOf(policy: AddressPolicy, { url, proxy }: Webhook): AutomationError | null {
  try {
    policy.checkHost(url.hostname, { resolvedElsewhere: proxy !== null })
    if (proxy) checkHop(policy, proxy)
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error
    throw error
  }
}

function responseOf({ status, headers, bytes, complete }: Answer): WebhookResponse {
  return { status, headers: headers as WebhookResponse['headers'], body: bodyText(bytes, headers), complete }
}
