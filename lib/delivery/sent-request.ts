import type { Attempt, SentRequest } from './delivery.js'

/** What tells an attempt from every other, by the names of its headers; all the rest is the same in each. */
const CHANGING: Readonly<Record<string, (delivery: string, startedAt: number, attempt: number) => string>> = {
  'webhook-id': (delivery) => delivery,
  'webhook-timestamp': (_, startedAt) => String(Math.floor(startedAt / 1000)),
  'X-Automation-Attempt': (_, __, attempt) => String(attempt),
}

const CHANGING_NAMES = Object.keys(CHANGING)

/** A request that came from a `SentHead`, and so knows its text. */
class OneOfMany implements SentRequest {
  readonly method: string
  readonly url: string
  readonly headers: SentRequest['headers']
  readonly #unchanging: string

  constructor({ method, url }: SentRequest, headers: SentRequest['headers'], unchanging: string) {
    this.method = method
    this.url = url
    this.headers = headers
    this.#unchanging = unchanging
  }

  static textOf(request: SentRequest): string | undefined {
    return #unchanging in request ? request.#unchanging : undefined
  }
}

/** The head of a webhook's requests: what is the same in all of them is made, and written, once. */
export class SentHead {
  readonly #head: SentRequest
  readonly #text: string

  /** @param head of any of them */
  constructor(head: SentRequest) {
    this.#head = { ...head, headers: withChanging(head.headers, () => '') }
    this.#text = JSON.stringify(this.#head)
  }

  /** Without what changes. */
  get text(): string {
    return this.#text
  }

  /** @param startedAt Unix milliseconds */
  of(delivery: string, startedAt: number, attempt: number): SentRequest {
    const headers: Record<string, string> = { ...this.#head.headers }
    for (const name of CHANGING_NAMES) headers[name] = CHANGING[name]!(delivery, startedAt, attempt)
    return new OneOfMany(this.#head, headers, this.#text)
  }
}

/** A request as a text without what changes: one text for thousands of attempts. Null when none was made. */
export function unchanging({ request }: Pick<Attempt, 'request'>): string | null {
  if (request === undefined) return null
  return OneOfMany.textOf(request) ?? new SentHead(request).text
}

/** The same request under the id that a delivery has in its store. */
export function underId<T extends SentRequest>(request: T, id: string): T {
  if (!Object.hasOwn(request.headers, 'webhook-id')) return request
  return { ...request, headers: { ...request.headers, 'webhook-id': id } }
}

/** The request of one attempt again. @param startedAt Unix milliseconds */
export function asSent(text: string, delivery: string, startedAt: number, attempt: number): SentRequest {
  const request = JSON.parse(text) as SentRequest
  return { ...request, headers: withChanging(request.headers, (name) => CHANGING[name]!(delivery, startedAt, attempt)) }
}

/** Also where a header is called __proto__. */
function withChanging(headers: SentRequest['headers'], value: (name: string) => string): SentRequest['headers'] {
  const all = Object.entries(headers).map(([name, text]) => [name, Object.hasOwn(CHANGING, name) ? value(name) : text])
  return Object.fromEntries(all) as SentRequest['headers']
}
