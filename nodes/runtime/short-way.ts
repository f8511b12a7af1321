import type { NodeAPI } from 'node-red'
import { settingsJs } from './deployed.js'
import {
  belowRoot,
  type ExpressApp,
  isOnTheWay,
  type Layer,
  layersOf,
  type Middleware,
  MOUNTED,
  rootOf,
} from './web-server.js'

/** What Express and Node-RED's core put before every endpoint, by their names; none of it has anything for a source. */
const IN_PASSING: readonly string[] = [
  'query',
  'expressInit',
  'rawBodyCapture',
  'jsonParser',
  'urlencodedParser',
  'initialize',
]

/** Node-RED 4.1 has it before its admin interface: it only sets headers of the answer to a post. */
const CORS = 'corsMiddleware'

/** What operators may put before endpoints by a setting; with any of them, every request goes the whole way. */
const OPERATORS = ['httpAdminMiddleware', 'httpNodeMiddleware', 'httpNodeCors', 'requireHttps'] as const

/** Spellings of paths; a stranger can think of ever more. */
const MOST_KNOWN = 1000

/**
 * The way through five applications with dozens of layers costs a tenth of an event. It may be left out for a path when
 * nothing stands on it but what Node-RED always has there, and when a post to this very path was seen to come through:
 * two of the editor's applications cannot be looked into. Whatever an operator, another package or a program around
 * Node-RED puts there, now or later, has its say.
 */
export class ShortWay {
  readonly #RED: NodeAPI
  /** Ours in httpNode, which answers. */
  readonly #own: Middleware
  /** Our others. */
  readonly #others: readonly unknown[]
  /** Paths that came through, with what has to be done all the same. */
  readonly #known = new Map<string, readonly Middleware[]>()
  #seen: readonly Seen[] = []

  constructor(RED: NodeAPI, own: Middleware, others: readonly Middleware[]) {
    this.#RED = RED
    this.#own = own
    this.#others = others
  }

  /** What is to be done before the source gets a post to this path; null when it has to go the whole way. */
  to(path: string): readonly Middleware[] | null {
    const handlers = this.#known.get(path)
    if (handlers === undefined || !this.#isUnchanged()) return null
    return handlers
  }

  /** A post to this path came the whole way. */
  cameThrough(path: string): void {
    if (!this.#isUnchanged() || this.#known.size >= MOST_KNOWN) {
      this.#known.clear()
      this.#seen = this.#look()
    }
    if (this.#known.has(path)) return
    const handlers = this.#onTheWay(path)
    if (handlers !== null) this.#known.set(path, handlers)
  }

  /** With each post: plain loops over what is mostly a hundred layers. */
  #isUnchanged(): boolean {
    for (const { app, parent, layers } of this.#seen) {
      const now = layersOf(app)
      if (app.parent !== parent || now.length !== layers.length) return false
      for (let place = 0; place < layers.length; place += 1) if (now[place] !== layers[place]) return false
    }
    return this.#seen.length > 0
  }

  #look(): Seen[] {
    const { app, admin, root } = this.#apps()
    const all = [root, admin?.parent, admin, app].filter((each) => each !== undefined && each !== null)
    return all.map((each) => ({ app: each, parent: each.parent, layers: [...layersOf(each)] }))
  }

  #apps() {
    const app = this.#RED.httpNode as unknown as ExpressApp
    const admin = this.#RED.httpAdmin as unknown as ExpressApp | undefined
    return { app, root: rootOf(app), admin: typeof admin === 'function' && admin.parent ? admin : null }
  }

  #onTheWay(path: string): Middleware[] | null {
    const settings = settingsJs<Record<string, unknown>>(this.#RED)
    const { app, admin, root } = this.#apps()
    if (OPERATORS.some((name) => settings[name]) || app.parent !== root) return null
    const inRoot = layersOf(root)
    const end = inRoot.findLastIndex(({ name }) => name === MOUNTED)
    const handlers: Middleware[] = []
    const passes = (layers: readonly Layer[], below: string, mounted: number) =>
      pass({ layers: layers.filter(({ handle }) => !this.#others.includes(handle)), path: below, mounted, handlers })
    /** Nodes get an application that is part of the editor's, which is part of the root (node-red/lib/red.js). */
    const editor = admin?.parent === root ? admin : admin?.parent
    if (editor && editor.parent !== root) return null
    const inEditor = editor ? belowRoot(editor.path(), path) : null
    const inNode = belowRoot(app.path(), path)
    if (inNode === null || !passes(inRoot.slice(0, end + 1), path, inEditor === null ? 1 : 2)) return null
    if (admin && editor && inEditor !== null) {
      const applications = settings['disableEditor'] ? 2 : 3
      if (editor !== admin && !passes(layersOf(editor), inEditor, applications)) return null
      if (!passes(layersOf(admin), inEditor, 0)) return null
    }
    const own = layersOf(app).findIndex(({ handle }) => handle === this.#own)
    return passes(layersOf(app).slice(0, own), inNode, 0) ? handlers : null
  }
}

/** An application as it was when a post came through. */
interface Seen {
  readonly app: ExpressApp
  readonly parent: ExpressApp | undefined
  readonly layers: readonly Layer[]
}

interface Stretch {
  readonly layers: readonly Layer[]
  readonly path: string
  /** How many applications of Node-RED's own are mounted there. */
  readonly mounted: number
  /** Gets what has to be done all the same. */
  readonly handlers: Middleware[]
}

/** Whether nothing on a stretch of the way has anything to say. */
function pass({ layers, path, mounted, handlers }: Stretch): boolean {
  const seen = new Set<string>()
  let applications = 0
  for (const { name, handle, ...layer } of layers.filter((each) => isOnTheWay(each, path, 'post'))) {
    if (layer.route) return false
    if (name === MOUNTED) applications += 1
    else if (name === CORS) handlers.push(handle as Middleware)
    // each is there once; a second one is somebody's with the same name
    else if (!IN_PASSING.includes(name) || seen.has(name)) return false
    seen.add(name)
  }
  return applications === mounted
}
