import type { EditorLink, EditorNode, EditorSubflow } from '../red-editor.d.js'

/** Follows the wires backwards to the nearest node of a type, the node itself included. */
export function nodeBefore(node: EditorNode, type: string): EditorNode | null {
  for (const row of rowsFrom(node, before)) {
    const found = row.find((candidate) => candidate.type === type)
    if (found) return found
  }
  return null
}

/** Every enabled node of a type that what a node sends can reach, the nearest first. */
export function nodesAfter(node: EditorNode, type: string): EditorNode[] {
  return [...rowsFrom(node, after)].flatMap((row) => row.filter((each) => each.type === type && !each.d))
}

/** The flows, or definitions of subflows, that a walk began in: only these it leaves by what they are used in. */
type Around = Set<unknown>

/** The node, then all that stand one step from it, and so on; each once. */
function* rowsFrom(
  node: EditorNode,
  step: (node: EditorNode, around: Around) => EditorNode[],
): Generator<EditorNode[]> {
  const seen = new Set([node])
  const around: Around = new Set([node.z])
  for (let row = [node]; row.length > 0; ) {
    yield row
    const next = new Set(row.flatMap((each) => step(each, around)))
    row = [...next].filter((each) => !seen.has(each))
    for (const each of row) seen.add(each)
  }
}

/** Nodes that are on no flow yet, in the order in which they will be wired. */
let drafts: readonly EditorNode[] = []

export function wireDrafts(nodes: readonly EditorNode[]): void {
  drafts = nodes
}

function draftBeside(node: EditorNode, step: -1 | 1): EditorNode[] {
  const at = drafts.indexOf(node)
  const beside = at === -1 ? undefined : drafts[at + step]
  return beside ? [beside] : []
}

// by the id alone: given a node, Node-RED goes through all wires of its flow, which takes seconds on a large one
export const wiresFrom = ({ id }: EditorNode): EditorLink[] => RED.nodes.filterLinks({ source: { id } })
export const wiresTo = ({ id }: EditorNode): EditorLink[] => RED.nodes.filterLinks({ target: { id } })

const before = (node: EditorNode, around: Around): EditorNode[] => [
  ...draftBeside(node, -1),
  ...wiresTo(node).map(({ source }) => source),
  ...linked(node, 'link in'),
  ...(subflowOf(node)?.out ?? []).flatMap((end) => wiresTo(end).map(({ source }) => source)),
  ...usesOf(node, 'in', around),
]

const after = (node: EditorNode, around: Around): EditorNode[] => [
  ...draftBeside(node, 1),
  ...wiresFrom(node).map(({ target }) => target),
  ...linked(node, 'link out'),
  ...(subflowOf(node)?.in ?? []).flatMap((end) => wiresFrom(end).map(({ target }) => target)),
  ...usesOf(node, 'out', around).flatMap((use) =>
    wiresFrom(use).flatMap(({ sourcePort, target }) => (sourcePort === node['i'] ? [target] : [])),
  ),
]

const SUBFLOW = 'subflow:'

/** The definition of what a node is an instance of. */
const subflowOf = ({ type }: EditorNode): EditorSubflow | undefined =>
  type.startsWith(SUBFLOW) ? RED.nodes.subflow(type.slice(SUBFLOW.length)) : undefined

/** The instances of the subflow of which a node is an end, when the walk began inside. */
function usesOf(node: EditorNode, end: 'in' | 'out', around: Around): EditorNode[] {
  if (node.type !== 'subflow' || node['direction'] !== end || !around.has(node.z)) return []
  const uses = RED.nodes.subflow(node.z ?? '')?.instances ?? []
  for (const { z } of uses) around.add(z)
  return [...uses]
}

/** The other ends of a link node, which know each other by their ids. */
function linked(node: EditorNode, type: 'link in' | 'link out'): EditorNode[] {
  const ids = node.type === type && Array.isArray(node['links']) ? (node['links'] as string[]) : []
  return ids.flatMap((id) => RED.nodes.node(id) ?? [])
}
