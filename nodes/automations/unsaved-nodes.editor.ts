import type { EditorNode } from '../editor/red-editor.d.js'
import { configsOf, nodesOf } from './flow-edits.editor.js'

/** A trigger and what stands after it as the workspace has it, with the configuration nodes that were changed. */
export function unsavedNodes(trigger: EditorNode): object[] {
  const { owned, shared } = nodesOf(trigger)
  const way = [...owned, ...shared]
  const configs = configsOf(way).filter(({ changed }) => changed)
  return [...way, ...configs].map((node) => RED.nodes.convertNode(node, { credentials: false }))
}
