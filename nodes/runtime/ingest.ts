import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { canonicalPath, checkPath, pathOfTarget } from '../../lib/sources/http/path.js'
import { notPost, unavailable } from '../../lib/sources/http/receive.js'
import { deployedOf } from './deployed.js'
import { beforeEndpoints, runInTurn } from './http-node-settings.js'
import { type IngestRoute, IngestRoutes, type Receiver } from './ingest-routes.js'
import { passOverUpgrades } from './no-upgrade.js'
import { asItCame, goesAsPost, isWhatItWas } from './past-the-editor.js'
import { ownerOf } from './path-owners.js'
import { ShortWay } from './short-way.js'
import {
  belowRoot,
  type ExpressApp,
  isEndpoint,
  layersOf,
  type Middleware,
  putFirst,
  putLast,
  rootOf,
  takenAfter,
} from './web-server.js'

export type { Receiver } from './ingest-routes.js'

/** What body-parser looks at to decide that somebody else reads the body (it and Node-RED's core set it too). */
type ParsedRequest = IncomingMessage & { _body?: boolean; skipRawBodyParser?: boolean }

/** Our handlers in one web server. */
interface Mounted {
  readonly app: ExpressApp
  readonly own: Middleware
  readonly last: Middleware
}

/**
 * The paths that sources listen on. It outlives the nodes: Node-RED removes and makes its nodes at every deploy, and
 * an event that is posted in between must be kept, not answered with 404.
 */
export class Ingest {
  readonly #routes = new IngestRoutes()
  readonly #mounted = new Map<object, Mounted>()
  #RED: NodeAPI | null = null
  /** Whether flows have started, and none have been stopped since. */
  #started = false

  /**
   * Listens on a path, relative to httpNodeRoot.
   * @throws AutomationError `source_invalid` when nothing could ever be sent there
   */
  listen(source: string, path: string, receive: Receiver): void {
    this.#add(source, path, receive, false)
  }

  /** Answers on the path of a source that cannot work, unless and until one that works listens there. */
  refuse(source: string, path: string, receive: Receiver): void {
    this.#add(source, path, receive, true)
  }

