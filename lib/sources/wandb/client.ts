import { parsedObject } from '../../json.js'
import { withoutEnd } from '../../trimmed-of.js'
import { Answer } from './answer.js'
import { excerpt, invalidAnswer, SourceFailure, statusFailure, unreachable } from './failure.js'
import { OFFERS, type Offer, type Offers, refusedOffers } from './offers.js'
import { parsePause, parseRateLimit } from './rate-limit.js'

/**
 * Sends one POST and reads the whole answer as text, whatever its status. Rejects with an `AutomationError` of the code
 * `source_answer_too_large` when the body is longer than `maxBytes` (and has stopped reading then), with anything else
 * when there was no whole answer. It follows no redirects and keeps to the address policy. Header names are lower case.
 */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<PostAnswer>

export interface PostAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

export interface ClientOptions {
  /** Without `/graphql`; a slash at its end does not matter. */
  readonly baseUrl: string
  /** Gives the API key at the moment of asking; undefined when there is none yet. */
  readonly apiKey: () => string | undefined
  readonly post: Post
  /** An abort signal that fires after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal
  /** Unix milliseconds. */
  readonly now: () => number
  readonly userAgent: string
}

export interface Asked {
  readonly data: Answer
  /** The server's clock, Unix milliseconds; ours when it did not say. */
  readonly serverTime: number
}

/** The whole request may take so long, in milliseconds, and its answer be so large, in bytes. */
export const REQUEST = { timeout: 30_000, maxBytes: 32 * 1024 * 1024 }

/** Asks one W&B server. Throws `SourceFailure` for everything that can go wrong. */
export class WandbClient {
  readonly #options: ClientOptions
  readonly #url: string
  #offers: Set<Offer> = new Set(OFFERS)
  /** No request before this time, Unix milliseconds: the server's rate limit is used up, or it asked for a pause. */
  heldUntil = 0
  /** How many requests were made. */
  requests = 0

  constructor(options: ClientOptions) {
    this.#options = options
    this.#url = `${withoutEnd(options.baseUrl, '/')}/graphql`
  }

  get offers(): Offers {
    return this.#offers
  }

  /** Starts again from what is known of the server; without an argument it is asked for everything again. */
  setOffers(offers: Iterable<Offer> = OFFERS): void {
    this.#offers = new Set(offers)
  }

  /** Says that a server takes a field but does not do what it is for. */
  withdraw(offer: Offer): void {
    this.#offers.delete(offer)
  }

  /**
   * Asks, and asks again without the fields that the server refused, so that a server may be older or newer than the
   * SDK. Only a document that is refused without any of them is a failure.
   */
  async ask(document: string | ((offers: Offers) => string), variables: object, signal?: AbortSignal): Promise<Asked> {
    const build = typeof document === 'string' ? () => document : document
    let offers: Offers = this.#offers
    for (;;) {
      const answer = await this.#send(build(offers), variables, signal)
      if ('data' in answer) {
        // only what was shown to help is given up
        if (offers !== this.#offers) this.#offers = new Set(offers)
        return answer
      }
      const refused = refusedOffers(offers, answer.errors)
      // a refusal that names none of them may still be about one: the last try is without all
      const without = refused.length > 0 ? refused : answer.aboutFields ? [...offers] : []
      const rest = new Set([...offers].filter((offer) => !without.includes(offer)))
      if (build(rest) === build(offers)) throw answer.failure
      offers = rest
    }
  }

  async #send(query: string, variables: object, signal: AbortSignal | undefined): Promise<Asked | Refusal> {
    const { status, headers, text } = await this.#post(query, variables, signal)
    const now = this.#options.now()
    const pause = parsePause(headers['retry-after'], now)
    const isPaused = pause !== null && (status < 200 || status > 299)
    const held = Math.max(parseRateLimit(headers) ?? 0, isPaused ? pause : 0)
    if (held > 0) this.heldUntil = Math.max(this.heldUntil, now + held)
    const body = parsedObject(text)
    if (status === 400 && body && 'errors' in body) return refusal(body)
    if (status < 200 || status > 299) throw statusFailure(status, text, pause)
    if (!body) {
      const type = headers['content-type'] ?? ''
      const why = /json/i.test(type)
        ? 'W&B’s answer is not whole JSON.'
        : `W&B’s answer is no JSON but ${excerpt(type) || 'has no type'}.`
      throw invalidAnswer(why, text)
    }
    if (errorsOf(body).length > 0 || 'error' in body) return refusal(body)
    const { data } = body
    if (typeof data !== 'object' || data === null) throw invalidAnswer('W&B’s answer has no data.', text)
    const serverTime = Date.parse(headers['date'] ?? '')
    return { data: new Answer(data), serverTime: Number.isNaN(serverTime) ? now : serverTime }
  }

