import type { NodeAPI } from 'node-red'
import { FlowGraph } from '../../lib/automations/flow/graph.js'
import { deployedNodes, withEnvironment } from './deployed.js'

export { FlowGraph, type SenderRow, text } from '../../lib/automations/flow/graph.js'

/** The deployed flows as they run: where a property names a variable, each instance of a subflow may have another value. */
export function deployedGraph(RED: NodeAPI): FlowGraph {
  return new FlowGraph(deployedNodes(RED), ({ id, node }, property) => {
    return withEnvironment(RED, id, { value: node[property] }).value
  })
}

/** The automations whose messages can reach a sender: only these leave a delivery by which one knows that they did. */
export function automationsWithSender(RED: NodeAPI): Set<string> {
  const graph = deployedGraph(RED)
  return new Set(graph.triggers.filter((trigger) => graph.senders(trigger).length > 0).map(({ id }) => id))
}