  #add(source: string, path: string, receive: Receiver, refuses: boolean): void {
    const given = checkPath(path)
    const route = { source, given, canonical: canonicalPath(given), receive, refuses, closed: false, taken: null }
    this.#routes.add(route)
    this.#judge(route)
  }

  /** The source's node was closed: its path goes on answering until the next start of the flows. */
  release(source: string): void {
    this.#routes.close(source)
  }

  /** Why a source cannot have its path; null when it has it. Known for certain once flows have started. */
  problemOf(source: string): AutomationError | null {
    const route = this.#routes.of(source)
    if (!route || route.closed) return null
    if (route.taken) return route.taken
    const other = this.#routes.at(route.canonical)
    if (!other || other.source === source || other.closed) return null
    const name = (this.#RED?.nodes.getNode(other.source) as { name?: string } | null)?.name
    return pathTaken(route.given, 'another source', `the artifact source ${JSON.stringify(name || other.source)}`)
  }

  flowsStopping(): void {
    this.#started = false
  }

  flowsStarted(): void {
    this.#started = true
    this.#routes.dropClosed()
    for (const { app, own, last } of this.#mounted.values()) {
      // what a flow listens on itself comes first, and so does what other packages put there since
      putLast(app, own)
      putLast(rootOf(app), last)
    }
    for (const route of this.#routes.all()) this.#judge(route)
  }

  /** A source never takes what somebody else has. */
  #judge(route: IngestRoute): void {
    const owner = this.#RED?.httpNode && this.#mounted.size > 0 ? ownerOf(this.#RED, route) : null
    route.taken = owner && pathTaken(route.given, owner.short, owner.whole)
  }

  /** Puts the ingest into Node-RED's web server, once per server. Does nothing when httpNodeRoot is switched off. */
  mount(RED: NodeAPI): void {
    this.#RED = RED
    const app = RED.httpNode as unknown as ExpressApp | undefined
    if (typeof app !== 'function' || this.#mounted.has(app)) return
    const before = beforeEndpoints(RED)
    const own: Middleware = (request, response, next) => {
      const route = this.#routes.at(pathOf(request))
      if (!route) next()
      else if (request.method === 'POST') receive(app, before, route, request, response, next)
      // static files come after httpNode
      else if (request.method === 'GET' || request.method === 'HEAD') next()
      else notPost(request, response).catch(next)
    }
    const last: Middleware = (request, response, next) => {
      if (this.#routeOf(app, request)) notPost(request, response).catch(next)
      else next()
    }
    this.#mounted.set(app, { app, own, last })
    const notYet = this.#notYet(RED, app)
    putFirst(app, asItCame)
    app.use(notYet)
    app.use(own)
    rootOf(app).use(last)
    this.#putFirst(RED, app, own, notYet)
    passOverUpgrades(RED, (request) => request.method === 'POST' && this.#routeOf(app, request) !== undefined)
  }

  #routeOf(app: ExpressApp, request: IncomingMessage): IngestRoute | undefined {
    const below = belowRoot(app.path(), pathOfTarget(request.url ?? '/'))
    return below === null ? undefined : this.#routes.at(canonicalPath(below))
  }

  /**
   * From the moment in which Node-RED listens to the first start of its flows no source has its path, and with flows
   * that are stopped, or lack a type of node, none has it either. A new source has none while it is deployed, which is
   * answered before it starts. A 404 then would be the end of an event: whoever posts to a path that nobody has shall
   * come again.
   */
  #notYet(RED: NodeAPI, app: ExpressApp): Middleware {
    const notYet: Middleware = (request, response, next) => {
      const passesOn = this.#started || request.method !== 'POST' || !mayHaveSources(RED)
      const path = pathOf(request)
      if (passesOn || this.#routes.at(path) || takenAfter(app, notYet, path)) return next()
      unavailable(request, response).catch(next)
    }
    return notYet
  }

  /**
   * With the default roots the editor's applications stand before httpNode, with a JSON parser that would read the body
   * (signatures are over its raw bytes), inflate it, and answer broken JSON with a page of its own. So a mark for it is
   * set first of all, as Node-RED's own `http in` does for raw bodies; what stands in between keeps its say. Where
   * nothing does, the request is answered here.
   */
  #putFirst(RED: NodeAPI, app: ExpressApp, own: Middleware, notYet: Middleware): void {
    const first: Middleware = (request: MarkedRequest, response, next) => {
      const route = this.#routeOf(app, request)
      if (!route) return next()
      goesAsPost(RED, request)
      const isPost = request.method === 'POST'
      const path = pathOfTarget(request.url ?? '/')
      const handlers = isPost ? shortWay.to(path) : null
      if (handlers !== null) {
        runInTurn([...handlers, answerOf(route)], request, response, next)
        return
      }
      if (isTaken(app, request, belowRoot(app.path(), path) ?? path)) return next()
      request._body = true
      request.skipRawBodyParser = true
      if (isPost) request[CAME_THROUGH] = () => shortWay.cameThrough(path)
      next()
    }
    const shortWay = new ShortWay(RED, own, [first, asItCame, notYet])
    putFirst(rootOf(app), first)
  }
}

/** A post that came the whole way. */
function receive(
  app: ExpressApp,
  before: readonly Middleware[],
  route: IngestRoute,
  request: MarkedRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  // an endpoint that a deploy has just made, and that the next start of the flows puts before us
  if (isTaken(app, request)) {
    next()
    return
  }
  request[CAME_THROUGH]?.()
  runInTurn([...before, answerOf(route)], request, response, next)
}

const answerOf =
  ({ receive }: IngestRoute): Middleware =>
  (request, response, next) => {
    isWhatItWas(request)
    receive(request, response).catch(next)
  }

/** Tells the first handler that a request has come all the way to the last. */
const CAME_THROUGH = Symbol('came through')
type MarkedRequest = ParsedRequest & { [CAME_THROUGH]?: () => void }

/** Whether an endpoint of a flow, or of another package, takes this request. */
function isTaken(app: ExpressApp, request: IncomingMessage, below = pathOfTarget(request.url ?? '/')): boolean {
  const method = request.method ?? 'GET'
  return layersOf(app).some((layer) => layer.route && isEndpoint(layer, below, method))
}

function pathTaken(path: string, short: string, whole: string): AutomationError {
  return new AutomationError(
    'path_taken',
    `The path ${path} already belongs to ${whole}. Give the source another path: until then it takes no events.`,
    { statusText: `path taken by ${short}`, values: { path } },
  )
}

function mayHaveSources(RED: NodeAPI): boolean {
  try {
    return deployedOf(RED, 'artifact-source').length > 0
  } catch {
    // the flows have not been read yet
    return true
  }
}

const pathOf = (request: IncomingMessage): string => canonicalPath(pathOfTarget(request.url ?? '/'))
