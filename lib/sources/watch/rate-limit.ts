type Headers = Readonly<Record<string, string | undefined>>

/** Of the 1000 that W&B's scale has; below it we wait for the reset rather than take what others may need. */
const RESERVE = 50

/** No server may stop us for longer, in milliseconds. */
export const LONGEST_PAUSE = 24 * 60 * 60 * 1000

/**
 * How long to ask nothing, in milliseconds, by `RateLimit-Remaining` (W&B documents a scale from 0 to 1000) and
 * `RateLimit-Reset` (seconds); null when there is no need or no word of it.
 */
export function parseRateLimit(headers: Headers): number | null {
  const remaining = Number(headers['ratelimit-remaining'] ?? Number.NaN)
  const reset = Number(headers['ratelimit-reset'] ?? Number.NaN)
  if (!(remaining < RESERVE) || !(reset > 0)) return null
  return Math.min(reset * 1000, LONGEST_PAUSE)
}

/** `Retry-After` as milliseconds from `now`: seconds or an HTTP date; null when it is absent, past or unreadable. */
export function parsePause(retryAfter: string | undefined, now: number): number | null {
  if (retryAfter === undefined) return null
  const text = retryAfter.trim()
  const ms = /^\d+(\.\d+)?$/.test(text) ? Math.ceil(Number(text)) * 1000 : Date.parse(text) - now
  return ms > 0 ? Math.min(ms, LONGEST_PAUSE) : null
}
