import type { NodeAPI } from 'node-red'
import { FlowGraph } from '../../lib/automations/flow/graph.js'
import { deployedNodes } from './deployed.js'

export { FlowGraph, type SenderRow, text } from '../../lib/automations/flow/graph.js'

/** The automations whose messages can reach a sender: only these leave a delivery by which one knows that they did. */
export function automationsWithSender(RED: NodeAPI): Set<string> {
  const graph = new FlowGraph(deployedNodes(RED))
  return new Set(graph.triggers.filter((trigger) => graph.senders(trigger).length > 0).map(({ id }) => id))
}
