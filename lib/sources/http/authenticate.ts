import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { AutomationError } from '../../error.js'
import { keyOf, WHSEC } from '../../secrets/judge.js'
import type { Secret } from '../../secrets/secret.js'
import { withoutEnd } from '../../without-end.js'
import { SOURCE_UNAVAILABLE } from './answer.js'
import { judgedFor } from './judged-for.js'
import type { Authentication, HttpSourceSettings } from './settings.js'

/** Seconds that a signed timestamp may be away from now, as Standard Webhooks and MLflow advise. */
export const TIMESTAMP_TOLERANCE = 300

/** What is judged: the headers and the body exactly as they came, before anything is parsed. */
export interface SignedRequest {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/**
 * Refuses what the head of a request tells already, so that nobody makes us keep the body of a stranger.
 * @throws AutomationError as `authenticate`
 */
export function authenticateHead(
  { auth, headerName }: Proof,
  secret: Secret | undefined,
  headers: IncomingHttpHeaders,
): void {
  if (auth === 'none') return
  const value = usable(auth, secret)
  if (auth === 'bearer') checkBearer(value, headers)
  else if (auth === 'basic') checkBasic(value, headers)
  else if (auth === 'signature') checkIsSigned(headers)
  else checkHeader(auth === 'header' ? headerName : 'X-Webhook-Secret', value, headers)
}

/** How a source lets senders prove themselves. */
type Proof = Pick<HttpSourceSettings, 'auth' | 'headerName'>

function usable(auth: Exclude<Authentication, 'none'>, secret: Secret | undefined): string {
  if (secret === undefined) throw SOURCE_UNAVAILABLE
  try {
    return judgedFor(auth, secret).reveal()
  } catch (error) {
    // the source says in words what is wrong; who sends is to come again
    if (error instanceof AutomationError) throw SOURCE_UNAVAILABLE
    throw error
  }
}

/**
 * Lets a request pass that shows knowledge of the secret.
 * @param secret `undefined` when the source has none: then only `none` lets anything pass
 * @returns the id headers that a signature covers; `null` when nothing is signed, so that all of the request is as
 *   good as its sender
 * @throws AutomationError `unauthorized`, which says which header was wrong, and never what it should have been;
 *   `source_unavailable` when there is no secret, or none that can be right, so that nobody drops an event because of that
 */
export function authenticate(
  proof: Proof,
  secret: Secret | undefined,
  request: SignedRequest,
  now: Date,
): readonly string[] | null {
  authenticateHead(proof, secret, request.headers)
  return proof.auth === 'signature' ? checkSignatures(usable(proof.auth, secret), request, now) : null
}

const unauthorized = (message: string) => new AutomationError('unauthorized', message)

function checkBearer(secret: string, { authorization }: IncomingHttpHeaders): void {
  // RFC 9110, section 11: the scheme's case does not count; RFC 6750, section 2.1.
  const token = /^bearer (.*)$/i.exec(authorization ?? '')?.[1]
  if (token === undefined) throw unauthorized('The header Authorization: Bearer is missing.')
  if (!isSecret(token.trimStart(), secret)) throw unauthorized('The token in Authorization is wrong.')
}

/** RFC 7617: user and password in UTF-8, a colon between them, in base64. */
function checkBasic(secret: string, { authorization }: IncomingHttpHeaders): void {
  const given = /^basic (.*)$/i.exec(authorization ?? '')?.[1]
  if (given === undefined) throw unauthorized('The header Authorization: Basic is missing.')
  if (!isSame(withoutEnd(given.trim(), '='), withoutEnd(Buffer.from(secret).toString('base64'), '='))) {
    throw unauthorized('The user or the password in Authorization is wrong.')
  }
}

/** Whoever sends the secret itself, as the Hugging Face Hub does (huggingface.co/docs/hub/webhooks). */
function checkHeader(name: string, secret: string, headers: IncomingHttpHeaders): void {
  const given = text(headers, name.toLowerCase())
  if (given === undefined) throw unauthorized(`The header ${name} is missing.`)
  if (!isSecret(given, secret)) throw unauthorized(`The secret in ${name} is wrong.`)
}

interface Scheme {
  readonly header: string
  /** The headers with an id of the delivery that a signature like this one covers; none by default. */
  covers?(value: string): readonly string[]
  /** Whether the header's value, as it came, is right. */
  verify(value: string, secret: string, request: SignedRequest, now: Date): boolean
}

/** Every signature header that is known; each is judged by the rules of who sends it. */
export const SIGNATURE_SCHEMES: readonly Scheme[] = [
  {
    // Observed from W&B is hexadecimal, its documentation's script makes base64, and receivers in use accept sha256=.
    header: 'X-Wandb-Signature',
    verify(value, secret, { body }) {
      const bare = value.startsWith('sha256=') ? value.slice('sha256='.length) : value
      const digest = hmac(secret, body)
      return isSame(bare.toLowerCase(), digest.toString('hex')) || isSame(bare, digest.toString('base64'))
    },
  },
  {
    // docs.github.com, "Validating webhook deliveries".
    header: 'X-Hub-Signature-256',
    verify: (value, secret, { body }) => isHexOf(value, hmac(secret, body)),
  },
  standardScheme('webhook'),
  // Svix, who began it, signs the same way under a name of its own.
  standardScheme('svix'),
  {
    // MLflow: docs "Webhooks" (v1,<base64>); its first releases signed the body alone (sha256=<hex>).
    header: 'X-MLflow-Signature',
    covers: (value) => (value.startsWith('sha256=') ? [] : ['x-mlflow-delivery-id']),
    verify(value, secret, { headers, body }, now) {
      if (value.startsWith('sha256=')) return isHexOf(value, hmac(secret, body))
      const id = text(headers, 'x-mlflow-delivery-id')
      const timestamp = text(headers, 'x-mlflow-timestamp')
      if (!id || !isRecent(timestamp, now)) return false
      return isSame(value, `v1,${hmac(secret, `${id}.${timestamp}.`, body).toString('base64')}`)
    },
  },
]

/** Standard Webhooks 1.0.0: several signatures may stand there, while a secret is being changed. */
function standardScheme(prefix: string): Scheme {
  return {
    header: `${prefix}-signature`,
    covers: () => [`${prefix}-id`],
    verify(value, secret, { headers, body }, now) {
      const id = text(headers, `${prefix}-id`)
      const timestamp = text(headers, `${prefix}-timestamp`)
      if (!id || !isRecent(timestamp, now)) return false
      const expected = `v1,${hmac(standardKey(secret), `${id}.${timestamp}.`, body).toString('base64')}`
      return value.split(' ').some((signature) => isSame(signature, expected))
    },
  }
}

const signaturesIn = (headers: IncomingHttpHeaders) =>
  SIGNATURE_SCHEMES.flatMap((scheme) => {
    const value = text(headers, scheme.header.toLowerCase())
    return value === undefined ? [] : [{ ...scheme, value }]
  })

function checkIsSigned(headers: IncomingHttpHeaders): void {
  if (signaturesIn(headers).length > 0) return
  const known = SIGNATURE_SCHEMES.map(({ header }) => header).join(', ')
  throw unauthorized(`The request is not signed: it has none of the headers ${known}.`)
}

function checkSignatures(secret: string, request: SignedRequest, now: Date): readonly string[] {
  return signaturesIn(request.headers).flatMap(({ header, value, verify, covers }) => {
    if (!verify(value, secret, request, now)) throw unauthorized(`The signature in ${header} is wrong or too old.`)
    return covers?.(value) ?? []
  })
}

/** Node.js joins a header that came twice with a comma, which no signature survives. */
function text(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

const hmac = (key: string | Uint8Array, ...parts: (string | Buffer)[]): Buffer => {
  const signature = createHmac('sha256', key)
  for (const part of parts) signature.update(part)
  return signature.digest()
}

/** Only a key that says so is base64: any secret can also be a plain text. */
const standardKey = (secret: string) => (secret.startsWith(WHSEC) ? keyOf(secret) : null) ?? secret

/** Whole seconds since 1970. */
const isRecent = (timestamp: string | undefined, now: Date): boolean =>
  timestamp !== undefined &&
  /^\d{1,12}$/.test(timestamp) &&
  Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) <= TIMESTAMP_TOLERANCE

const isHexOf = (value: string, digest: Buffer) =>
  value.startsWith('sha256=') && isSame(value.slice('sha256='.length).toLowerCase(), digest.toString('hex'))

const isSame = (given: string, expected: string) => areSame(Buffer.from(given), Buffer.from(expected))

/** Header values come as one byte a character. */
const isSecret = (given: string, secret: string) => areSame(Buffer.from(given, 'latin1'), Buffer.from(secret))

/** In constant time for what is equally long: a length does not say what stands there. */
const areSame = (given: Buffer, expected: Buffer) =>
  given.length === expected.length && timingSafeEqual(given, expected)
