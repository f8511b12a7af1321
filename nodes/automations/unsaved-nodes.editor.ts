import type { EditorNode } from '../editor/red-editor.d.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { configsOf, nodesOf } from './flow-edits.editor.js'

/** A trigger and what stands after it as the workspace has it, with the configuration nodes that were changed. */
function unsavedNodes(trigger: EditorNode): object[] {
  const { owned, shared } = nodesOf(trigger)
  const way = [...owned, ...shared]
  const configs = configsOf(way).filter(({ changed }) => changed)
  return [...way, ...configs].map((node) => RED.nodes.convertNode(node, { credentials: false }))
}

/** What a backtest is asked of: an automation as the workspace has it, with `nodes` where that is not deployed. */
export function backtested({ id, node, states }: AutomationRow): {
  readonly automation: string
  readonly nodes?: readonly object[]
} {
  const trigger = node !== null && states.includes('not-deployed') ? RED.nodes.node(node) : null
  return trigger ? { automation: trigger.id, nodes: unsavedNodes(trigger) } : { automation: id }
}
