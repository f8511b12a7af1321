import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../../lib/error.js'
import { kindOf } from '../../../lib/error-codes.js'
import { isObject } from '../../../lib/json.js'
import { settingsJs } from '../deployed.js'
import { asAutomationError } from '../report.js'
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

  get(path: string, handler: AdminHandler): void {
    const permission = this.#RED.auth.needsPermission('artifact-automations.read')
    this.#RED.httpAdmin.get(PREFIX + path, permission, (request, response) =>
      respond(request, response, (checked) => (this.#isRefused(request) ? FOREIGN : handler(checked))),
    )
  }

  /** @param options.reads it changes and sends nothing, so that the permission to read is enough */
  post(path: string, handler: AdminHandler, { reads = false }: { reads?: boolean } = {}): void {
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
        return handler(checked)
      }),
    )
  }

  #isRefused(request: ExpressRequest): boolean {
    const { httpAdminCors } = settingsJs<{ httpAdminCors: unknown }>(this.#RED)
    return !httpAdminCors && isForeign(request)
  }
}

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
  if (typeof value !== 'string') {
    throw new AutomationError('request_invalid', `${name} must be a text.`, {
      details: [{ path: name, message: 'must be a text' }],
    })
  }
  return value
}
