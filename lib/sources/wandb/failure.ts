import type { ErrorCode } from '../../error-codes.js'
import { excerpt, type Remedy, SourceFailure } from '../watch/failure.js'
import { pathText } from './answer-errors.js'
import type { AnswerError } from './offers.js'

/** Codes of what is wrong with one watched thing, and with it alone. */
export const OF_ONE_TARGET: readonly ErrorCode[] = [
  'source_not_found',
  'source_query_refused',
  'source_lacks',
  'source_answer_too_large',
  'source_answer_unexpected',
]

/** Codes of what no later try mends: what the answer was to tell cannot be had from this server. */
export const CANNOT_BE_HAD: readonly ErrorCode[] = [...OF_ONE_TARGET, 'source_answer_invalid']

/** Statuses, the code and status text of the failure, and the remedy. Everything else from 400 is `unavailable`. */
export const STATUSES: readonly {
  status: number
  code: ErrorCode
  statusText: string
  remedy: Remedy
  sentence: string
}[] = [
  {
    status: 401,
    code: 'source_denied',
    statusText: 'API key refused',
    remedy: 're-check',
    sentence: 'W&B does not know the API key (401). Check the secret and the base URL of the source.',
  },
  {
    status: 403,
    code: 'source_denied',
    statusText: 'not allowed',
    remedy: 're-check',
    sentence: 'The API key may not read what is watched (403). Give its user access, or use another key.',
  },
  {
    status: 404,
    code: 'source_not_found',
    statusText: 'no W&B at this URL',
    remedy: 're-check',
    sentence: 'There is no W&B server at the base URL (404): it must be the API host, such as https://api.wandb.ai.',
  },
  {
    status: 413,
    code: 'source_query_refused',
    statusText: 'query refused',
    remedy: 're-check',
    sentence: 'W&B found the query too large (413).',
  },
  {
    status: 422,
    code: 'source_query_refused',
    statusText: 'query refused',
    remedy: 're-check',
    sentence: 'W&B could not read the query (422).',
  },
  {
    status: 429,
    code: 'source_rate_limited',
    statusText: 'rate limited',
    remedy: 'back-off',
    sentence: 'W&B asks for fewer requests (429).',
  },
]

/** The failure of a status that is not 2xx (and not a 400 that says what is wrong with the query). */
export function statusFailure(
  status: number,
  body: string,
  pause: number | null,
  location: string | undefined = undefined,
): SourceFailure {
  const known = STATUSES.find((each) => each.status === status)
  if (known) return new SourceFailure(known.code, `${known.sentence}${said(body)}`, { ...known, pause })
  const isRedirect = status >= 300 && status < 400
  const remedy: Remedy = status === 501 || isRedirect ? 're-check' : 'back-off'
  const where = isRedirect ? ` It sends on to ${location ? excerpt(location) : 'somewhere it does not name'}.` : ''
  const advice = isRedirect ? ' Redirects are not followed: the base URL has to be where the API is.' : ''
  const message = `W&B answered with status ${status}.${where}${advice}${said(body)}`
  return new SourceFailure('source_unavailable', message, { statusText: `W&B says ${status}`, remedy, pause })
}

/** How servers say that their schema has no such field, or no such argument of a field, in whichever quotes. */
const NO_FIELD = /cannot query field\W+(\w+)\W+on type\W+(\w+)/i
const NO_ARGUMENT = /unknown argument\W+(\w+)\W+on field\W+(\w+)\.(\w+)/i

/** What a server lacks: a field of a type, and the argument where it lacks that alone. */
function lackedBy({ message }: AnswerError): { type: string; field: string; what: string } | null {
  const [, field, of] = message.match(NO_FIELD) ?? []
  if (field !== undefined && of !== undefined) return { type: of, field: `${of}.${field}`, what: `${of}.${field}` }
  const [, argument, type, taking] = message.match(NO_ARGUMENT) ?? []
  if (type === undefined) return null
  return { type, field: `${type}.${taking}`, what: `${type}.${taking}(${argument})` }
}

