import { LONGEST_WAIT_MS } from '../delivery/schedule.js'

export type ResponseHeaders = Readonly<Record<string, string | string[]>>

/** IMF-fixdate, the RFC 850 form and asctime (RFC 9110, section 5.6.7); the last has no zone and means GMT. */
const HTTP_DATE =
  /^(?:[A-Z][a-z]{2,8}, \d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT|[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/

/**
 * `Retry-After` (RFC 9110, section 10.2.3): whole or decimal seconds, rounded up, or an HTTP date.
 * @returns milliseconds, at most 24 h; undefined when it is absent, unreadable, zero, negative or past
 */
export function retryAfter(headers: ResponseHeaders, now: Date): number | undefined {
  const value = single(headers, 'retry-after')
  if (value === undefined) return undefined
  if (/^\d+(\.\d+)?$/.test(value)) return wait(Math.ceil(Number(value)) * 1000)
  if (HTTP_DATE.test(value)) return wait(Date.parse(value.endsWith('GMT') ? value : `${value} GMT`) - now.getTime())
  return undefined
}

/**
 * When a used-up rate limit starts anew: `x-ratelimit-remaining: 0` with `x-ratelimit-reset` in seconds since 1970
 * (GitHub REST API, "Rate limits").
 * @returns milliseconds, at most 24 h; undefined when the headers do not say so
 */
export function rateLimitReset(headers: ResponseHeaders, now: Date): number | undefined {
  if (!rateLimitUsedUp(headers)) return undefined
  const reset = single(headers, 'x-ratelimit-reset')
  if (reset === undefined || !/^\d+$/.test(reset)) return undefined
  return wait(Number(reset) * 1000 - now.getTime())
}

export function rateLimitUsedUp(headers: ResponseHeaders): boolean {
  return single(headers, 'x-ratelimit-remaining') === '0'
}

function wait(ms: number): number | undefined {
  return ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined
}

function single(headers: ResponseHeaders, name: string): string | undefined {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return (Array.isArray(value) ? value[0] : value)?.trim()
}
