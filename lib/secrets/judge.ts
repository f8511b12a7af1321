import { AutomationError } from '../error.js'
import { Secret } from './secret.js'

/** What a secret is used for. */
export type SecretUse =
  /** A source compares it with what follows `Authorization: Bearer`. */
  | 'bearer'
  /** A webhook sends it in `Authorization`. */
  | 'access-token'
  /** It is the whole value of a header. */
  | 'header'
  /** `user:password`. */
  | 'basic'
  /** A source checks signatures with it, whichever come. */
  | 'signature'
  /** A webhook signs with it. */
  | 'wandb'
  | 'github'
  | 'standard-webhooks'
  /** A watched registry gets it. */
  | 'api-key'
  /** It stands somewhere in a payload or a header. */
  | 'payload'

/** A key in base64 (Standard Webhooks); Svix and Supabase show it with the version of its signatures. */
export const WHSEC = 'whsec_'
const VERSIONED = `v1,${WHSEC}`

/** Standard Webhooks wants 24 bytes and more; a key of fewer than these is cut off, or was never one. */
const SHORTEST_KEY = 8

/**
 * Values under so many characters are not searched for in answers and events: a secret "1" or "false" would be found in
 * half of them, and hiding it there would destroy what flows work with. The dialog of a secret says so.
 */
export const SEARCHED_FROM = 6

/** A value without the line break at its end that Kubernetes, Docker and editors leave in a file; that is no part of it. */
export function withoutLineBreak(value: string): string {
  let end = value.length
  while (end > 0 && (value[end - 1] === '\n' || value[end - 1] === '\r')) end -= 1
  return value.slice(0, end)
}

/** How a value is used, whatever was copied along with it. */
function meant(value: string, use: SecretUse): string {
  const text = withoutLineBreak(value)
  if (use === 'bearer') return text.replace(/^bearer (?=[^ ])/i, '')
  const isKey = use === 'signature' || use === 'standard-webhooks'
  return isKey && text.startsWith(VERSIONED) ? text.slice('v1,'.length) : text
}

/**
 * Why a value can never do what it is for, as the part of a sentence that follows "it …"; null when it may be right.
 * The one judge of all places that use secrets, in the dialogs and at run time.
 */
export function secretProblem(value: string, use: SecretUse): string | null {
  const text = meant(value, use)
  return text.trim() === '' ? 'is empty' : RULES[use](text)
}

/**
 * A secret as it is used.
 * @param what it is, as the beginning of a sentence: "The source's secret"
 * @throws AutomationError `secret_invalid` when it can never be right
 */
export function judged(secret: Secret, use: SecretUse, what: string): Secret {
  const value = secret.reveal()
  const problem = secretProblem(value, use)
  if (problem !== null) {
    throw new AutomationError('secret_invalid', `${what} cannot be right: it ${problem}.`)
  }
  const text = meant(value, use)
  return text === value ? secret : new Secret(text)
}

/** The bytes of the key after `whsec_`; null when that is no base64 (RFC 4648, section 4, with its padding). */
export function keyOf(text: string): Uint8Array | null {
  const encoded = text.slice(WHSEC.length)
  try {
    const bytes = atob(encoded)
    return btoa(bytes) === encoded ? Uint8Array.from(bytes, (character) => character.charCodeAt(0)) : null
  } catch {
    return null
  }
}

function keyProblem(text: string): string | null {
  if (!text.startsWith(WHSEC)) return null
  if (text === WHSEC) return 'is whsec_ with nothing after it; copy the whole of it again'
  const key = keyOf(text)
  if (key === null) return 'begins with whsec_, but what follows is not base64; copy it again'
  if (key.length >= SHORTEST_KEY) return null
  return `begins with whsec_, but the key that follows has ${key.length} bytes, and at least ${SHORTEST_KEY} are needed; copy the whole of it again`
}

/** What no header can carry; Node.js and proxies drop spaces around a value. */
function headerProblem(text: string): string | null {
  if (/[^\P{Cc}\t]/u.test(text)) {
    return 'has a line break or another control character in it, which no header can carry'
  }
  return text.trim() === text ? null : 'begins or ends with a space, which no header carries'
}

const anything = () => null

const RULES: Readonly<Record<SecretUse, (text: string) => string | null>> = {
  bearer: headerProblem,
  'access-token': (text) =>
    headerProblem(text) ??
    (/[^\t -~]/.test(text) ? 'has a character beyond plain ASCII, which the header Authorization cannot carry' : null),
  header: headerProblem,
  basic: (text) => {
    if (!text.includes(':')) return 'must be a user name, a colon and a password'
    return /\p{Cc}/u.test(text) ? 'has a line break or another control character in it' : null
  },
  signature: keyProblem,
  wandb: anything,
  github: anything,
  'standard-webhooks': keyProblem,
  'api-key': (text) => (/[^!-~]/.test(text) ? 'has a space or another character that no API key has' : null),
  payload: anything,
}
