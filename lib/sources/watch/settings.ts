import { AutomationError } from '../../error.js'
import { withoutEnd } from '../../without-end.js'

/** The saved properties of every watched source, all texts. */
export interface WatchedSettings {
  /** Of the API, such as `https://api.wandb.ai`; a slash at its end does not matter. */
  readonly baseUrl: string
  /** Seconds between two polls. */
  readonly interval: string
}

/** Seconds. */
export const INTERVAL = { usual: 30, shortest: 1, longest: 86_400 }

/**
 * The time between two polls in milliseconds.
 * @throws AutomationError `source_invalid` in words
 */
export function checkInterval(interval: string): number {
  const seconds = Number(interval)
  if (interval.trim() === '' || !(seconds >= INTERVAL.shortest && seconds <= INTERVAL.longest)) {
    const { shortest, longest } = INTERVAL
    throw invalid('interval', `the time between two polls must be a number of seconds from ${shortest} to ${longest}`)
  }
  return Math.round(seconds * 1000)
}

/** Hours. */
const FULL_SCAN = { usual: 24, shortest: 0.1, longest: 24 * 365 }

/**
 * The time between two full looks in milliseconds, from the hours that `settings.js` may have.
 * @throws AutomationError `source_invalid` in words
 */
export function checkFullScan(hours: unknown): number {
  const { usual, shortest, longest } = FULL_SCAN
  const value = hours ?? usual
  if (typeof value !== 'number' || !(value >= shortest && value <= longest)) {
    throw invalid(
      'fullScanHours',
      `artifactAutomations.fullScanHours in settings.js must be a number from ${shortest} to ${longest}`,
    )
  }
  return value * 60 * 60 * 1000
}

/**
 * The address of a server, without a slash at its end.
 * @param hint what to enter, when nothing is
 * @throws AutomationError `source_invalid` in words
 */
export function checkBaseUrl(given: string, hint: string): string {
  const text = given.trim()
  if (text === '') throw invalid('baseUrl', `it has no base URL; ${hint}`)
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw invalid('baseUrl', 'the base URL must begin with https:// or http:// and name a host')
  }
  const { origin, pathname, search, hash, username, password } = new URL(text)
  if (username !== '' || password !== '') {
    throw invalid('baseUrl', 'the base URL must not contain a user name or password; the API key is a secret')
  }
  if (search !== '' || hash !== '') throw invalid('baseUrl', 'the base URL must end before ? or #')
  return origin + withoutEnd(pathname, '/')
}

/** Where a watched registry is, short enough for a label. */
export const hostOf = (baseUrl: string): string => (URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl)

const STATUS_TEXTS = {
  baseUrl: 'invalid base URL',
  interval: 'invalid interval',
  fullScanHours: 'invalid fullScanHours',
  entity: 'invalid entity',
  project: 'invalid project',
}

/** Settings with which no event could ever come. */
export const invalid = (path: keyof typeof STATUS_TEXTS, message: string) =>
  new AutomationError('source_invalid', `The source cannot be used: ${message}.`, {
    statusText: STATUS_TEXTS[path],
    details: [{ path, message }],
  })
