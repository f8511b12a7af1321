import { AutomationError } from '../error.js'
import { judged } from '../secrets/judge.js'
import { Redactor } from '../secrets/redactor.js'
import { MASK, Secret } from '../secrets/secret.js'
import { fillSlots } from '../template/fill.js'
import { withOneScheme } from './authorization.js'
import { badHeaderCharacter } from './header-rules.js'
import type { HeaderField } from './headers.js'
import { hmacSha256 } from './hmac.js'
import { invalid } from './invalid.js'
import { compileProxy, type ProxyHop, type ProxySettings } from './proxy.js'
import type { FindProxy } from './proxy-environment.js'
import { planRead, type ReadSettings, readSettings, type WebhookPlan, type WebhookSettings } from './settings.js'
import { type SignedMessage, sign, signingKey } from './sign.js'
import { compileTls, type Tls, type TlsSettings } from './tls.js'

export { WEBHOOK_DEFAULTS, type WebhookSettings } from './settings.js'

/** What the ids in the settings stand for. */
export interface WebhookParts {
  readonly token?: Secret
  readonly signing?: Secret
  /** By the names that payloads and headers use. */
  readonly granted: ReadonlyMap<string, Secret>
  readonly tls?: TlsSettings
  readonly proxy?: ProxySettings
  /** Asked when the webhook names no proxy. */
  readonly machineProxy?: FindProxy
}

/** A header with its secrets filled in, and its twin that may be shown. */
export interface FilledHeader {
  readonly name: string
  readonly value: Secret
  readonly masked: string
  /** The usual content type: a payload that knows its own goes out with that. */
  readonly usualType?: true
}

/** A webhook that can be used: everything of a request but the delivery itself. */
export interface Webhook extends Omit<WebhookPlan, 'headers'> {
  readonly headers: readonly FilledHeader[]
  /** The value of the signature header; null when the webhook does not sign. */
  readonly sign: ((message: SignedMessage) => string) | null
  /** The value of `ACCESS_TOKEN` or of a granted secret; undefined when there is none of that name. */
  readonly reveal: (name: string) => string | undefined
  /** Masks every secret of this webhook in text that comes from elsewhere. */
  readonly redactor: Redactor
  readonly tls: Tls | null
  readonly proxy: ProxyHop | null
}

/**
 * @throws AutomationError `webhook_invalid` in words, for anything that would keep each delivery from being sent as
 *   it should be: deliveries wait until it is put right
 */
export function compileWebhook(settings: Partial<WebhookSettings>, parts: WebhookParts): Webhook {
  return compileRead(readSettings(settings), parts)
}

/** The same of settings that were read. */
export function compileRead(settings: ReadSettings, parts: WebhookParts): Webhook {
  const { signing } = parts
  const token = parts.token && judged(parts.token, 'access-token', 'The access token')
  const granted = new Map(
    Array.from(parts.granted, ([name, secret]) => [name, judged(secret, 'payload', `The secret ${name}`)] as const),
  )
  const { headers, ...plan } = planRead(settings, { hasToken: Boolean(token ?? settings.accessToken) })
  if (settings.accessToken && !token) throw invalid('The access token has no value. Enter it.', 'access token missing')
  const reveal = (name: string) => (name === 'ACCESS_TOKEN' ? token : granted.get(name))?.reveal()
  const named = parts.proxy ?? parts.machineProxy?.(plan.url)
  const proxy = named ? compileProxy(named, plan.url) : null
  const secrets = [token, signing, ...granted.values(), proxy?.password]
  return {
    ...plan,
    headers: headers.map((field) => fillHeader(field, reveal)),
    sign: signer(plan, signing),
    reveal,
    redactor: new Redactor(secrets.flatMap((secret) => secret?.reveal() ?? [])),
    tls: parts.tls ? compileTls(parts.tls) : null,
    proxy,
  }
}

function signer({ signing, signature }: Pick<WebhookPlan, 'signing' | 'signature'>, secret: Secret | undefined) {
  if (!signature || signing === 'none') return null
  if (!secret) {
    throw invalid('The webhook signs its requests, but has no signing secret. Choose one.', 'signing secret missing')
  }
  const hmac = hmacSha256(signingKey(signing, secret))
  return (message: SignedMessage) => sign(signature, hmac, message)
}

function fillHeader(
  { name, text, slots, ...kind }: HeaderField,
  reveal: (name: string) => string | undefined,
): FilledHeader {
  try {
    const filled = fillSlots(text, slots, reveal)
    const value = name.toLowerCase() === 'authorization' ? withOneScheme(filled) : filled
    if (badHeaderCharacter(value) !== null) {
      throw invalid(
        `A secret in the header ${name} has a character that cannot stand in a header. Enter it again, in one line and in plain ASCII.`,
        `secret in ${name}`,
      )
    }
    if (value.trim() !== value) {
      throw invalid(
        `A secret in the header ${name} begins or ends with a space, which no header carries. Enter it again.`,
        `secret in ${name}`,
      )
    }
    const masked = fillSlots(text, slots, (secret) => (reveal(secret) === undefined ? undefined : MASK))
    const ownScheme = value !== filled && !value.startsWith('Bearer ')
    return { ...kind, name, value: new Secret(value), masked: ownScheme ? MASK : masked }
  } catch (error) {
    if (!(error instanceof AutomationError) || ['webhook_invalid', 'secret_invalid'].includes(error.code)) throw error
    throw invalid(`The header ${name} cannot be filled: ${error.message}`, `header ${name}`, error)
  }
}
