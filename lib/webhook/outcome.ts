import { STATUS_CODES } from 'node:http'
import type { Attempt } from '../delivery/delivery.js'
import type { Outcome } from '../delivery/lane-port.js'
import { isoTime } from '../iso-time.js'
import type { AttemptResult } from './client.js'
import type { Webhook } from './compile.js'
import type { WebhookResponse } from './response.js'
import { rateLimitReset, rateLimitUsedUp, retryAfter } from './retry-after.js'

export type Verdict = 'delivered' | 'retry' | 'failed' | 'gone'

/** What a status means, the first row that fits. RFC 9110, RFC 6585; 410 as Standard Webhooks has it. */
export const STATUS_RULES: readonly { readonly from: number; readonly to: number; readonly verdict: Verdict }[] = [
  { from: 200, to: 299, verdict: 'delivered' },
  { from: 300, to: 399, verdict: 'failed' },
  { from: 408, to: 408, verdict: 'retry' },
  { from: 410, to: 410, verdict: 'gone' },
  { from: 425, to: 425, verdict: 'retry' },
  { from: 429, to: 429, verdict: 'retry' },
  { from: 400, to: 499, verdict: 'failed' },
  { from: 501, to: 501, verdict: 'failed' },
  { from: 505, to: 505, verdict: 'failed' },
  { from: 500, to: 599, verdict: 'retry' },
]

/** What an attempt means: by its status, by what the service hides in an answer, by the limits it names. */
export function classify(webhook: Pick<Webhook, 'url' | 'service'>, result: AttemptResult, now: Date): Outcome {
  const { response, failure } = result
  if (!response) {
    const { code = 'network', message = 'There was no answer.', proxyFault = false } = failure ?? {}
    if (code === 'address_blocked') return { kind: 'failed', error: { code, message } }
    return { kind: 'retry', error: { code, message }, countsAsAttempt: !proxyFault }
  }
  const { service } = webhook
  const hidden = isGood(response.status) && isReadable(response) ? service.hiddenRefusal?.(response) : null
  const status = hidden?.status ?? response.status
  const limited = status === 429 || (status === 403 && isRateLimit(webhook, response, now))
  const verdict = limited ? 'retry' : verdictOf(status)
  if (verdict === 'delivered') return { kind: 'delivered' }

  const error = { code: 'http_status', message: sentence(webhook.url.host, response, hidden?.reason) }
  if (verdict === 'failed') return { kind: 'failed', error }
  if (verdict === 'gone') return { kind: 'failed', error, pause: true }
  const asked = retryAfter(response.headers, now) ?? rateLimitReset(response.headers, now)
  if (asked !== undefined) return { kind: 'retry', error, retryAfter: asked, countsAsAttempt: false }
  const quiet = limited ? service.quietMs : undefined
  return { kind: 'retry', error, countsAsAttempt: true, ...(quiet !== undefined && { retryAfter: quiet }) }
}

/**
 * The same outcome in words that may be shown: of an answer that was masked. Where the mask hides what the verdict is
 * about, the answer is told as it is shown.
 * @param shown the masked answer of the same attempt
 */
export function inWords(
  outcome: Outcome,
  webhook: Pick<Webhook, 'url' | 'service'>,
  shown: AttemptResult,
  now: Date,
): Outcome {
  if (outcome.kind === 'delivered') return outcome
  const { response } = shown
  const told = classify(webhook, shown, now)
  if (told.kind !== 'delivered') return { ...outcome, error: { ...outcome.error, message: told.error.message } }
  const message = response ? sentence(webhook.url.host, response, undefined) : outcome.error.message
  return { ...outcome, error: { ...outcome.error, message } }
}

function verdictOf(status: number): Verdict {
  return STATUS_RULES.find(({ from, to }) => status >= from && status <= to)?.verdict ?? 'retry'
}

function isGood(status: number): boolean {
  return verdictOf(status) === 'delivered'
}

/** What is compressed is never opened: then the status has to do. */
function isReadable({ headers }: WebhookResponse): boolean {
  return /^(?:identity)?$/i.test(String(headers['content-encoding'] ?? '').trim())
}

/** GitHub answers 403 as well as 429 to who is too fast; other APIs copy it. */
function isRateLimit({ service }: Pick<Webhook, 'service'>, { headers, body }: WebhookResponse, now: Date): boolean {
  return rateLimitUsedUp(headers) || retryAfter(headers, now) !== undefined || (service.limitsWith403?.(body) ?? false)
}

const REASON_CHARACTERS = 200

function sentence(host: string, response: WebhookResponse, hiddenReason: string | undefined): string {
  const { status, headers } = response
  const answered = `${host} answered ${status}${STATUS_CODES[status] ? ` ${STATUS_CODES[status]}` : ''}`
  if (status >= 300 && status <= 399) {
    const location = headers['location']
    return `${answered}${location ? ` (to ${String(location).slice(0, REASON_CHARACTERS)})` : ''}; redirects are not followed. Enter the final URL.`
  }
  const reason = hiddenReason ?? reasonIn(response)
  return reason === '' ? `${answered}.` : `${answered}: ${reason}`
}

/** What the endpoint says about it, if that is short and not a page. */
function reasonIn({ headers, body }: WebhookResponse): string {
  const text = jsonReason(body) ?? (/html/i.test(String(headers['content-type'] ?? '')) ? '' : body)
  const line = text.trim().split(/[\r\n]/, 1)[0] as string
  return line.length > REASON_CHARACTERS ? `${line.slice(0, REASON_CHARACTERS)}…` : line
}

function jsonReason(body: string): string | null {
  try {
    const answer = JSON.parse(body) as Record<string, unknown> | null
    const error = answer?.['error'] as Record<string, unknown> | null | undefined
    const reasons = [answer?.['message'], error?.['message'], error, answer?.['detail'], answer?.['reason']]
    return (reasons.find((reason) => typeof reason === 'string') as string | undefined) ?? ''
  } catch {
    return null
  }
}

/** An attempt as the history keeps it. */
export function attemptRecord(startedAt: Date, { durationMs, response }: AttemptResult, outcome: Outcome): Attempt {
  const made = { started_at: isoTime(startedAt.getTime()), duration_ms: durationMs }
  const attempt = outcome.kind === 'delivered' ? made : { ...made, error: outcome.error }
  if (!response) return attempt
  const { status, headers, body } = response
  return { ...attempt, status_code: status, response_headers: headers, response_body: body }
}
