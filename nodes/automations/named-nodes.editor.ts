import type { Choice } from './fields.editor.js'

/** The nodes of a type of the workspace, and others that are known, as choices in the order of their names. */
export function namedNodes(
  type: string,
  known: readonly { readonly id: string; readonly name: string }[] = [],
): Choice[] {
  const names = new Map(known.map(({ id, name }) => [id, name || id]))
  const add = (node: { type: string; id: string; name?: string }) => {
    if (node.type === type) names.set(node.id, node.name || node.id)
  }
  RED.nodes.eachNode(add)
  RED.nodes.eachConfig(add)
  return Array.from(names, ([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label))
}
