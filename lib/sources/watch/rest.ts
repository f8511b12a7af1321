import { withoutLineBreak } from '../../secrets/judge.js'
import type { Secret } from '../../secrets/secret.js'
import { USER_AGENT } from '../../webhook/version.js'
import type { Network } from '../kind.js'
import { AnswerMask, type TextAnswer } from './answer-mask.js'
import { excerpt, type Remedy, SourceFailure } from './failure.js'
import { RegistryHttp, type Send } from './http.js'
import { parsePause } from './rate-limit.js'

/** What is asked for one page or thing. Values that are undefined are left out; of a list each is sent. */
export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>

export interface RestAnswer {
  /** Parsed; null for an answer without a body, such as 304. A text where one was asked for. */
  readonly json: unknown
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  /** The server's clock, Unix milliseconds; ours when it did not say. */
  readonly serverTime: number
}

export interface GetOptions {
  readonly signal?: AbortSignal | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** The answer is a text, and not JSON. */
  readonly isText?: boolean
  /** Statuses from 300 on that are an answer, and no failure. */
  readonly takes?: readonly number[]
}

export interface RestOptions {
  /** What people call the registry. */
  readonly title: string
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly apiKey: () => Secret | undefined
  /** The header that a key makes, and what is wrong with the key. */
  readonly authorization: (key: string) => string
  /** What else no answer may show: the password of a proxy in between. */
  readonly otherSecrets?: readonly string[]
  readonly send: Send
  readonly timeout?: (ms: number) => AbortSignal
  readonly now?: () => number
}

/** The whole request may take so long, in milliseconds, and its answer be so large, in bytes. */
const REQUEST = { timeout: 60_000, maxBytes: 32 * 1024 * 1024 }

/** Asks a registry whose interface is REST with JSON. Throws `SourceFailure` for everything that can go wrong. */
export class RestClient {
  readonly #options: RestOptions
  readonly #mask: AnswerMask
  readonly #now: () => number
  /** No request before this time, Unix milliseconds: the server asked for a pause. */
  heldUntil = 0
  /** How many requests were made. */
  requests = 0

  constructor(options: RestOptions) {
    this.#options = options
    this.#mask = new AnswerMask(options.otherSecrets)
    this.#now = options.now ?? Date.now
  }

  get title(): string {
    return this.#options.title
  }

  /** Whether it asks with a key. */
  get hasKey(): boolean {
    return withoutLineBreak(this.#options.apiKey()?.reveal() ?? '') !== ''
  }

  /** @param path below the base URL, or a whole address of the same server */
  async get(
    path: string,
    query: Query = {},
    { signal, headers = {}, takes = [], isText = false }: GetOptions = {},
  ): Promise<RestAnswer> {
    const url = this.#url(path, query)
    const answer = await this.#ask(url, headers, signal)
    const { status, text } = answer
    const now = this.#now()
    const date = Date.parse(answer.headers['date'] ?? '')
    const seen = { status, headers: answer.headers, serverTime: Number.isNaN(date) ? now : date }
    if (status >= 200 && status <= 299) return { ...seen, json: isText ? text.trim() : this.#parsed(answer) }
    if (takes.includes(status)) return { ...seen, json: parsedOrNull(text) }
    throw this.#refused(answer, now)
  }

  #url(path: string, query: Query): string {
    const { baseUrl } = this.#options
    const url = new URL(/^https?:/i.test(path) ? path : baseUrl + path)
    // a page's address comes from the server: the key goes nowhere else
    if (url.origin !== new URL(baseUrl).origin) throw this.#answerInvalid(`It sends on to ${excerpt(url.origin)}.`)
    for (const [name, value] of Object.entries(query)) {
      for (const each of Array.isArray(value) ? value : [value]) {
        if (each !== undefined) url.searchParams.append(name, String(each))
      }
    }
    return url.href
  }

  async #ask(
    url: string,
    more: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<TextAnswer> {
    const { apiKey, authorization, send, title, timeout = AbortSignal.timeout } = this.#options
    const key = withoutLineBreak(apiKey()?.reveal() ?? '')
    const headers = {
      accept: 'application/json',
      'user-agent': USER_AGENT,
      ...(key !== '' && { authorization: authorization(key) }),
      ...more,
    }
    const ends = timeout(REQUEST.timeout)
    this.requests += 1
    try {
      const options = { signal: signal ? AbortSignal.any([signal, ends]) : ends, maxBytes: REQUEST.maxBytes }
      return this.#mask.answer(key, await send('GET', url, headers, null, options))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'source_answer_too_large') {
        const message = `${title}’s answer is longer than ${REQUEST.maxBytes >> 20} MiB; it was not read to its end.`
        throw new SourceFailure('source_answer_too_large', message, {
          statusText: 'answer too large',
          remedy: 'back-off',
        })
      }
      const seconds = REQUEST.timeout / 1000
      const reason = ends.aborted ? `no whole answer within ${seconds} s` : this.#mask.reason(key, error)
      throw new SourceFailure('source_unavailable', `${title} could not be reached: ${excerpt(reason)}`, {
        statusText: `${title} unreachable`,
        remedy: 'back-off',
      })
    }
  }

