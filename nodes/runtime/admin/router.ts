import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../../lib/error.js'
import { kindOf } from '../../../lib/error-codes.js'
import { isObject } from '../../../lib/json.js'
import { bodyTooLarge } from '../../../lib/sources/http/body.js'
import { settingsJs } from '../deployed.js'
import { asAutomationError } from '../report.js'
import { wrong } from './refusals.js'
import { writeJson } from './write-answer.js'

/** What a handler gets of a request, already checked. */
export interface AdminRequest {
  readonly params: Readonly<Record<string, string>>
  /** Only the first of a repeated parameter. */
  readonly query: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  /** Aborts when whoever called does not wait for the answer any more. */
  readonly signal: AbortSignal
}

/** A JSON answer, a text answer, or nothing (204). */
export interface AdminAnswer {
  readonly status: number
  readonly json?: unknown
  readonly text?: { readonly type: string; readonly body: string }
}

export type AdminHandler = (request: AdminRequest) => Promise<AdminAnswer> | AdminAnswer

const PREFIX = '/artifact-automations'

export interface RouteOptions {
  /**
   * Names of the parameters, or of the body's members, that a call may have; without this any. A filter with a name that
   * is not known would be none, and what it was meant to keep out would be shown, sent again or cancelled.
   */
  readonly takes?: readonly string[]
  /** A POST that changes and sends nothing, so that the permission to read is enough. */
  readonly reads?: boolean
}

/** What any address may have: a token for whatever guards the editor, and what keeps a browser from an older answer. */
const ALWAYS: readonly string[] = ['access_token', '_']

/**
 * Registers routes of the admin interface. Reading needs the permission `artifact-automations.read`, anything else
 * `artifact-automations.write`, a JSON content type and a header of our own: a page on another site can make a
 * browser post a form, but neither of those. Node-RED 4.1 lets every site read its admin interface and send any header
 * there; here that takes `httpAdminCors` in settings.js.
 */
export class AdminRouter {
  readonly #RED: NodeAPI

  constructor(RED: NodeAPI) {
    this.#RED = RED
  }

  get(path: string, handler: AdminHandler, { takes }: RouteOptions = {}): void {
    const permission = this.#RED.auth.needsPermission('artifact-automations.read')
    this.#RED.httpAdmin.get(PREFIX + path, permission, (request, response) =>
      respond(request, response, (checked) => {
        if (this.#isRefused(request)) return FOREIGN
        if (takes) checkQuery(request.query, takes)
        return handler(checked)
      }),
    )
  }

  post(path: string, handler: AdminHandler, { takes, reads = false }: RouteOptions = {}): void {
    const permission = this.#RED.auth.needsPermission(`artifact-automations.${reads ? 'read' : 'write'}`)
    this.#RED.httpAdmin.post(PREFIX + path, permission, (request, response) =>
      respond(request, response, (checked) => {
        if (this.#isRefused(request)) return FOREIGN
        if (!request.is('application/json') || request.get('X-Artifact-Automations') !== '1') {
          return problem(
            new AutomationError(
              'header_missing',
              'A call with a body needs the headers Content-Type: application/json and X-Artifact-Automations: 1.',
            ),
          )
        }
        if (takes) checkBody(request.body, takes)
        return handler(checked)
      }),
    )
  }

  /**
   * What Node-RED cannot read as JSON it refuses before any route, and Express would make a page with a stack of it.
   * Comes after the routes. Node-RED reads bodies in an application around that of the nodes (red.js), which errors
   * pass by; without `httpAdminRoot` there is none.
   */
  refuseUnreadable(): void {
    const { httpAdmin } = this.#RED as { httpAdmin: { parent?: Application; use?: Application['use'] } }
    const refuse = (error: unknown, _request: unknown, response: ExpressResponse, next: (error: unknown) => void) => {
      const refusal = unreadable(error)
      if (refusal === null || response.headersSent) next(error)
      else write(response, problem(refusal)).catch(() => response.destroy())
    }
    httpAdmin.use?.(PREFIX, refuse)
    httpAdmin.parent?.use(PREFIX, refuse)
  }

  #isRefused(request: ExpressRequest): boolean {
    const { httpAdminCors } = settingsJs<{ httpAdminCors: unknown }>(this.#RED)
    return !httpAdminCors && isForeign(request)
  }
}

