import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { unavailable } from '../../lib/sources/http/receive.js'
import { trimmedOf } from '../../lib/trimmed-of.js'
import { type ExpressApp, type Middleware, rootOf, standsAlone, takenAfter, useFirst } from './web-server.js'

export type Receiver = (request: IncomingMessage, response: ServerResponse) => Promise<void>

interface Route {
  readonly source: string
  readonly receive: Receiver
  /** It only asks senders to come again, and gives way to a source that works. */
  readonly refuses: boolean
  /** Its node was closed; the route goes when the flows have started again without it. */
  closed: boolean
}

/** What body-parser looks at to decide that somebody else reads the body (it and Node-RED's core set it too). */
type ParsedRequest = IncomingMessage & { _body?: boolean; skipRawBodyParser?: boolean }

/**
 * The paths that sources listen on. It outlives the nodes: Node-RED removes and makes its nodes at every deploy, and
 * an event that is posted in between must be kept, not answered with 404.
 */
export class Ingest {
  /** Of each path all that were put there; the first one answers. */
  readonly #routes = new Map<string, readonly Route[]>()
  readonly #mounted = new WeakSet<object>()
  /** Whether flows have started since Node-RED did. */
  #started = false

  /**
   * Listens on a path, relative to httpNodeRoot.
   * @throws AutomationError `path_taken` when another source has it
   */
  listen(source: string, path: string, receive: Receiver): void {
    const key = normalise(path)
    if (this.#routes.get(key)?.some((route) => route.source !== source && !route.refuses && !route.closed)) {
      throw new AutomationError(
        'path_taken',
        `The path ${key} already belongs to another artifact source. Give one of them another path.`,
        { values: { path: key } },
      )
    }
    this.#keep((route) => route.source !== source)
    this.#routes.set(key, [{ source, receive, refuses: false, closed: false }, ...(this.#routes.get(key) ?? [])])
  }

  /** Answers on the path of a source that cannot work, unless and until one that works listens there. */
  refuse(source: string, path: string, receive: Receiver): void {
    const key = normalise(path)
    this.#keep((route) => route.source !== source)
    this.#routes.set(key, [...(this.#routes.get(key) ?? []), { source, receive, refuses: true, closed: false }])
  }

  /** The source's node was closed: its path goes on answering until the next start of the flows. */
  release(source: string): void {
    for (const route of [...this.#routes.values()].flat()) if (route.source === source) route.closed = true
  }

  flowsStarted(): void {
    this.#started = true
    this.#keep((route) => !route.closed)
  }

  #keep(wanted: (route: Route) => boolean): void {
    for (const [path, routes] of this.#routes) {
      const kept = routes.filter(wanted)
      if (kept.length > 0) this.#routes.set(path, kept)
      else this.#routes.delete(path)
    }
  }

  /** Puts the ingest into Node-RED's web server, once per server. Does nothing when httpNodeRoot is switched off. */
  mount(RED: NodeAPI): void {
    const app = RED.httpNode as unknown as ExpressApp | undefined
    if (typeof app !== 'function' || this.#mounted.has(app)) return
    this.#mounted.add(app)
    const receive: Middleware = (request, response, next) => {
      const [route] = this.#routes.get(pathOf(request)) ?? []
      if (!route) return next()
      route.receive(request, response).catch(next)
    }
    const { httpNodeMiddleware: own } = RED.settings as unknown as { httpNodeMiddleware?: Middleware | Middleware[] }
    const before = [own ?? []].flat().filter((handler) => typeof handler === 'function')
    const inTurn: Middleware = (request, response, next) => {
      if (!this.#routes.has(pathOf(request))) return next()
      runInTurn([...before, receive], request, response, next)
    }
    app.use(inTurn)
    app.use(this.#notYet(RED, app))
    this.#putFirst(RED, app, before.length === 0 ? inTurn : null)
  }

  /**
   * From the moment in which Node-RED listens to the first start of its flows no source has its path, and with flows
   * that are stopped, or lack a type of node, none has it either. A 404 then would be the end of an event: whoever posts
   * to a path that nobody has shall come again.
   */
  #notYet(RED: NodeAPI, app: ExpressApp): Middleware {
    const notYet: Middleware = (request, response, next) => {
      const passesOn = this.#started || request.method !== 'POST' || !mayHaveSources(RED)
      if (passesOn || takenAfter(app, notYet, pathOf(request))) return next()
      unavailable(request, response).catch(next)
    }
    return notYet
  }

  /**
   * With the default roots the editor's applications stand before httpNode, with a JSON parser that would read the body
   * (signatures are over its raw bytes), inflate it, and answer broken JSON with a page of its own. So a mark for it is
   * set first of all, as Node-RED's own `http in` does for raw bodies; authentication of httpNode stays where it is, in
   * between. Where nobody put anything in between, the request is answered here: the way through five applications with
   * dozens of layers costs a tenth of an event.
   * @param own our handler in httpNode; null when something has to be asked before it
   */
  #putFirst(RED: NodeAPI, app: ExpressApp, own: Middleware | null): void {
    const first: Middleware = (request, response, next) => {
      const base = normalise(app.path())
      const path = pathOf(request)
      const inside = base === '/' || path.startsWith(`${base}/`)
      const [route] = (inside && this.#routes.get(base === '/' ? path : normalise(path.slice(base.length)))) || []
      if (!route) return next()
      if (own !== null && standsAlone(RED, first, own)) {
        route.receive(request, response).catch(next)
        return
      }
      const parsed = request as ParsedRequest
      parsed._body = true
      parsed.skipRawBodyParser = true
      next()
    }
    useFirst(rootOf(app), first)
  }
}

/** What operators put before every endpoint of their flows (`httpNodeMiddleware`) stands before ours too. */
function runInTurn(
  [handler, ...rest]: readonly Middleware[],
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  handler?.(request, response, (error) => {
    if (error !== undefined) next(error)
    else runInTurn(rest, request, response, next)
  })
}

function mayHaveSources(RED: NodeAPI): boolean {
  let found = false
  try {
    RED.nodes.eachNode(({ type }) => {
      found ||= type === 'artifact-source'
    })
  } catch {
    // the flows have not been read yet
    return true
  }
  return found
}

/** `/a/b/` and `a/b` are `/a/b`. */
function normalise(path: string): string {
  return `/${trimmedOf(path, '/')}`
}

function pathOf(request: IncomingMessage): string {
  const url = request.url ?? '/'
  const query = url.indexOf('?')
  return normalise(query < 0 ? url : url.slice(0, query))
}
