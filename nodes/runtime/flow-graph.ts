import type { NodeAPI } from 'node-red'
import { FlowGraph, type SavedNode } from '../../lib/automations/flow/graph.js'

export { FlowGraph, type SenderRow, text } from '../../lib/automations/flow/graph.js'

/** Every deployed node by its id, disabled ones too. */
export function deployedNodes(RED: NodeAPI): Map<string, SavedNode> {
  const nodes = new Map<string, SavedNode>()
  RED.nodes.eachNode((node) => nodes.set(node.id, node as unknown as SavedNode))
  return nodes
}

/** The automations whose messages can reach a sender: only these leave a delivery by which one knows that they did. */
export function automationsWithSender(RED: NodeAPI): Set<string> {
  const graph = new FlowGraph(deployedNodes(RED))
  return new Set(graph.triggers.filter((trigger) => graph.senders(trigger).length > 0).map(({ id }) => id))
}
