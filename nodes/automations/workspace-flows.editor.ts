import type { SavedNode } from '../../lib/automations/flow/graph.js'
import { wiresFrom, wiresTo } from '../editor/event/wires.js'
import type { EditorNode } from '../editor/red-editor.d.js'
import { deployedFlows } from './deployed-flows.editor.js'
import { withNewSecrets } from './secret-variables.editor.js'
import { automationsWith, differences, type Flows } from './undeployed.js'

/** The automations of which something is not deployed, by the ids under which their triggers run. */
export function undeployedAutomations(): ReadonlySet<string> {
  const marked = markedNodes()
  const known = deployedFlows()
  // what differs is looked for only while the editor has something to deploy
  const deployed = RED.nodes.dirty() ? known : null
  if (marked.size === 0 && !deployed) return marked
  const workspace = workspaceFlows()
  const touched = new Set([...marked, ...(deployed ? differences(deployed, workspace) : [])])
  if (touched.size === 0) return touched
  const triggers = [workspace, deployed ?? []].map((flows) => automationsWith(touched, flows, referencesOf))
  return new Set(triggers.flatMap((ids) => [...ids]))
}

/** Those that Node-RED itself marks: with a secret's new value, which no flow shows, too. */
function markedNodes(): Set<string> {
  const marked = withNewSecrets()
  const look = ({ id, changed }: EditorNode) => {
    if (changed) marked.add(id)
  }
  RED.nodes.eachNode(look)
  RED.nodes.eachConfig(look)
  return marked
}

/** By the definition of its type, which says which properties are ids. */
function referencesOf(node: SavedNode): string[] {
  const { defaults = {} } = RED.nodes.getType(node.type) ?? {}
  return Object.entries(defaults)
    .filter(([, { type }]) => type !== undefined)
    .flatMap(([property]) => [node[property] ?? []].flat().map(String))
}

/** What the workspace would deploy, as far as it matters what an automation does. */
function workspaceFlows(): Flows {
  const flows: SavedNode[] = []
  const held = ({ id, type, z, g, d }: EditorNode) => ({ id, type, z, g, d })
  const wires = (node: EditorNode) => {
    const ports: string[][] = []
    for (const { sourcePort, target } of wiresFrom(node)) {
      while (ports.length <= sourcePort) ports.push([])
      ports[sourcePort]?.push(target.id)
    }
    return ports
  }
  const properties = (node: EditorNode) =>
    Object.fromEntries(Object.keys(node._def?.defaults ?? {}).map((name) => [name, node[name]]))
  RED.nodes.eachNode((node) => {
    flows.push({ ...properties(node), ...held(node), wires: wires(node) })
  })
  RED.nodes.eachConfig((node) => {
    flows.push({ ...properties(node), ...held(node) })
  })
  RED.nodes.eachJunction((junction) => {
    flows.push({ ...held(junction), type: 'junction', wires: wires(junction) })
  })
  RED.nodes.eachGroup((group) => {
    flows.push({ ...held(group), type: 'group', env: group['env'] })
  })
  RED.nodes.eachSubflow((subflow) => {
    const inputs = subflow.in.map((port) => ({
      wires: wiresFrom(port).flatMap(({ source, target }) => (source === port ? { id: target.id } : [])),
    }))
    const outputs = subflow.out.map((port) => ({
      wires: wiresTo(port).flatMap(({ source, sourcePort, target }) => {
        if (target !== port) return []
        return source.type === 'subflow' ? { id: subflow.id, port: 0 } : { id: source.id, port: sourcePort }
      }),
    }))
    flows.push({ id: subflow.id, type: 'subflow', env: subflow.env, in: inputs, out: outputs })
  })
  RED.nodes.eachWorkspace(({ id, disabled, env }) => {
    flows.push({ id, type: 'tab', disabled, env })
  })
  return flows
}
