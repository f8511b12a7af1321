import type { Node, NodeAPI } from 'node-red'
import type { SavedNode } from '../../lib/automations/flow/graph.js'

// The one place that asks Node-RED what is deployed: nodes as they are saved and as they run, their credentials, the
// environment, and settings.js.

/** What operators set for this package in settings.js, under `artifactAutomations`. */
export interface AutomationsSettings {
  /** `lan` (default), `public`, or a list of host names, addresses and CIDR ranges. */
  readonly addressPolicy?: 'lan' | 'public' | readonly string[]
  /** Where proxies that flows name may be, besides. */
  readonly proxies?: readonly string[]
  /** Hours between two full looks at a watched registry; not checked yet. */
  readonly fullScanHours?: unknown
  /** The PostgreSQL that several Node-RED share; not checked yet. */
  readonly database?: unknown
}

/** settings.js with Node-RED's defaults, as far as `S` says what is wanted of it; its values are not checked. */
export function settingsJs<S extends object>(RED: NodeAPI): Partial<S> {
  return RED.settings as unknown as Partial<S>
}

export function ownSettings(RED: NodeAPI): AutomationsSettings {
  return settingsJs<{ artifactAutomations: AutomationsSettings }>(RED).artifactAutomations ?? {}
}

/** Every deployed node by its id, disabled ones too, as it is saved. */
export function deployedNodes(RED: NodeAPI): Map<string, SavedNode> {
  const nodes = new Map<string, SavedNode>()
  RED.nodes.eachNode((node) => nodes.set(node.id, node as unknown as SavedNode))
  return nodes
}

/** Those of one type. */
export function deployedOf(RED: NodeAPI, type: string): SavedNode[] {
  return [...deployedNodes(RED).values()].filter((node) => node.type === type)
}

/** A node as it runs, with the credentials that it has then; null when it does not. */
export function runningNode<N extends object = Node>(RED: NodeAPI, id: string | undefined): N | null {
  return id ? (RED.nodes.getNode(id) as N | null) : null
}

/** What Node-RED does at a deploy: a text that is wholly `${NAME}` is the variable NAME, where there is one. */
export function withEnvironment<S extends object>(RED: NodeAPI, id: string, settings: S): S {
  const node = runningNode(RED, id) ?? ({} as Node)
  const resolved = Object.entries(settings).map(([property, value]) => {
    const [, name] = /^\$\{(\S+)\}$/.exec(typeof value === 'string' ? value : '') ?? []
    const setting: unknown = name === undefined ? undefined : RED.util.getSetting(node, name)
    return [property, setting ?? value]
  })
  return Object.fromEntries(resolved) as S
}
