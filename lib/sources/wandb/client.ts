import { parsedObject } from '../../json.js'
import { secretProblem, withoutLineBreak } from '../../secrets/judge.js'
import type { Secret } from '../../secrets/secret.js'
import { withoutEnd } from '../../without-end.js'
import { AnswerMask, type TextAnswer } from '../watch/answer-mask.js'
import type { SourceFailure } from '../watch/failure.js'
import { parsePause, parseRateLimit } from '../watch/rate-limit.js'
import { Answer } from './answer.js'
import { errorsOf, holeOf, isOfItem, pathText } from './answer-errors.js'
import { invalidAnswer, noKey, queryRefused, statusFailure, tooLarge, unreachable } from './failure.js'
import { Knowledge } from './knowledge.js'
import { type AnswerError, OFFERS, type Offer, type Offers, refusedOffers, saysOffer, spreads } from './offers.js'

/** `Send` for posts alone. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly signal: AbortSignal; readonly maxBytes: number },
) => Promise<TextAnswer>

export interface ClientOptions {
  /** Without `/graphql`; a slash at its end does not matter. */
  readonly baseUrl: string
  /** Gives the API key at the moment of asking; undefined when there is none yet. */
  readonly apiKey: () => Secret | undefined
  /** What else no answer may show: the password of a proxy in between. */
  readonly otherSecrets?: readonly string[]
  readonly post: Post
  /** An abort signal that fires after so many milliseconds. */
  readonly timeout: (ms: number) => AbortSignal
  /** Unix milliseconds. */
  readonly now: () => number
  readonly userAgent: string
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** What may be missing from an answer beside single items of lists; nothing when left out. Gets the path to it. */
  readonly tolerates?: (hole: readonly (string | number)[]) => boolean
  /** Hears of what is missing from an answer that is used all the same. */
  readonly onSkip?: Skip | undefined
}