type Application = NodeAPI['httpAdmin']
type ExpressRequest = Parameters<Parameters<NodeAPI['httpAdmin']['get']>[1]>[0]
type ExpressResponse = Parameters<Parameters<NodeAPI['httpAdmin']['get']>[1]>[1]

/** Rejects never: nobody would hear of it, and Node.js ends a process for that. */
async function respond(request: ExpressRequest, response: ExpressResponse, handler: AdminHandler): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort(new Error('The connection of the call was closed.')))
  try {
    const { params, query, body } = request
    await write(
      response,
      await handler({
        params: params as Record<string, string>,
        query: firstOfEach(query),
        body: isObject(body) ? body : {},
        signal: gone.signal,
      }),
    )
  } catch (error) {
    if (!gone.signal.aborted) await write(response, problem(asAutomationError(error))).catch(() => response.destroy())
  }
}

/** What was begun cannot become another answer: it is cut off then, which its reader notices. */
async function write(response: ExpressResponse, answer: AdminAnswer): Promise<void> {
  if (response.headersSent) throw new Error('the answer has begun')
  response.status(answer.status).set('Cache-Control', 'no-store')
  if (answer.status === 503) response.set('Retry-After', '30')
  if (answer.text) response.type(answer.text.type).send(answer.text.body)
  else if (answer.json === undefined) response.end()
  else await writeJson(response, answer.json)
}

function problem({ code, message, details }: AutomationError): AdminAnswer {
  return { status: kindOf(code).status, json: { error: { code, message, details } } }
}

/** Of an error of body-parser, which says by its `type` what was wrong; null for any other. */
function unreadable(error: unknown): AutomationError | null {
  const { type, status, message, limit } = Object(error) as {
    type?: unknown
    status?: unknown
    message?: unknown
    limit?: number
  }
  if (typeof type !== 'string' || !/^(entity|encoding|charset|request)\./.test(type)) return null
  if (status === 413 && limit !== undefined) return bodyTooLarge(limit)
  if (status === 415)
    return new AutomationError('unsupported_media_type', 'The body must be JSON in UTF-8, not compressed.')
  const reason = `The body is not a JSON object: ${String(message)}.`
  return new AutomationError('body_invalid', reason, { details: [{ path: '', message: reason }] })
}

const FOREIGN = problem(
  new AutomationError(
    'origin_refused',
    'A page of another origin may not call this. Set httpAdminCors in settings.js if one should.',
  ),
)

/**
 * Whether a browser sent this for a page of another origin. Browsers say so themselves where the connection can be
 * trusted (Fetch Metadata, w3.org/TR/fetch-metadata), which holds behind proxies too; elsewhere the hosts tell.
 */
function isForeign(request: ExpressRequest): boolean {
  const origin = request.get('Origin')
  if (origin === undefined) return false
  const site = request.get('Sec-Fetch-Site')
  if (site !== undefined) return site !== 'same-origin'
  return !URL.canParse(origin) || new URL(origin).host !== request.get('Host')
}

/** @throws AutomationError `request_invalid` */
function checkQuery(query: object, takes: readonly string[]): void {
  for (const [name, value] of Object.entries(query)) {
    if (ALWAYS.includes(name)) continue
    if (!takes.includes(name)) throw notKnown(name, takes)
    if (typeof value !== 'string') throw wrong(name, 'must be one text, and stand there once')
  }
}

/** @throws AutomationError `request_invalid` */
function checkBody(body: unknown, takes: readonly string[]): void {
  // no body at all is an empty one
  if (body === undefined) return
  if (!isObject(body)) throw wrong('', 'The body must be a JSON object')
  for (const name of Object.keys(body)) if (!takes.includes(name)) throw notKnown(name, takes)
}

const notKnown = (name: string, takes: readonly string[]) =>
  wrong(name, `is not known here, where ${takes.join(', ')} may stand`)

/** Express reads `?a=1&a=2` as an array and `?a[b]=1` as an object; nothing here takes either. */
function firstOfEach(query: object): Record<string, string> {
  const first: Record<string, string> = {}
  for (const [name, value] of Object.entries(query)) {
    const one: unknown = Array.isArray(value) ? value[0] : value
    if (typeof one === 'string') first[name] = one
  }
  return first
}

/** A text of the body or the query, or undefined when it is absent or empty. */
export function optionalText(value: unknown, name: string): string | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value !== 'string') throw wrong(name, 'must be a text')
  return value
}
