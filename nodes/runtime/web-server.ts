import type { IncomingMessage, ServerResponse } from 'node:http'
import { withoutEnd } from '../../lib/without-end.js'

export type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void

export interface Layer {
  readonly name: string
  readonly handle: unknown
  /** Whether a path is this handler's. */
  match(path: string): boolean
  readonly regexp?: { readonly fast_slash?: boolean; readonly fast_star?: boolean }
  /** Of what `app.post(path, …)` and its like made. */
  readonly route?: {
    readonly path: unknown
    readonly methods: Readonly<Record<string, boolean>>
    readonly stack: readonly Layer[]
  }
}

/** What we know of Node-RED's web server: an Express application that has others in it. */
export interface ExpressApp {
  (request: IncomingMessage, response: ServerResponse): void
  use(handler: Middleware): void
  path(): string
  parent?: ExpressApp
  _router?: { stack: Layer[] }
}

/** How an application that is mounted in another one is called there. */
export const MOUNTED = 'mounted_app'

/** The handlers of an application, in order. */
export const layersOf = (app: ExpressApp): readonly Layer[] => app._router?.stack ?? []

export function rootOf(app: ExpressApp): ExpressApp {
  let root = app
  while (root.parent) root = root.parent
  return root
}

/** What is left of a path below a root; null when it is not below it. Case does not count, as in Express. */
export function belowRoot(root: string, whole: string): string | null {
  const bare = withoutEnd(root, '/')
  if (whole.length === bare.length && whole.toLowerCase() === bare.toLowerCase()) return '/'
  return whole.toLowerCase().startsWith(`${bare.toLowerCase()}/`) ? whole.slice(bare.length) : null
}

/** Puts a handler before all others of an application. */
export function putFirst(app: ExpressApp, handler: Middleware): void {
  app.use(handler)
  move(app, handler, 'unshift')
}

/** Puts a handler, which may be there already, after all others. */
export function putLast(app: ExpressApp, handler: Middleware): void {
  if (!layersOf(app).some(({ handle }) => handle === handler)) app.use(handler)
  else if (layersOf(app).at(-1)?.handle !== handler) move(app, handler, 'push')
}

function move(app: ExpressApp, handler: Middleware, to: 'push' | 'unshift'): void {
  const stack = app._router?.stack ?? []
  const index = stack.findIndex((layer) => layer.handle === handler)
  stack[to](...stack.splice(index, 1))
}

/** No endpoint has this path: what takes it takes everything. */
const ANYTHING = '/artifact-automations-nobody-has-this/nor-this'

/** Whether a layer is an endpoint for a path: one that somebody gave it, no handler that looks at all that passes. */
export function isEndpoint(layer: Layer, path: string, method: string): boolean {
  const { route } = layer
  if (!route) return false
  const all = route.methods['_all'] === true
  if (method !== 'any' && !all && route.methods[method.toLowerCase()] !== true) return false
  return layer.match(path) && !(all && layer.match(ANYTHING))
}

/** Whether a layer has a look at what is sent to a path. */
export function isOnTheWay(layer: Layer, path: string, method: string): boolean {
  const { route, regexp } = layer
  if (route)
    return (route.methods[method.toLowerCase()] === true || route.methods['_all'] === true) && layer.match(path)
  return regexp?.fast_slash === true || regexp?.fast_star === true || layer.match(path)
}

/** Whether a handler that came after `handler` takes posts to a path; what was put there for all paths passes them on. */
export function takenAfter(app: ExpressApp, handler: Middleware, path: string): boolean {
  const layers = layersOf(app)
  return layers
    .slice(layers.findIndex(({ handle }) => handle === handler) + 1)
    .some((layer) => (layer.route ? true : !layer.regexp?.fast_slash) && isOnTheWay(layer, path, 'post'))
}
