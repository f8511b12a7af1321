import type { FlowNode } from './flow-node.js'

/** A property that was written otherwise than it was imported. */
export interface Rewritten {
  /** As in `events[0]`. */
  readonly property: string
  readonly from: string
  readonly to: string
}

/**
 * At each start of a flow Node-RED replaces every text in a node's properties, however deep in them, that is wholly
 * `${NAME}` or `$(NAME)` by a variable of the flow, the group or the environment (@node-red/runtime, lib/flows/util.js,
 * `mapEnvVarProperties`; in 4.1 as in 5.0). What somebody else wrote must not read this machine's variables, so none of it is saved
 * in that form. Spaces around it count as nothing, because a dialog may drop them.
 */
export function isReference(text: string): boolean {
  const trimmed = text.trim()
  const end = trimmed.startsWith('${') ? '}' : trimmed.startsWith('$(') ? ')' : null
  if (end === null || !trimmed.endsWith(end)) return false
  const inside = trimmed.slice(2, -1)
  return !inside.includes(end) || !/\s/.test(inside)
}

/** How a property that is such a text is written instead, so that it means the same, where it can. */
const REWRITES: Readonly<Record<string, (text: string) => string>> = {
  // a group around a pattern changes nothing of what it finds
  pattern: (text) => `(?:${text})`,
  runName: (text) => `(?:${text})`,
  // spaces in a slot and a line break after JSON are nothing to templates; anything else of the kind is no JSON
  template: (text) => (text.trim().startsWith('${') ? `\${ ${text.trim().slice(2, -1)} }\n` : inWords(text)),
}

const inWords = (text: string) => `W&B: ${text.trim()}`

/** What a trigger compares with: written otherwise, it compares with something else. */
const COMPARED: readonly string[] = ['entity', 'project', 'collection', 'user', 'metric']

/** Whether the node does something else now. */
export const isOther = (rewritten: readonly Rewritten[]): boolean =>
  rewritten.some(({ property }) => COMPARED.includes(property))

/** A node none of whose properties Node-RED replaces. Every node of an import goes through here. */
export function withoutReferences<Node extends FlowNode>(node: Node): { node: Node; rewritten: Rewritten[] } {
  const rewritten: Rewritten[] = []
  const rewrite = (value: unknown, property: string, top: string): unknown => {
    if (typeof value === 'string') {
      if (!isReference(value)) return value
      const to = (REWRITES[top] ?? inWords)(value)
      rewritten.push({ property, from: value, to })
      return to
    }
    if (Array.isArray(value)) return value.map((each, index) => rewrite(each, `${property}[${index}]`, top))
    if (typeof value !== 'object' || value === null) return value
    const members = Object.entries(value).map(([name, each]) => [name, rewrite(each, `${property}.${name}`, top)])
    return Object.fromEntries(members)
  }
  const properties = Object.entries(node).map(([name, value]) => [name, rewrite(value, name, name)])
  return { node: Object.fromEntries(properties) as Node, rewritten }
}