  async #post(query: string, variables: object, signal: AbortSignal | undefined): Promise<PostAnswer> {
    const { apiKey, post, timeout, userAgent } = this.#options
    const key = apiKey()
    if (!key) {
      const message = 'The source has no API key: choose a secret that has a value.'
      throw new SourceFailure('source_denied', message, { statusText: 'no API key', remedy: 're-check' })
    }
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json',
      'user-agent': userAgent,
      authorization: `Basic ${base64(`api:${key}`)}`,
    }
    const operationName = query.match(/^query (\w+)/)?.[1]
    // some servers refuse variables that the document does not declare
    const declared = Object.fromEntries(Object.entries(variables).filter(([name]) => query.includes(`$${name}:`)))
    const ends = timeout(REQUEST.timeout)
    this.requests += 1
    try {
      const options = { signal: signal ? AbortSignal.any([signal, ends]) : ends, maxBytes: REQUEST.maxBytes }
      return await post(this.#url, headers, JSON.stringify({ query, variables: declared, operationName }), options)
    } catch (error) {
      if (isTooLarge(error)) {
        const message = `W&B’s answer is longer than ${REQUEST.maxBytes >> 20} MiB; it was not read to its end.`
        throw new SourceFailure('source_answer_too_large', message, {
          statusText: 'answer too large',
          remedy: 'back-off',
        })
      }
      throw unreachable(ends.aborted ? new Error(`no whole answer within ${REQUEST.timeout / 1000} s`) : error)
    }
  }
}

interface Refusal {
  readonly errors: readonly { readonly message: string; readonly path: string }[]
  /** The query was not executed, because it does not fit the server's schema. */
  readonly aboutFields: boolean
  readonly failure: SourceFailure
}

/** Errors with or without data beside them: half an answer is none. */
function refusal(body: Readonly<Record<string, unknown>>): Refusal {
  const errors = errorsOf(body)
  const aboutQuery = body['data'] === undefined || body['data'] === null
  const what = aboutQuery ? 'W&B refused the query' : 'W&B answered only a part of the query'
  const message = `${what}: ${excerpt(errors.map((error) => error.message).join('; ')) || '(it does not say why)'}`
  const failure = new SourceFailure('source_query_refused', message, {
    statusText: 'query refused',
    remedy: aboutQuery ? 're-check' : 'back-off',
  })
  const aboutFields =
    aboutQuery && errors.some((error) => /cannot query|unknown (type|argument|field)|fragment/i.test(error.message))
  return { errors, aboutFields, failure }
}

/** W&B's backends write errors as `{errors: [{message}]}`, `{errors: [text]}`, `{error: text}` and `{error: {message}}`. */
function errorsOf(body: Readonly<Record<string, unknown>>): { message: string; path: string }[] {
  const { errors, error } = body
  const all: unknown[] = [
    ...(Array.isArray(errors) ? errors : []),
    ...(error === undefined || error === null ? [] : [error]),
  ]
  return all.map((each) => {
    if (typeof each !== 'object' || each === null) return { message: String(each), path: '' }
    const { message, path } = each as Readonly<Record<string, unknown>>
    return {
      message: typeof message === 'string' ? message : JSON.stringify(each),
      path: Array.isArray(path) ? path.join('.') : '',
    }
  })
}

const isTooLarge = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'source_answer_too_large'

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
