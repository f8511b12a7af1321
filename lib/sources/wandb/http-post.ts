import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { AutomationError } from '../../error.js'
import type { AddressPolicy } from '../../webhook/address.js'
import { connections } from '../../webhook/connect.js'
import type { Post } from './client.js'

export interface HttpPostOptions {
  readonly addressPolicy: AddressPolicy
  /** How names become addresses; `dns.lookup` by default. */
  readonly lookup?: LookupFunction
}

/** For the connection with its handshakes, milliseconds; the whole request has the client's limit. */
const CONNECT_TIMEOUT = 10_000

/** Connections to one W&B server, kept alive between polls, under the same address policy as webhooks. */
export class HttpPost {
  readonly #policy: AddressPolicy
  readonly #dispatcher: Dispatcher

  constructor({ addressPolicy, lookup = systemLookup as LookupFunction }: HttpPostOptions) {
    this.#policy = addressPolicy
    this.#dispatcher = connections({
      url: null,
      policy: addressPolicy,
      lookup,
      tls: null,
      proxy: null,
      timeoutMs: CONNECT_TIMEOUT,
    })
  }

  readonly post: Post = async (url, headers, body, { signal, maxBytes }) => {
    const { hostname, origin, pathname, search } = new URL(url)
    this.#policy.checkHost(hostname)
    const asked = this.#dispatcher.request({
      origin,
      path: pathname + search,
      method: 'POST',
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
    await this.#dispatcher.destroy()
  }
}

/** undici notices an abort only once it is connected; nobody should wait for that. */
function orAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted()
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/** An attempt on several addresses of a name fails with an error that has a code, and no words of its own. */
function withReason(error: Error & { code?: string }): never {
  throw error.message === '' ? new Error(error.code ?? 'no connection', { cause: error }) : error
}

const joined = (headers: Readonly<Record<string, string | string[] | undefined>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
