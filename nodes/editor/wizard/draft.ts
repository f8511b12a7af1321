import type { EditorNode } from '../red-editor.d.js'

/** A node with the values that a new one has, that is on no flow yet. @throws when the type is not there */
export function draftOf(type: string, values: Readonly<Record<string, unknown>> = {}): EditorNode {
  const definition = RED.nodes.getType(type)
  if (!definition) throw new Error(`There is no node of the type ${type}.`)
  const fresh = Object.entries(definition.defaults).map(([property, { value }]) => [property, structuredClone(value)])
  return {
    ...Object.fromEntries(fresh),
    ...values,
    id: RED.nodes.id(),
    type,
    _def: definition,
    _: definition._,
    changed: true,
  }
}

/**
 * The configuration nodes that are being made. They are in the workspace from the beginning, so that fields, previews and
 * tests see them as any other; what is not used in the end is taken out again.
 */
export class DraftConfigs {
  readonly #made = new Set<string>()

  add(node: EditorNode): EditorNode {
    Object.assign(node, { users: [], z: undefined })
    RED.nodes.add(node)
    this.#made.add(node.id)
    return RED.nodes.node(node.id) ?? node
  }

  /** Leaves those that the nodes name, or that what they name names. @returns the ids of those that stay */
  keep(nodes: readonly Readonly<Record<string, unknown>>[]): string[] {
    const kept = new Set<string>()
    const visit = (node: Readonly<Record<string, unknown>>) => {
      for (const value of Object.values(node).flat()) {
        if (typeof value !== 'string' || !this.#made.has(value) || kept.has(value)) continue
        kept.add(value)
        const named = RED.nodes.node(value)
        if (named) visit(propertiesOf(named))
      }
    }
    for (const node of nodes) visit(node)
    for (const id of this.#made) if (!kept.has(id)) RED.nodes.remove(id)
    this.#made.clear()
    return [...kept]
  }
}

/** What is saved of a node, beside its wires. */
export const propertiesOf = (node: EditorNode): Record<string, unknown> =>
  Object.fromEntries(Object.keys(node._def.defaults).map((property) => [property, node[property]]))
