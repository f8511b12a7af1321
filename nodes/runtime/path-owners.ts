import { existsSync } from 'node:fs'
import path from 'node:path'
import type { NodeAPI } from 'node-red'
import { text } from '../../lib/automations/flow/graph.js'
import { canonicalPath } from '../../lib/sources/http/path.js'
import { withoutEnd } from '../../lib/without-end.js'
import { deployedOf, runningNode, settingsJs } from './deployed.js'
import { belowRoot, type ExpressApp, isEndpoint, layersOf, rootOf } from './web-server.js'

/** Whose a path is, if it is not a source's: for a status, and for a sentence. */
export interface PathOwner {
  readonly short: string
  readonly whole: string
}

/**
 * How the paths of Node-RED's editor and admin interface begin, below httpAdminRoot (@node-red/editor-api, the same in
 * 4.1 and 5, with what the editor loads and this package's own calls). What nodes add there is found by itself.
 */
export const ADMIN_PARTS: readonly string[] = [
  'auth',
  'comms',
  'context',
  'credentials',
  'diagnostics',
  'favicon.ico',
  'flow',
  'flows',
  'icons',
  'library',
  'locales',
  'nodes',
  'plugins',
  'projects',
  'red',
  'resources',
  'settings',
  'theme',
  'types',
  'vendor',
  'artifact-automations',
]

/** Of settings.js, as red.js leaves it or as it was written. */
interface WebSettings {
  readonly httpAdminRoot?: string | false
  readonly httpStatic?: string | readonly (string | StaticFolder)[] | false
  readonly httpStaticRoot?: string
}

interface StaticFolder {
  readonly path: string
  readonly root?: string
  /** What `root` was before red.js put httpStaticRoot before it. */
  readonly subRoot?: string
}

/** A path below httpNodeRoot, as it was given (with a slash before it) and as it is compared. */
interface Below {
  readonly given: string
  readonly canonical: string
}

/** @returns null when nobody but sources has the path */
export function ownerOf(RED: NodeAPI, below: Below): PathOwner | null {
  const app = RED.httpNode as unknown as ExpressApp
  const nodeRoot = canonicalPath(app.path())
  const whole = { given: joined(app.path(), below.given), canonical: joined(nodeRoot, below.canonical) }
  return (
    adminOwner(RED, nodeRoot, whole.canonical) ??
    staticOwner(RED, nodeRoot, whole) ??
    endpointOwner(RED, app, below) ??
    programOwner(app, whole)
  )
}

const joined = (root: string, below: string) => `${withoutEnd(root, '/')}${below}`

const ADMIN: PathOwner = { short: 'the editor', whole: 'Node-RED’s editor and admin interface (httpAdminRoot)' }

function adminOwner(RED: NodeAPI, nodeRoot: string, whole: string): PathOwner | null {
  const app = RED.httpAdmin as unknown as ExpressApp | undefined
  const { httpAdminRoot } = settingsJs<WebSettings>(RED)
  if (typeof app !== 'function' || !app.parent || httpAdminRoot === false) return null
  const root = canonicalPath(app.path())
  const below = belowRoot(root, whole)
  if (below === null) return null
  if (root !== nodeRoot && belowRoot(nodeRoot, root) !== null) return ADMIN
  if (below === '/' || ADMIN_PARTS.includes(below.split('/')[1] ?? '')) return ADMIN
  const layers = [...layersOf(app), ...(app.parent === rootOf(app) ? [] : layersOf(app.parent))]
  return layers.some((layer) => isEndpoint(layer, below, 'any')) ? ADMIN : null
}

/**
 * A root of static files alone is theirs with all that may still be put there; where endpoints are, too, a file's path is
 * the file's.
 */
function staticOwner(RED: NodeAPI, nodeRoot: string, whole: Below): PathOwner | null {
  const { httpStatic, httpStaticRoot = '/' } = settingsJs<WebSettings>(RED)
  for (const each of [httpStatic || []].flat()) {
    const folder: StaticFolder = typeof each === 'string' ? { path: each } : each
    if (typeof folder?.path !== 'string') continue
    const written = folder.subRoot === undefined ? path.posix.join(httpStaticRoot, folder.root ?? '/') : folder.root
    const root = canonicalPath(written ?? '/')
    const canonical = belowRoot(root, whole.canonical)
    if (canonical === null) continue
    const owner = { short: 'static files', whole: `the static files in ${folder.path} (httpStatic)` }
    if (root !== nodeRoot && belowRoot(nodeRoot, root) !== null) return owner
    const given = root === '/' ? whole.given : whole.given.slice(root.length)
    if ([canonical, given].some((below) => existsSync(path.join(folder.path, decoded(below))))) return owner
  }
  return null
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function endpointOwner(RED: NodeAPI, app: ExpressApp, below: Below): PathOwner | null {
  const layer = endpointIn(app, below)
  if (!layer) return null
  const url = String(layer.route?.path)
  const name = nameOfHttpIn(RED, url)
  if (name === null) return { short: 'another node', whole: `the endpoint POST ${url} of another node` }
  return { short: 'an http in node', whole: `the http in node ${name ? `${JSON.stringify(name)} ` : ''}(POST ${url})` }
}

/** As it was given, too: an operator may have told Express to tell small letters from capitals. */
const endpointIn = (app: ExpressApp, { given, canonical }: Below) =>
  layersOf(app).find((layer) => isEndpoint(layer, canonical, 'post') || isEndpoint(layer, given, 'post'))

/** Null when no http in node has this path; empty when it has no name. */
function nameOfHttpIn(RED: NodeAPI, url: string): string | null {
  const nodes = deployedOf(RED, 'http in').filter(({ method }) => method === 'post')
  const found = nodes.findLast((node) => {
    const resolved = runningNode<{ url?: string }>(RED, node.id)?.url ?? text(node['url'])
    return `/${resolved}`.replace('//', '/') === url
  })
  return found ? text(found['name']) : null
}

function programOwner(app: ExpressApp, whole: Below): PathOwner | null {
  const layer = endpointIn(rootOf(app), whole)
  if (!layer) return null
  return { short: 'another program', whole: `the program around Node-RED (POST ${String(layer.route?.path)})` }
}