  #parsed({ text, headers }: TextAnswer): unknown {
    try {
      return JSON.parse(text)
    } catch {
      const type = headers['content-type'] ?? ''
      const why = /json/i.test(type) ? 'is not whole JSON' : `is no JSON but ${excerpt(type) || 'has no type'}`
      const begins = excerpt(text.trim()) || '(nothing)'
      throw this.#answerInvalid(`What came ${why}. Is the base URL that of the server? It begins: ${begins}`)
    }
  }

  /** The answer is not what the registry's interface says. */
  #answerInvalid(why: string): SourceFailure {
    const { title } = this.#options
    return new SourceFailure('source_answer_invalid', `What answers at the base URL is not ${title}: ${why}`, {
      statusText: `no ${title} at this URL`,
      remedy: 'back-off',
    })
  }

  #refused({ status, headers, text }: TextAnswer, now: number): SourceFailure {
    const { title } = this.#options
    const pause = parsePause(headers['retry-after'], now)
    if (pause !== null) this.heldUntil = Math.max(this.heldUntil, now + pause)
    const known = STATUSES.find((each) => each.status === status)
    const isRedirect = status >= 300 && status < 400
    const where = isRedirect ? ` It sends on to ${excerpt(headers['location'] ?? 'somewhere it does not name')}.` : ''
    const advice = isRedirect ? ' Redirects are not followed: the base URL has to be where the API is.' : ''
    const sentence = known?.sentence ?? 'answered with'
    const said = messageIn(text)
    const message = `${title} ${sentence} (${status}).${where}${advice}${said === '' ? '' : ` It said: ${excerpt(said)}`}`
    return new SourceFailure(known?.code ?? 'source_unavailable', message, {
      statusText: known?.statusText ?? `${title} says ${status}`,
      remedy: known?.remedy ?? (isRedirect ? 're-check' : 'back-off'),
      pause,
      status,
    })
  }
}

const STATUSES: readonly {
  status: number
  code: SourceFailure['code']
  statusText: string
  remedy: Remedy
  sentence: string
}[] = [
  {
    status: 400,
    code: 'source_query_refused',
    statusText: 'query refused',
    remedy: 're-check',
    sentence: 'refused the query',
  },
  {
    status: 401,
    code: 'source_denied',
    statusText: 'API key refused',
    remedy: 're-check',
    sentence: 'does not know the API key, or wants one: check the secret and the base URL of the source',
  },
  {
    status: 403,
    code: 'source_denied',
    statusText: 'not allowed',
    remedy: 're-check',
    sentence: 'does not let the API key read what is watched: give its user access, or use another key',
  },
  {
    status: 404,
    code: 'source_not_found',
    statusText: 'not found',
    remedy: 're-check',
    sentence: 'has nothing at this address: check the base URL of the source',
  },
  {
    status: 429,
    code: 'source_rate_limited',
    statusText: 'rate limited',
    remedy: 'back-off',
    sentence: 'had too many requests, and is left alone for a while',
  },
]

const parsedOrNull = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** What a registry says of an error, in its JSON (`message`, or `error` as the Hub has it) or as it stands. */
function messageIn(text: string): string {
  const body = parsedOrNull(text)
  if (typeof body === 'object' && body !== null) {
    const { message, error } = body as { message?: unknown; error?: unknown }
    if (typeof message === 'string') return message
    if (typeof error === 'string') return error
  }
  return text.trim()
}

/** A client with connections of its own; `close` ends them. */
export function connectRest(
  options: Pick<RestOptions, 'title' | 'baseUrl' | 'authorization'>,
  { apiKey, addressPolicy, machineProxy }: Network,
): { client: RestClient; close(): Promise<void> } {
  const http = new RegistryHttp({ addressPolicy, machineProxy })
  const otherSecrets = [machineProxy(new URL(options.baseUrl))?.password ?? '']
  return { client: new RestClient({ ...options, apiKey, otherSecrets, send: http.send }), close: () => http.close() }
}
