import type { NodeAPI } from 'node-red'
import type { Delivery } from '../../../lib/delivery/delivery.js'
import { deployedNodes } from '../deployed.js'
import { FlowGraph, type SenderRow, text } from '../flow-graph.js'

/** One row of `GET automations`. */
export interface AutomationRow {
  id: string
  name: string
  description: string
  /** Id of the tab (or subflow) it stands on. */
  flow: string
  enabled: boolean
  source: string
  scope: unknown
  entity: unknown
  project: unknown
  collection: unknown
  events: unknown
  pattern: unknown
  senders: SenderRow[]
  last_delivery: Delivery | null
}

/** Every artifact-event node of the deployed flows, in subflows too, with the senders that its messages can reach. */
export async function listAutomations(
  RED: NodeAPI,
  lastDelivery: (automation: string) => Promise<Delivery | null>,
): Promise<AutomationRow[]> {
  const graph = new FlowGraph(deployedNodes(RED))
  const rows: AutomationRow[] = []
  for (const trigger of graph.triggers) {
    const { id, node } = trigger
    rows.push({
      id,
      name: text(node['name']),
      description: text(node['description']),
      flow: text(node['z']),
      enabled: graph.isEnabled(trigger),
      source: graph.reference(trigger, 'source'),
      scope: node['scope'] ?? 'registry',
      entity: node['entity'] ?? '',
      project: node['project'] ?? '',
      collection: node['collection'] ?? '',
      events: node['events'] ?? ['LINK_ARTIFACT'],
      pattern: node['pattern'] ?? '',
      senders: graph.senders(trigger),
      last_delivery: await lastDelivery(id),
    })
  }
  return rows
}
