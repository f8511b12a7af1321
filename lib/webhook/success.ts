import { parsedObject } from '../json.js'

/** How an answer with a good status can still be a refusal: as if it had this status, for this reason. */
export interface HiddenRefusal {
  readonly status: number
  readonly reason: string
}

/** The part of a 2xx answer that a service says its verdict in. */
export interface GoodAnswer {
  readonly status: number
  readonly body: string
}

/** What nobody has said to be a success is none, and may go better the next time. */
const NOT_UNDERSTOOD = 502

/** Endpoints that take the place of a service say this; no service says it of a refusal. */
const PLAIN_YES = /^(?:ok|accepted|true)[.!]?$/i

const SAID_CHARACTERS = 200

/** Whether a text says yes in a word, or says nothing against the status at all. */
function plainYes(text: string): boolean {
  return text === '' || PLAIN_YES.test(text)
}

/**
 * Slack: an incoming webhook answers `ok`, the Web API and workflow triggers `{"ok": true}`. Mattermost says `ok` too,
 * Rocket.Chat `{"success": true}`.
 */
export function slackRefusal({ body }: GoodAnswer): HiddenRefusal | null {
  const text = body.trim()
  if (plainYes(text)) return null
  const answer = parsedObject(text)
  if (answer?.['ok'] === true || (answer?.['success'] === true && answer['ok'] === undefined)) return null
  if (answer?.['ok'] === false) {
    const error = typeof answer['error'] === 'string' ? answer['error'] : 'no reason given'
    return { status: SLACK_STATUS[error] ?? 400, reason: `"ok": false, ${error}` }
  }
  return notUnderstood('Slack says on success (ok, or {"ok": true})', text)
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

/**
 * Teams: a connector answers with how many messages it posted ("The response can be considered successful only if it
 * returns a number", MicrosoftDocs/msteams-docs issue 9698), for a while with an object that holds
 * `"isSuccessStatusCode": true` (issue 7852); a workflow answers 202 with nothing. Whatever else stands in a 200 is why
 * it went wrong.
 */
export function teamsRefusal({ status, body }: GoodAnswer): HiddenRefusal | null {
  const text = body.trim()
  if (plainYes(text) || /^"?0*[1-9][0-9]*"?$/.test(text)) return null
  const answer = parsedObject(text)
  if (answer?.['isSuccessStatusCode'] === true) return null
  // a workflow that goes on in the background may describe its run
  if (status === 202 && answer !== null && !SAYS_ERROR.some((name) => name in answer)) return null
  const said = /HTTP error (\d{3})/i.exec(text)?.[1]
  if (said) return { status: Number(said), reason: `Microsoft Teams endpoint returned HTTP error ${said}` }
  if (TEAMS_FOR_GOOD.test(text)) return { status: 400, reason: short(text) }
  return notUnderstood('Microsoft Teams says on success (1, or nothing)', text)
}

const SAYS_ERROR = ['error', 'errors', 'isSuccessStatusCode']

/** What a connector says of a payload that it will never take. */
const TEAMS_FOR_GOOD =
  /summary or text is required|bad payload|invalid webhook|null or empty event|payload is incorrect/i

/** GitHub: 204 and nothing, or JSON. A page in HTML is of something that stands before it. */
export function githubRefusal({ status, body }: GoodAnswer): HiddenRefusal | null {
  const text = body.trim()
  if (status === 204 || plainYes(text) || /^[[{]/.test(text)) return null
  return notUnderstood('GitHub says on success (204, or JSON)', text)
}

function notUnderstood(success: string, text: string): HiddenRefusal {
  const said = /^<(?:!doctype|html|\?xml)/i.test(text) ? 'a page' : short(text)
  return { status: NOT_UNDERSTOOD, reason: `that is not what ${success}: ${said}` }
}

function short(text: string): string {
  const line = text.split(/[\r\n]/, 1)[0] as string
  return line.length > SAID_CHARACTERS ? `${line.slice(0, SAID_CHARACTERS)}…` : line
}
