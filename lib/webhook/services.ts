import { AutomationError } from '../error.js'
import { parsedObject } from '../json.js'
import type { Markup } from '../template/markup/escape.js'
import { slackField, slackTexts } from '../template/markup/slack.js'
import { teamsTexts } from '../template/markup/teams.js'
import { type GoodAnswer, githubRefusal, type HiddenRefusal, slackRefusal, teamsRefusal } from './success.js'

export const SERVICES = ['generic', 'github', 'slack', 'teams'] as const
export type ServiceName = (typeof SERVICES)[number]

/** What is known of a receiver beyond HTTP. */
export interface Service {
  /** Requests a second when the webhook does not say; null for as many as go. */
  readonly rateLimit: number | null
  /** How long to leave the receiver alone when it limits and does not say for how long, in milliseconds. */
  readonly quietMs?: number
  /** Null when a 2xx answer says what this service says on success; else what it is instead. */
  readonly hiddenRefusal?: (answer: GoodAnswer) => HiddenRefusal | null
  /** Whether a 403 with this body is a rate limit. */
  readonly limitsWith403?: (body: string) => boolean
  /** Where it reads markup, in which data has to be escaped. */
  readonly markup?: Markup
  /** Refuses a body that the receiver would refuse. @throws AutomationError `service_limits` */
  readonly checkBody?: (url: URL, body: Uint8Array) => void
}

/**
 * Sources: GitHub REST API, "Best practices" (writes at least a second apart, a minute's pause when limited without a
 * time) and "Rate limits"; Slack, "Rate limits" (one message a second); Microsoft Teams,
 * "Create and send actionable messages" (rate limiting: 60 requests in 30 s).
 */
export const SERVICE: Readonly<Record<ServiceName, Service>> = {
  generic: { rateLimit: null },
  github: {
    rateLimit: 1,
    quietMs: 60_000,
    hiddenRefusal: githubRefusal,
    limitsWith403: (body) => /secondary rate limit|rate limit exceeded|abuse detection/i.test(body),
    checkBody: checkRepositoryDispatch,
  },
  slack: { rateLimit: 1, hiddenRefusal: slackRefusal, markup: { texts: slackTexts, field: slackField } },
  teams: { rateLimit: 2, quietMs: 30_000, hiddenRefusal: teamsRefusal, markup: { texts: teamsTexts } },
}

/** Where the service of a saved webhook reads markup; undefined when it reads none, or there is no such service. */
export function markupOf(service: unknown): Markup | undefined {
  const name = SERVICES.find((name) => name === service)
  return name && SERVICE[name].markup
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
  return new AutomationError('service_limits', message)
}
