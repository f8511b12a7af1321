import type { IncomingMessage, ServerResponse } from 'node:http'
import { AutomationError, isStoreFailure } from '../../error.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { Redactor } from '../../secrets/redactor.js'
import type { Secret } from '../../secrets/secret.js'
import { isMapped, readMapped } from '../mapped/read-mapped.js'
import { answer, isSendersFault, refuse, SOURCE_UNAVAILABLE } from './answer.js'
import { authenticate, authenticateHead } from './authenticate.js'
import { type BodyLimits, checkLength, hasBody, readBody } from './body.js'
import { deliveryId } from './delivery-id.js'
import { asksForConsent, consent, isValidation, validationCode } from './handshake.js'
import type { ReadEvents } from './read-events.js'
import { readMessage } from './read-message.js'
import type { ReceiverOptions } from './receiver-options.js'
import { RefChanges } from './ref-changes.js'
import { type Authentication, checkSettings, type Format } from './settings.js'

const LIMITS: BodyLimits = { maxBytes: EVENT_LIMITS.bodyBytes, timeout: 30_000 }

export type Receiver = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/**
 * Answers the requests of a source's path: 202 once the events are stored, or the first of 405, 413 (or 408), 401, 415
 * and 400 that fits, or 503. Reads the body itself: nothing may have read it before.
 * @throws AutomationError `source_invalid` for settings that could never accept an event
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  checkSettings(options.settings)
  const limits = { ...LIMITS, ...options.limits }
  const refs = new RefChanges(options)
  const canBeAsked = ASKED.includes(options.settings.format)
  const accept = (events: ReadEvents['events'], changes: ReadEvents['changes']) =>
    changes ? refs.accept(events, changes) : options.accept(events)

  return async (req, res) => {
    let read = false
    try {
      if (canBeAsked && asksForConsent(req)) return consent(req, res)
      if (req.method !== 'POST') throw NOT_POST
      const isQuestion = canBeAsked && isValidation(req.headers)
      checkLength(req, limits)
      const proveHead = () => authenticateHead(options.settings, options.secret(), req.headers)
      if (!isQuestion) proveHead()
      const body = await readBody(req, isQuestion ? { ...limits, maxBytes: MOST_QUESTION } : limits)
      if (body === undefined) return
      read = true
      const code = isQuestion ? validationCode(body) : null
      if (code !== null) return answer(res, 200, { validationResponse: code })
      if (isQuestion) proveHead()
      const { events, changes, ignored, many, leftOut } = await eventsOf(req, body, options)
      const receipts = events.length === 0 ? [] : await accept(events, changes)
      if (leftOut) options.onLeftOut?.(leftOut)
      if (ignored > 0) options.onIgnored?.(ignored)
      answer(res, 202, many ? receipts : receipts[0])
    } catch (cause) {
      const unread = !read && hasBody(req)
      if (cause === SOURCE_UNAVAILABLE) refuse(req, res, SOURCE_UNAVAILABLE, unread)
      else if (isSendersFault(cause)) {
        options.onRefused?.(cause)
        const scheme = SCHEMES[options.settings.auth]
        if (cause.code === 'unauthorized' && scheme !== undefined) res.setHeader('WWW-Authenticate', scheme)
        refuse(req, res, cause, unread)
      } else {
        options.onError?.(cause)
        refuse(req, res, ownFault(cause), unread)
      }
    }
  }
}

/** Formats whose senders may ask before they send anything. */
const ASKED: readonly Format[] = ['cloudevents', 'mapped']

/** Bytes of a question, which anybody may ask. */
const MOST_QUESTION = 16 * 1024

/** RFC 9110, section 11.6.1: a 401 names the scheme. Signatures and secrets in headers of their own have none. */
const SCHEMES: Readonly<Partial<Record<Authentication, string>>> = {
  bearer: 'Bearer',
  // RFC 7617, section 2.1
  basic: 'Basic realm="artifact events", charset="UTF-8"',
}

/** Stands in for a source that cannot be made as it is set: who sends keeps the events, and comes again. */
export const unavailable: Receiver = async (req, res) => {
  refuse(req, res, req.method === 'POST' ? SOURCE_UNAVAILABLE : NOT_POST, hasBody(req))
}

/** Answers whatever else than a post nobody else has answered. */
export const notPost: Receiver = async (req, res) => {
  refuse(req, res, NOT_POST, hasBody(req))
}

const NOT_POST = new AutomationError('method_not_allowed', 'Events are sent with POST.')

function eventsOf(
  { headers, url = '' }: IncomingMessage,
  body: Buffer,
  options: ReceiverOptions,
): ReadEvents | Promise<ReadEvents> {
  const { settings, secret, now, newId } = options
  const receivedAt = now()
  const signed = settings.auth === 'signature' ? authenticate(settings, secret(), { headers, body }, receivedAt) : null
  const used = settings.auth === 'none' ? undefined : secret()
  const shown = (text: string) => withoutSecret(text, settings.auth, used)
  const named = deliveryId(settings.format, headers, signed && { covers: signed, body })
  // a header is a text, also where it reads as JSON
  const delivery = named && (JSON.parse(shown(JSON.stringify(named))) as string)
  const message = { headers, target: url, body, shown }
  const context = { settings, delivery, receivedAt, newId }
  const { format } = settings
  if (format !== 'mapped' && !isMapped(settings)) return readMessage(format, message, context)
  const { map = noEngine, onInput } = options
  return readMapped(message, context, { settings, map, ...(onInput && { onInput }) })
}

/** Whoever makes such a source has to bring an engine. */
const noEngine = (): never => {
  throw SOURCE_UNAVAILABLE
}

const redactors = new WeakMap<Secret, Redactor>()

/** Nobody behind a source is told the secret that its senders authenticate with, whatever they write into an event. */
function withoutSecret(json: string, auth: Authentication, secret: Secret | undefined): string {
  if (secret === undefined) return json
  const redactor = redactors.get(secret) ?? new Redactor(valuesIn(secret, auth))
  redactors.set(secret, redactor)
  return redactor.redactJson(json)
}

/** Of a user and a password the second is a secret by itself. */
function valuesIn(secret: Secret, auth: Authentication): string[] {
  const whole = secret.reveal()
  return auth === 'basic' ? [whole, whole.slice(whole.indexOf(':') + 1)] : [whole]
}

function ownFault(cause: unknown): AutomationError {
  // A store that cannot be written, for whatever reason, is a matter of waiting: no event may be lost by it.
  return isStoreFailure(cause) || (cause instanceof AutomationError && cause.retryable)
    ? new AutomationError('store_unavailable', 'The events cannot be stored now; send them again later.', { cause })
    : new AutomationError('internal', 'Something went wrong here; the events were not accepted.', { cause })
}
