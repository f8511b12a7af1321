import type { NodeAPI } from 'node-red'
import type { RunningNode, SavedNode } from '../../../lib/automations/flow/graph.js'
import { type SourceSettings, sourceKind } from '../../../lib/sources/source.js'
import { withEnvironment } from '../deployed.js'
import { deployedGraph, type FlowGraph, text } from '../flow-graph.js'
import { secretIn } from '../secrets.js'
import type { AdminRouter } from './router.js'

interface Use {
  readonly id: string
  readonly type: string
  readonly name: string
  /** As what. */
  readonly as: string
}

/** What a secret is, by the property that names it. */
const AS = {
  accessToken: 'access token',
  signingSecret: 'signing secret',
  secrets: 'secret of payloads and headers',
  secret: 'secret of senders',
  apiKey: 'API key',
} as const

/** The properties by which a node names secrets that it uses, as it is set now. */
const USED: Readonly<Record<string, (node: SavedNode) => (keyof typeof AS)[]>> = {
  'automation-webhook': ({ signing = 'none' }) =>
    signing === 'none' ? ['accessToken', 'secrets'] : ['accessToken', 'signingSecret', 'secrets'],
  'artifact-source': ({ kind, auth }) => {
    const property = sourceKind(text(kind) || 'http')?.secretOf({ auth: text(auth) } as SourceSettings)
    return property ? [property] : []
  },
}

/** Every automation-secret of the deployed flows, with where it is used; never a value. */
export function mountSecrets(router: AdminRouter, RED: NodeAPI): void {
  router.get('/secrets', () => {
    const graph = deployedGraph(RED)
    const uses = usesOf(RED, graph)
    const secrets = graph.ofType('automation-secret').map(({ id, node }) => ({
      id,
      name: text(node['name']),
      set: isSet(RED, id),
      used_by: uses.get(id) ?? [],
    }))
    return { status: 200, json: { secrets } }
  })
}

/** Node-RED leaves the name of a variable that does not exist as it is. */
function isSet(RED: NodeAPI, id: string): boolean {
  const value = secretIn(RED, id)?.reveal()
  return value !== undefined && !/^\$\{\S+\}$/.test(value)
}

function usesOf(RED: NodeAPI, graph: FlowGraph): Map<string, Use[]> {
  const uses = new Map<string, Use[]>()
  for (const [type, used] of Object.entries(USED)) {
    for (const running of graph.ofType(type)) {
      const user = { ...running, node: withEnvironment(RED, running.id, running.node) }
      for (const property of used(user.node)) {
        for (const secret of named(graph, user, property)) {
          const use = { id: user.id, type, name: text(user.node['name']), as: AS[property] }
          uses.set(secret, [...(uses.get(secret) ?? []), use])
        }
      }
    }
  }
  return uses
}

/** The ids that a property names, one or a list, as they run. */
function named(graph: FlowGraph, user: RunningNode, property: string): string[] {
  const value: unknown = user.node[property]
  const ids = (Array.isArray(value) ? value : [value]).filter((id) => typeof id === 'string' && id !== '')
  return ids.map((id) => graph.reference({ ...user, node: { ...user.node, [property]: id } }, property))
}
