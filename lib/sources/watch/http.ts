import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { AutomationError } from '../../error.js'
import type { AddressPolicy } from '../../webhook/address.js'
import { connections } from '../../webhook/connect.js'
import { checkHop, compileProxy, type ProxyHop } from '../../webhook/proxy.js'
import type { FindProxy } from '../../webhook/proxy-environment.js'
import type { TextAnswer } from './answer-mask.js'

/**
 * Sends one request and reads the whole answer as text, whatever its status. Rejects with an `AutomationError` of the code
 * `source_answer_too_large` when the body is longer than `maxBytes` (and has stopped reading then), with anything else
 * when there was no whole answer. It follows no redirects and keeps to the address policy. Header names are lower case.
 */
export type Send = (
  method: 'GET' | 'POST',
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string | null,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<TextAnswer>

export interface RegistryHttpOptions {
  readonly addressPolicy: AddressPolicy
  /** How names become addresses; `dns.lookup` by default. */
  readonly lookup?: LookupFunction
  /** The machine's proxy for a server; none by default. */
  readonly machineProxy?: FindProxy
}

/** For the connection with its handshakes, milliseconds; the whole request has the client's limit. */
const CONNECT_TIMEOUT = 10_000

interface Way {
  readonly proxy: ProxyHop | null
  readonly dispatcher: Dispatcher
}

/**
 * Connections to a registry's server, kept alive between polls, under the same address policy as webhooks, and through the
 * same proxy.
 */
export class RegistryHttp {
  readonly #policy: AddressPolicy
  readonly #lookup: LookupFunction
  readonly #machineProxy: FindProxy
  /** By the server's origin; mostly there is one. */
  readonly #ways = new Map<string, Way>()

  constructor(options: RegistryHttpOptions) {
    this.#policy = options.addressPolicy
    this.#lookup = options.lookup ?? (systemLookup as LookupFunction)
    this.#machineProxy = options.machineProxy ?? (() => undefined)
  }

  #wayTo(url: URL): Way {
    const known = this.#ways.get(url.origin)
    if (known) return known
    const found = this.#machineProxy(url)
    const proxy = found ? compileProxy(found, url) : null
    const options = { url, policy: this.#policy, lookup: this.#lookup, tls: null, proxy, timeoutMs: CONNECT_TIMEOUT }
    const way = { proxy, dispatcher: connections(options) }
    this.#ways.set(url.origin, way)
    return way
  }

  readonly send: Send = async (method, address, headers, body, { signal, maxBytes }) => {
    const url = new URL(address)
    const { hostname, origin, pathname, search } = url
    const { proxy, dispatcher } = this.#wayTo(url)
    this.#policy.checkHost(hostname, { resolvedElsewhere: proxy !== null })
    if (proxy) checkHop(this.#policy, proxy)
    const asked = dispatcher.request({
      origin,
      path: pathname + search,
      method,
      headers: { ...headers },
      body,
      signal,
    })
    const answer = await orAborted(signal, asked).catch(withReason)
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length
      // leaving the loop destroys the body, and with it the connection
      if (size > maxBytes) throw new AutomationError('source_answer_too_large', 'The answer is too large.')
      chunks.push(chunk)
    }
    return { status: answer.statusCode, headers: joined(answer.headers), text: Buffer.concat(chunks).toString('utf8') }
  }

  /** Cuts off what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#ways.values()].map(({ dispatcher }) => dispatcher.destroy()))
  }
}

/** undici notices an abort only once it is connected; nobody should wait for that. */
async function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  let abort = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason)
  })
  signal.addEventListener('abort', abort, { once: true })
  try {
    if (signal.aborted) abort()
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/** An attempt on several addresses of a name fails with an error that has a code, and no words of its own. */
function withReason(error: Error & { code?: string }): never {
  throw error.message === '' ? new Error(error.code ?? 'no connection', { cause: error }) : error
}

const joined = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
