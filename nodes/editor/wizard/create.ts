import type { EditorNode } from '../red-editor.d.js'
import { type DraftConfigs, propertiesOf } from './draft.js'
import { layOut } from './lay-out.js'

/**
 * Puts the nodes on a flow, wired in their order, as one step that can be undone, with the configuration nodes that were
 * made for them. Nothing is deployed.
 * @param dirty whether there was something to deploy before
 */
export function create(nodes: readonly EditorNode[], flow: string, drafts: DraftConfigs, dirty: boolean): void {
  const saved = nodes.map(propertiesOf)
  const configs = drafts.keep(saved)
  // Node-RED puts what it imports onto the flow that is shown
  RED.workspaces.show(flow)
  const widths = nodes.map((node) => RED.view.calculateNodeDimensions({ ...node, outputs: 1, inputs: 1 })[0])
  const places = layOut(widths, takenOn(flow))
  const flowNodes = nodes.map(({ id, type }, index) => {
    const next = nodes[index + 1]
    const wires = next ? [[next.id]] : [[], []]
    return { id, type, z: flow, ...saved[index], ...places[index], wires }
  })
  const made = RED.nodes.import(flowNodes, { generateIds: false, addFlow: false, markChanged: true })
  if (!made) return
  RED.history.push({
    t: 'add',
    nodes: [...configs, ...made.nodes.map(({ id }) => id)],
    links: made.links,
    junctions: [],
    groups: [],
    workspaces: [],
    subflows: [],
    dirty,
  })
  for (const id of configs) {
    const node = RED.nodes.node(id)
    if (node) RED.editor.validateNode(node)
  }
  for (const node of made.nodes) RED.editor.validateNode(node)
  RED.nodes.dirty(true)
  RED.view.redraw(true)
  const [first] = nodes
  if (first) RED.view.reveal(first.id)
}

/** What stands on a flow already. */
function takenOn(flow: string): { bottom: number }[] {
  const taken: { bottom: number }[] = []
  RED.nodes.eachNode((node) => {
    if (node.z === flow) taken.push({ bottom: Number(node['y']) + Number(node['h'] ?? 30) / 2 })
  })
  RED.nodes.eachGroup((group) => {
    if (group.z === flow) taken.push({ bottom: group.y + group.h })
  })
  return taken
}
