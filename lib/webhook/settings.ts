import { ORDERINGS, type Ordering } from '../delivery/ordering.js'
import { parseSchedule } from '../delivery/schedule.js'
import { AutomationError } from '../error.js'
import { WEBHOOK_DEFAULTS, type WebhookSettings } from './defaults.js'
import { type HeaderField, parseHeaders } from './headers.js'
import { invalid } from './invalid.js'
import { SERVICE, SERVICES, type Service } from './services.js'
import {
  SIGNATURE_ENCODINGS,
  SIGNINGS,
  type SignatureScheme,
  type Signing,
  signatureScheme,
} from './signature-schemes.js'
import { parseWebhookUrl } from './url.js'

export { WEBHOOK_DEFAULTS, type WebhookSettings } from './defaults.js'

/** What the settings mean, before any secret is known. Runs in the editor too, so that a form is judged as at deploy. */
export interface WebhookPlan {
  readonly name: string
  readonly url: URL
  readonly method: string
  readonly service: Service
  readonly signing: Signing
  /** Null when the webhook does not sign. */
  readonly signature: SignatureScheme | null
  readonly headers: readonly HeaderField[]
  readonly timeoutMs: number
  /** The waits before each retry, in milliseconds. */
  readonly schedule: readonly number[]
  /** Requests a second; null for as many as go. */
  readonly rateLimit: number | null
  readonly ordering: Ordering
}

const METHODS = ['POST', 'PUT', 'PATCH']
const LONGEST_TIMEOUT_S = 600

declare const read: unique symbol

/** Settings of which every property is there, and of the type that the editor saves. */
export type ReadSettings = WebhookSettings & { readonly [read]: true }

interface PlanOptions {
  /** Whether an access token is sent; by default when the settings name one. */
  readonly hasToken?: boolean
}

/**
 * Reads a webhook's settings; what is not there has its default.
 * @param settings may come from an older version, an unsaved form, or a flow that somebody wrote by hand
 * @throws AutomationError `webhook_invalid`, with a sentence that says what to change
 */
export function planWebhook(settings: Partial<WebhookSettings>, options?: PlanOptions): WebhookPlan {
  return planRead(readSettings(settings), options)
}

/** The same of settings that were read. */
export function planRead(all: ReadSettings, options: PlanOptions = {}): WebhookPlan {
  const { hasToken = all.accessToken !== '' } = options
  const service = SERVICE[oneOf('service', all.service, SERVICES)]
  const signing = oneOf('signing', all.signing, SIGNINGS)
  const encoding = oneOf('signature encoding', all.signatureEncoding, SIGNATURE_ENCODINGS)
  return {
    name: all.name,
    url: parseWebhookUrl(all.url),
    method: oneOf('method', all.method.toUpperCase(), METHODS),
    service,
    signing,
    signature: signatureScheme(signing, encoding),
    headers: parseHeaders(all.headers, { hasToken }),
    timeoutMs: timeoutMs(all.timeout),
    schedule: schedule(all.schedule),
    rateLimit: rateLimit(all.rateLimit) ?? service.rateLimit,
    ordering: oneOf('ordering', all.ordering, ORDERINGS),
  }
}

/**
 * Flows that somebody wrote by hand, environment variables of Node-RED and calls of the admin interface hold anything.
 * @throws AutomationError `webhook_invalid`, when a property has another type than the editor saves
 */
export function readSettings(settings: Partial<WebhookSettings>): ReadSettings {
  for (const [name, usual] of Object.entries(WEBHOOK_DEFAULTS)) {
    const value: unknown = settings[name as keyof WebhookSettings]
    if (value === undefined) continue
    const wanted = Array.isArray(usual) ? 'a list of texts' : NUMERIC.has(name) ? 'a text or a number' : 'a text'
    const fits = Array.isArray(usual)
      ? Array.isArray(value) && value.every((each) => typeof each === 'string')
      : typeof value === 'string' || (NUMERIC.has(name) && typeof value === 'number')
    if (!fits) throw invalid(`The webhook's property ${name} must be ${wanted}.`, `${name} is not ${wanted}`)
  }
  return { ...WEBHOOK_DEFAULTS, ...withoutUndefined(settings) } as ReadSettings
}

const NUMERIC: ReadonlySet<string> = new Set(['timeout', 'rateLimit'] satisfies (keyof WebhookSettings)[])

function withoutUndefined(settings: Partial<WebhookSettings>): Partial<WebhookSettings> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined))
}

function oneOf<Choice extends string>(what: string, value: string, choices: readonly Choice[]): Choice {
  const choice = choices.find((choice) => choice === value)
  if (choice !== undefined) return choice
  throw invalid(`The ${what} is ${JSON.stringify(value)}; it must be one of ${choices.join(', ')}.`, `unknown ${what}`)
}

function timeoutMs(value: string | number): number {
  const text = String(value).trim()
  const seconds = text === '' ? Number(WEBHOOK_DEFAULTS.timeout) : Number(text)
  if (!(seconds > 0 && seconds <= LONGEST_TIMEOUT_S)) {
    throw invalid(
      `The timeout is ${JSON.stringify(text)}; it must be a number of seconds above 0 and up to ${LONGEST_TIMEOUT_S}.`,
      'timeout',
    )
  }
  return Math.ceil(seconds * 1000)
}

function rateLimit(value: string | number): number | null {
  const text = String(value).trim()
  if (text === '') return null
  const perSecond = Number(text)
  if (!(perSecond > 0 && Number.isFinite(perSecond))) {
    throw invalid(
      `The rate limit is ${JSON.stringify(text)}; it must be a number of requests a second above 0 (0.5 is one every two seconds), or empty.`,
      'rate limit',
    )
  }
  return perSecond
}

function schedule(text: string): readonly number[] {
  try {
    return parseSchedule(text)
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    throw invalid(error.message, 'retry schedule', error)
  }
}
