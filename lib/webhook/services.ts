import { AutomationError } from '../error.js'
import { parsedObject } from '../json.js'

export const SERVICES = ['generic', 'github', 'slack', 'teams'] as const
export type ServiceName = (typeof SERVICES)[number]

/** How an answer with a good status can still be a refusal: as if it had this status, for this reason. */
export interface HiddenRefusal {
  readonly status: number
  readonly reason: string
}

/** What is known of a receiver beyond HTTP. */
export interface Service {
  /** Requests a second when the webhook does not say; null for as many as go. */
  readonly rateLimit: number | null
  /** How long to leave the receiver alone when it limits and does not say for how long, in milliseconds. */
  readonly quietMs?: number
  /** Reads a refusal out of the body of a 2xx answer. */
  readonly hiddenRefusal?: (body: string) => HiddenRefusal | null
  /** Whether a 403 with this body is a rate limit. */
  readonly limitsWith403?: (body: string) => boolean
  /** Refuses a body that the receiver would refuse. @throws AutomationError `service_limits` */
  readonly checkBody?: (url: URL, body: Uint8Array) => void
}

/**
 * Sources: GitHub REST API, "Best practices" (writes at least a second apart, a minute's pause when limited without a
 * time) and "Rate limits"; Slack, "Rate limits" (one message a second) and the Web API's `ok` field; Microsoft Teams,
 * "Create and send actionable messages" (rate limiting: 60 requests in 30 s; errors come back inside a 200).
 */
export const SERVICE: Readonly<Record<ServiceName, Service>> = {
  generic: { rateLimit: null },
  github: {
    rateLimit: 1,
    quietMs: 60_000,
    limitsWith403: (body) => /secondary rate limit|rate limit exceeded|abuse detection/i.test(body),
    checkBody: checkRepositoryDispatch,
  },
  slack: { rateLimit: 1, hiddenRefusal: slackRefusal },
  teams: { rateLimit: 2, quietMs: 30_000, hiddenRefusal: teamsRefusal },
}

/** Slack's names for "later"; every other `"ok": false` is about the message and stays. */
const SLACK_STATUS: Readonly<Record<string, number>> = {
  ratelimited: 429,
  rate_limited: 429,
  message_limit_exceeded: 429,
  internal_error: 500,
  fatal_error: 500,
  service_unavailable: 503,
  request_timeout: 503,
  team_added_to_org: 503,
}

function slackRefusal(body: string): HiddenRefusal | null {
  const answer = parsedObject(body)
  if (answer?.['ok'] !== false) return null
  const error = typeof answer['error'] === 'string' ? answer['error'] : 'no reason given'
  return { status: SLACK_STATUS[error] ?? 400, reason: `"ok": false, ${error}` }
}

function teamsRefusal(body: string): HiddenRefusal | null {
  const status = /Microsoft Teams endpoint returned HTTP error (\d{3})/i.exec(body)?.[1]
  return status ? { status: Number(status), reason: `Microsoft Teams endpoint returned HTTP error ${status}` } : null
}

const MAX_CLIENT_PAYLOAD_PROPERTIES = 10
const MAX_EVENT_TYPE_CHARACTERS = 100
const DISPATCH_BYTES = 64 * 1024

/** GitHub REST API, "Create a repository dispatch event". */
function checkRepositoryDispatch(url: URL, body: Uint8Array): void {
  const dispatch = parsedObject(new TextDecoder().decode(body))
  if (!/\/dispatches\/?$/.test(url.pathname) && dispatch?.['client_payload'] === undefined) return
  if (body.byteLength >= DISPATCH_BYTES) {
    throw beyond(`GitHub takes less than 64 KB, and this payload has ${body.byteLength} bytes. Send less of the event.`)
  }
  const { event_type: type, client_payload: payload } = dispatch ?? {}
  if (typeof type === 'string' && Array.from(type).length > MAX_EVENT_TYPE_CHARACTERS) {
    throw beyond(`GitHub takes an event_type of at most 100 characters, and this one has ${Array.from(type).length}.`)
  }
  if (typeof payload === 'object' && payload !== null && Object.keys(payload).length > MAX_CLIENT_PAYLOAD_PROPERTIES) {
    throw beyond(
      `GitHub takes at most 10 top-level properties in client_payload, and this one has ${Object.keys(payload).length}. Put them into one nested object.`,
    )
  }
}

function beyond(message: string): AutomationError {
  return new AutomationError('service_limits', message, { statusText: 'beyond GitHub’s limits' })
}