/** The server understood the query as little as this, or (`hasData`) answered only a part of it. */
export function queryRefused(errors: readonly AnswerError[], status: number, hasData = false): SourceFailure {
  const said = excerpt(errors.map(({ message }) => message).join('; ')) || '(it does not say why)'
  const lacked = errors.map(lackedBy).find((found) => found !== null)
  // GraphQL's root: whoever has none of W&B's is somebody else
  if (lacked && /^Query/i.test(lacked.type)) {
    const message = `What answers at the base URL is not W&B, but something else that speaks GraphQL. It said: ${said}`
    return new SourceFailure('source_not_found', message, { statusText: 'no W&B at this URL', remedy: 're-check' })
  }
  if (lacked) {
    const message = `This W&B server has no ${lacked.what}, which the watch needs. It has to be updated. It said: ${said}`
    return new SourceFailure('source_lacks', message, { statusText: `W&B lacks ${lacked.field}`, remedy: 're-check' })
  }
  const places = errors.map(({ path }) => pathText(path)).filter((text) => text !== '')
  const where = places.length > 0 ? ` (at ${excerpt(places.slice(0, 3).join(', '))})` : ''
  const what = hasData ? 'W&B answered only a part of the query' : `W&B refused the query (${status})`
  return new SourceFailure('source_query_refused', `${what}: ${said}${where}`, {
    statusText: 'query refused',
    remedy: hasData ? 'back-off' : 're-check',
  })
}

const said = (body: string) => (body.trim() === '' ? '' : ` It said: ${excerpt(body.trim())}`)

/** The answer came, and is not what a GraphQL server says. @param type its content type; null when it is JSON without data */
export function invalidAnswer(type: string | null, body: string): SourceFailure {
  const why =
    type === null
      ? 'W&B’s answer has no data.'
      : /json/i.test(type)
        ? 'W&B’s answer is not whole JSON.'
        : `W&B’s answer is no JSON but ${excerpt(type) || 'has no type'}.`
  const message = `${why} It begins: ${excerpt(body.trim()) || '(nothing)'}`
  return new SourceFailure('source_answer_invalid', message, { statusText: 'unexpected answer', remedy: 'back-off' })
}

/** The answer is longer than anybody should read; it was not read to its end. */
export function tooLarge(maxBytes: number): SourceFailure {
  const message = `W&B’s answer is longer than ${maxBytes >> 20} MiB; it was not read to its end.`
  return new SourceFailure('source_answer_too_large', message, { statusText: 'answer too large', remedy: 'back-off' })
}

export function noKey(message = 'The source has no API key: choose a secret that has a value.'): SourceFailure {
  return new SourceFailure('source_denied', message, { statusText: 'no API key', remedy: 're-check' })
}

/** No whole answer came: no connection, a timeout, a connection that broke. */
export function unreachable(reason: string): SourceFailure {
  const message = `W&B could not be reached: ${excerpt(reason)}`
  return new SourceFailure('source_unavailable', message, { statusText: 'W&B unreachable', remedy: 'back-off' })
}

/** What is watched is not there, or may not be seen; `what` is its name. */
export function notFound(what: string, message: string): SourceFailure {
  return new SourceFailure('source_not_found', message, { statusText: `${what} not found`, remedy: 'back-off' })
}

/** The server says nothing of whom the key belongs to, and so nothing of what it sees. */
export function nobody(why: string): SourceFailure {
  const reason = why === '' ? '' : ` (${excerpt(why)})`
  const message = `W&B does not say who the API key belongs to${reason}, so nobody knows what it sees. Name the team, project or registry in the trigger, or use another key.`
  return new SourceFailure('source_not_found', message, { statusText: 'unknown what the key sees', remedy: 'back-off' })
}