/** Hears what was left out, as a name or a path, and why in words. */
export type Skip = (what: string, why: string) => void

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
  readonly #mask: AnswerMask
  /** What the server was seen to lack. */
  readonly knowledge = new Knowledge()
  /** No request before this time, Unix milliseconds: the server's rate limit is used up, or it asked for a pause. */
  heldUntil = 0
  /** How many requests were made. */
  requests = 0

  constructor(options: ClientOptions) {
    this.#options = options
    this.#mask = new AnswerMask(options.otherSecrets)
    this.#url = `${withoutEnd(options.baseUrl, '/')}/graphql`
  }

  get offers(): Offers {
    return this.knowledge.offers
  }

  /**
   * Asks, and asks again without what the server refused, so that a server may be older or newer than the SDK. What is
   * refused without a word that tells why, whatever the status, is asked once more without anything that a server may
   * lack. Only that last refusal is a failure.
   */
  async ask(
    document: string | ((offers: Offers) => string),
    variables: object,
    options: AskOptions = {},
  ): Promise<Asked> {
    const build = typeof document === 'string' ? () => document : document
    const { knowledge } = this
    const usual = knowledge.offers
    const doubted = knowledge.doubted((offer) => build(new Set([...usual, offer])) !== build(usual))
    let offers: Offers = doubted === null ? usual : new Set([...usual, doubted])
    const first = offers
    const named = new Set<Offer>()
    let isSuspect = false
    for (;;) {
      const answer = await this.#send(build(offers), variables, options)
      if ('data' in answer) {
        if (isSuspect) {
          // a server that was in trouble for a moment has refused nothing
          const again = await this.#send(build(first), variables, options)
          if ('data' in again) return again
        }
        this.#learn(build, doubted, named, offers)
        return answer
      }
      const matters = (offer: Offer) => build(without(offers, [offer])) !== build(offers)
      const refused = refusedOffers(offers, answer.errors).filter(matters)
      // a doubted one goes along alone, and is what a refusal is about that says nothing else
      const about = refused.length > 0 ? refused : doubted !== null && offers.has(doubted) ? [doubted] : null
      const rest = without(offers, about ?? [...offers])
      if (!answer.canBeLess || build(rest) === build(offers)) {
        if (!answer.partial) throw answer.failure
        for (const { path, message } of answer.errors) options.onSkip?.(pathText(path), message)
        return answer.partial
      }
      // what went wrong in one place may go well in another, unless the server says that it has none of it
      for (const offer of about ?? [])
        if (!answer.hasData || answer.errors.some((error) => saysOffer([offer], error))) named.add(offer)
      isSuspect ||= answer.isTrouble && refused.length === 0
      offers = rest
    }
  }

  /** Only what was shown to help is given up. */
  #learn(build: (offers: Offers) => string, doubted: Offer | null, named: ReadonlySet<Offer>, offers: Offers): void {
    const { knowledge } = this
    if (doubted !== null && offers.has(doubted)) knowledge.has(doubted)
    for (const offer of named) knowledge.lacks(offer)
    for (const offer of without(knowledge.offers, [...offers]))
      if (build(new Set([...offers, offer])) !== build(offers)) knowledge.doubts(offer)
  }

  async #send(query: string, variables: object, { signal, tolerates, onSkip }: AskOptions): Promise<Asked | Refusal> {
    const { status, headers, text } = await this.#post(query, variables, signal)
    const now = this.#options.now()
    const pause = parsePause(headers['retry-after'], now)
    const isPaused = pause !== null && (status < 200 || status > 299)
    const held = Math.max(parseRateLimit(headers) ?? 0, isPaused ? pause : 0)
    if (held > 0) this.heldUntil = Math.max(this.heldUntil, now + held)
    const body = parsedObject(text)
    const errors = body ? errorsOf(body) : []
    if (status < 200 || status > 299) {
      const isRefusal = ABOUT_QUERY.includes(status) && errors.length > 0
      const where = headers['location']
      const failure = isRefusal ? queryRefused(errors, status) : statusFailure(status, text, pause, where)
      return {
        errors,
        canBeLess: isRefusal || !isFinal(status, errors),
        isTrouble: status >= 500,
        hasData: false,
        failure,
        partial: null,
      }
    }
    if (!body) {
      const type = headers['content-type'] ?? ''
      throw invalidAnswer(type, text)
    }
    const { data } = body
    const hasData = typeof data === 'object' && data !== null
    if (errors.length === 0 && !hasData) throw invalidAnswer(null, text)
    const serverTime = Date.parse(headers['date'] ?? '')
    const asked = { data: new Answer(data), serverTime: Number.isNaN(serverTime) ? now : serverTime }
    const unusable = errors.filter(({ path }) => {
      const hole = hasData ? holeOf(data, path) : null
      return hole === null || !(isOfItem(hole) || tolerates?.(hole))
    })
    const isAboutOffer = errors.some((error) => {
      const hole = hasData ? holeOf(data, error.path) : null
      return saysOffer(OFFERS, error) || (hole !== null && spreads(new Set(OFFERS), error, hole))
    })
    if (unusable.length > 0 || isAboutOffer) {
      const failure = queryRefused(unusable.length > 0 ? unusable : errors, status, hasData)
      const partial = unusable.length > 0 ? null : asked
      return { errors, canBeLess: true, isTrouble: hasData, hasData, failure, partial }
    }
    for (const { path, message } of errors) onSkip?.(pathText(path), message)
    return asked
  }

  async #post(query: string, variables: object, signal: AbortSignal | undefined): Promise<TextAnswer> {
    const { apiKey, post, timeout, userAgent } = this.#options
    const key = keyOf(apiKey())
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
      const answer = await post(
        this.#url,
        headers,
        JSON.stringify({ query, variables: declared, operationName }),
        options,
      )
      return this.#mask.answer(key, answer)
    } catch (error) {
      if (isTooLarge(error)) throw tooLarge(REQUEST.maxBytes)
      throw unreachable(
        ends.aborted ? `no whole answer within ${REQUEST.timeout / 1000} s` : this.#mask.reason(key, error),
      )
    }
  }
}

/** @throws SourceFailure when there is no key, or none that can be right */
function keyOf(secret: Secret | undefined): string {
  if (!secret) throw noKey()
  const key = withoutLineBreak(secret.reveal())
  const problem = secretProblem(key, 'api-key')
  if (problem !== null) throw noKey(`The API key of the source cannot be right: it ${problem}.`)
  return key
}

interface Refusal {
  readonly errors: readonly AnswerError[]
  /** A document that asks for less may be answered. */
  readonly canBeLess: boolean
  /** A part of the answer is there. */
  readonly hasData: boolean
  /** It may be the server's trouble of this moment. */
  readonly isTrouble: boolean
  readonly failure: SourceFailure
  /** What can be used of the answer when nothing better is to be had; null when nothing can. */
  readonly partial: Asked | null
}

/** Statuses with which servers say that a document does not fit their schema. */
const ABOUT_QUERY = [400, 422]

/**
 * Whether a status is the last word. Neither a wrong key nor a redirect nor a server that is away is about what was
 * asked; nor is 403 or 404 without an error of GraphQL's.
 */
function isFinal(status: number, errors: readonly AnswerError[]): boolean {
  if (status < 400 || [401, 408, 429, 502, 503, 504].includes(status)) return true
  return [403, 404].includes(status) && errors.length === 0
}

const without = (offers: Offers, taken: readonly Offer[]): Offers =>
  new Set([...offers].filter((offer) => !taken.includes(offer)))

const isTooLarge = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'source_answer_too_large'

const base64 = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
