import { Automation, type Surroundings } from '../../../dist/lib/automations/automation.js'
import { FlowGraph, type SavedNode } from '../../../dist/lib/automations/flow/graph.js'
import type { WebhookView } from '../../../dist/lib/automations/flow/sender-judge.js'

/** A webhook that takes everything. */
export const WELL: WebhookView = { name: 'receiver', problem: null, markup: undefined, refusal: () => null }

/** The automation `trigger` of a flow, whose nodes have their properties as they stand there. */
export function automationOf(
  flow: readonly SavedNode[],
  { webhook = () => WELL, id = 'trigger' }: { webhook?: Surroundings['webhook']; id?: string } = {},
): Automation {
  const graph = new FlowGraph(new Map(flow.map((node) => [node.id, node])))
  const trigger = graph.triggers.find((running) => running.id === id)
  if (!trigger) throw new Error(`There is no trigger ${id}.`)
  return new Automation(trigger, {
    graph,
    settings: ({ node }) => node,
    source: (source) => (graph.node(source) ? { isWatched: false } : null),
    webhook,
  })
}
