import type { NodeAPI } from 'node-red'
import type { Delivery } from '../../../../lib/delivery/delivery.js'

/** A node as it is deployed, of any type. */
interface AnyNode {
  id: string
  type: string
  name?: string
  z?: string
  d?: boolean
  wires?: string[][]
  links?: string[]
  [property: string]: unknown
}

/** One row of `GET automations`. */
export interface AutomationRow {
  id: string
  name: string
  description: string
  /** Id of the tab (or subflow) it stands on. */
  flow: string
  enabled: boolean
  source: string
  scope: { type: unknown; entity: unknown; project: unknown; collection: unknown }
  events: unknown
  pattern: unknown
  senders: { id: string; name: string; webhook: string }[]
  last_delivery: Delivery | null
}

/** Every artifact-event node of the deployed flows, with the senders that its messages can reach. */
export async function listAutomations(
  RED: NodeAPI,
  lastDelivery: (automation: string) => Promise<Delivery | null>,
): Promise<AutomationRow[]> {
  const nodes = new Map<string, AnyNode>()
  RED.nodes.eachNode((node) => nodes.set(node.id, node as unknown as AnyNode))
  const rows: AutomationRow[] = []
  for (const node of nodes.values()) {
    if (node.type !== 'artifact-event') continue
    rows.push({
      id: node.id,
      name: node.name ?? '',
      description: text(node['description']),
      flow: node.z ?? '',
      enabled: !node.d && !(nodes.get(node.z ?? '') as { disabled?: boolean } | undefined)?.disabled,
      source: text(node['source']),
      scope: {
        type: node['scope'] ?? 'project',
        entity: node['entity'] ?? '',
        project: node['project'] ?? '',
        collection: node['collection'] ?? '',
      },
      events: node['events'] ?? [],
      pattern: node['pattern'] ?? '',
      senders: reachableSenders(node, nodes),
      last_delivery: await lastDelivery(node.id),
    })
  }
  return rows
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Follows wires and link nodes; other paths (a link call, a subflow) are not followed. */
function reachableSenders(start: AnyNode, nodes: ReadonlyMap<string, AnyNode>): AutomationRow['senders'] {
  const seen = new Set<string>()
  const senders: AutomationRow['senders'] = []
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
