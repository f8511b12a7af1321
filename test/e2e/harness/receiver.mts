import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Waiters } from './wait.mts'

/** One request as it came over the wire. */
export interface Recorded {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** When it was there, milliseconds by the monotonic clock. */
  readonly at: number
}

/** The far end of a webhook: a real HTTP server that records what arrives, and answers as it is told. */
export class Receiver {
  readonly requests: Recorded[] = []
  readonly #server
  readonly #arrived = new Waiters()
  #answer: (request: Recorded, response: ServerResponse) => void = (_request, response) => response.end('ok')

  private constructor() {
    this.#server = createServer((request, response) => {
      // who is killed half-way through a request has sent none
      this.#record(request, response).catch(() => response.destroy())
    })
  }

  static async listen(): Promise<Receiver> {
    const receiver = new Receiver()
    receiver.#server.listen(0, '127.0.0.1')
    await once(receiver.#server, 'listening')
    return receiver
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** How the next requests are answered; 200 "ok" until it is called. */
  answer(handler: (request: Recorded, response: ServerResponse) => void): void {
    this.#answer = handler
  }

  async #record(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const recorded = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
      at: performance.now(),
    }
    this.requests.push(recorded)
    this.#answer(recorded, response)
    this.#arrived.check()
  }

  /** Resolves with everything received so far once there are `count` requests (that `match`). */
  async received(count = 1, match: (request: Recorded) => boolean = () => true, timeout = 10_000): Promise<Recorded[]> {
    const matching = () => this.requests.filter(match)
    await this.#arrived.until(
      () => matching().length >= count,
      timeout,
      () => `${this.url} got ${matching().length} of ${count} expected requests, ${this.requests.length} in all`,
    )
    return matching()
  }

  /** Resolves when a condition on what was received holds. */
  until(condition: () => boolean, timeout: number, describe: () => string): Promise<void> {
    return this.#arrived.until(condition, timeout, describe)
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
