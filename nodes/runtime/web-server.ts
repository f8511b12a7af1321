import type { IncomingMessage, ServerResponse } from 'node:http'
import type { NodeAPI } from 'node-red'

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

interface Layer {
  readonly name: string
  readonly handle: unknown
  /** Whether a path is this handler's. */
  match(path: string): boolean
  readonly regexp?: { readonly fast_slash?: boolean }
  /** Of what `app.post(path, …)` and its like made. */
  readonly route?: { readonly methods: Readonly<Record<string, boolean>> }
}

/** What we know of Node-RED's web server: an Express application that has others in it. */
export interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): void
  use(handler: Middleware): void
  path(): string
  parent?: ExpressApp
  _router: { stack: Layer[] }
}

/** What Express and Node-RED's core put before every endpoint, by their names; none of it has anything for a source. */
const IN_PASSING = new Set(['query', 'expressInit', 'rawBodyCapture'])
/** How an application that is mounted in another one is called there. */
const MOUNTED = 'mounted_app'

export function rootOf(app: ExpressApp): ExpressApp {
  let root = app
  while (root.parent) root = root.parent
  return root
}

/** Puts a handler before all others of an application. */
export function useFirst(app: ExpressApp, handler: Middleware): void {
  app.use(handler)
  const { stack } = app._router
  const index = stack.findIndex((layer) => layer.handle === handler)
  stack.unshift(...stack.splice(index, 1))
}

/** Whether a handler that came after `handler` takes posts to a path; what was put there for all paths passes them on. */
export function takenAfter(app: ExpressApp, handler: Middleware, path: string): boolean {
  const { stack } = app._router
  return stack.slice(stack.findIndex(({ handle }) => handle === handler) + 1).some((layer) => {
    const takes = layer.route ? layer.route.methods['post'] || layer.route.methods['_all'] : !layer.regexp?.fast_slash
    return takes && layer.match(path)
  })
}

/**
 * Whether nothing of an operator, of another package or of a program around Node-RED stands before `own`, a handler of
 * httpNode, when `first` is the first of the root: no authentication, no middleware, no application but Node-RED's two.
 */
export function standsAlone(RED: NodeAPI, first: Middleware, own: Middleware): boolean {
  const { httpAdminMiddleware } = RED.settings as unknown as { httpAdminMiddleware?: unknown }
  const app = RED.httpNode as unknown as ExpressApp
  const { parent } = app
  if (httpAdminMiddleware || !parent || parent.parent) return false
  const layers = parent._router.stack
  const mounted = layers.filter(({ name }) => name === MOUNTED).length
  if (mounted !== (editorIsIn(RED, parent) ? 2 : 1)) return false
  const inRoot = layers.findLastIndex(({ name }) => name === MOUNTED)
  return (
    layers.slice(0, inRoot).every(({ name, handle }) => name === MOUNTED || handle === first || IN_PASSING.has(name)) &&
    onlyPassingBefore(app, own)
  )
}

/** Nodes get an application that is part of the editor's, which is part of the root (node-red/lib/red.js). */
function editorIsIn(RED: NodeAPI, root: ExpressApp): boolean {
  const ofNodes = RED.httpAdmin as unknown as ExpressApp | undefined
  return typeof ofNodes === 'function' && (ofNodes.parent === root || ofNodes.parent?.parent === root)
}

function onlyPassingBefore(app: ExpressApp, own: Middleware): boolean {
  for (const { name, handle } of app._router.stack) {
    if (handle === own) return true
    if (!IN_PASSING.has(name)) return false
  }
  return false
}
