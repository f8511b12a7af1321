import type { NodeAPI } from 'node-red'

/** A node as it is deployed, of any type. */
export interface DeployedNode {
  id: string
  type: string
  name?: string
  z?: string
  d?: boolean
  wires?: string[][]
  links?: string[]
  [property: string]: unknown
}

export interface SenderRow {
  id: string
  name: string
  /** Id of its automation-webhook. */
  webhook: string
}

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Every deployed node by its id, disabled ones too. */
export function deployedNodes(RED: NodeAPI): Map<string, DeployedNode> {
  const nodes = new Map<string, DeployedNode>()
  RED.nodes.eachNode((node) => nodes.set(node.id, node as unknown as DeployedNode))
  return nodes
}

/** The automations whose messages can reach a sender: only these leave a delivery by which one knows that they did. */
export function automationsWithSender(RED: NodeAPI): Set<string> {
  const nodes = deployedNodes(RED)
  const triggers = [...nodes.values()].filter(({ type }) => type === 'artifact-event')
  return new Set(triggers.filter((node) => reachableSenders(node, nodes).length > 0).map(({ id }) => id))
}

/** Follows wires and link nodes; other paths (a link call, a subflow) are not followed. */
export function reachableSenders(start: DeployedNode, nodes: ReadonlyMap<string, DeployedNode>): SenderRow[] {
  const seen = new Set<string>()
  const senders: SenderRow[] = []
  const ahead = [start.id]
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    const node = nodes.get(id)
    if (!node || seen.has(id)) continue
    seen.add(id)
    if (node.type === 'webhook-sender') {
      senders.push({ id, name: node.name ?? '', webhook: text(node['webhook']) })
      continue
    }
    ahead.push(...(node.wires ?? []).flat())
    if (node.type === 'link out') ahead.push(...(node.links ?? []))
  }
  return senders
}
