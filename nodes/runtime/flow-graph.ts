import type { NodeAPI } from 'node-red'

/** A node as it is deployed, of any type. */
export interface DeployedNode {
  id: string
  type: string
  name?: string
  z?: string
  d?: boolean
  wires?: string[][]
  links?: string[]
  [property: string]: unknown
}

/** A node as it runs: what stands in a subflow runs once in each instance of it, under an id of its own. */
export interface RunningNode {
  readonly id: string
  readonly node: DeployedNode
  /** The instance of the subflow in which it stands; null on a tab. */
  readonly instance: RunningNode | null
}

export interface SenderRow {
  id: string
  name: string
  /** Id of its automation-webhook. */
  webhook: string
}

export const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** Every deployed node by its id, disabled ones too. */
export function deployedNodes(RED: NodeAPI): Map<string, DeployedNode> {
  const nodes = new Map<string, DeployedNode>()
  RED.nodes.eachNode((node) => nodes.set(node.id, node as unknown as DeployedNode))
  return nodes
}

/** The automations whose messages can reach a sender: only these leave a delivery by which one knows that they did. */
export function automationsWithSender(RED: NodeAPI): Set<string> {
  const graph = new FlowGraph(deployedNodes(RED))
  return new Set(graph.triggers.filter((trigger) => graph.senders(trigger).length > 0).map(({ id }) => id))
}

const SUBFLOW = 'subflow:'

/** The ways that messages can take: wires, link nodes, subflows in and out, and complete nodes. */
export class FlowGraph {
  readonly #nodes: ReadonlyMap<string, DeployedNode>
  readonly #running = new Map<string, RunningNode>()
  /** Complete nodes, by the node that they wait for. */
  readonly #completes = new Map<string, string[]>()

  constructor(nodes: ReadonlyMap<string, DeployedNode>) {
    this.#nodes = nodes
    const inside = new Map<string, DeployedNode[]>()
    for (const node of nodes.values()) {
      const subflow = nodes.get(node.z ?? '')?.type === 'subflow' ? (node.z as string) : ''
      listIn(inside, subflow).push(node)
    }
    const place = (subflow: string, instance: RunningNode | null): void => {
      for (const node of inside.get(subflow) ?? []) {
        const placed = { id: inContext(instance, node.id), node, instance }
        this.#running.set(placed.id, placed)
        const definition = this.#definitionOf(node)
        if (definition) place(definition.id, placed)
      }
    }
    place('', null)
    for (const { id, node, instance } of this.#running.values()) {
      if (node.type !== 'complete') continue
      for (const awaited of strings(node['scope']).map((scope) => inContext(instance, scope))) {
        listIn(this.#completes, awaited).push(id)
      }
    }
  }

  /** Every artifact-event node, as often as it runs. */
  get triggers(): RunningNode[] {
    return this.ofType('artifact-event')
  }

  /** Every node of a type, as often as it runs. */
  ofType(type: string): RunningNode[] {
    return [...this.#running.values()].filter(({ node }) => node.type === type)
  }

  /** The ids under which a node runs: its own on a tab, one for each instance of a subflow. */
  runningIds(id: string): string[] {
    return [...this.#running.values()].filter(({ node }) => node.id === id).map((running) => running.id)
  }

  /** The configuration node that a property names, by the id under which it runs. */
  reference({ node, instance }: RunningNode, property: string): string {
    const id = text(node[property])
    const inside = inContext(instance, id)
    return this.#running.has(inside) ? inside : id
  }

  /** Whether nothing that it stands in is disabled, nor itself. */
  isEnabled({ node, instance }: RunningNode): boolean {
    if (node.d || this.#nodes.get(node.z ?? '')?.['disabled']) return false
    return instance === null || this.isEnabled(instance)
  }

  /** The senders that messages from a node can reach. What only a Catch or a Status node brings there does not count. */
  senders(start: RunningNode): SenderRow[] {
    const seen = new Set<string>()
    const senders: SenderRow[] = []
    const ahead = [start.id]
    for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
      const running = this.#running.get(id)
      if (!running || seen.has(id)) continue
      seen.add(id)
      const { node } = running
      if (node.type !== 'webhook-sender') ahead.push(...this.#next(running))
      else senders.push({ id, name: node.name ?? '', webhook: this.reference(running, 'webhook') })
    }
    return senders
  }

  #next(running: RunningNode): string[] {
    const { id, node, instance } = running
    const definition = this.#definitionOf(node)
    const next = [...(this.#completes.get(id) ?? []), ...this.#linked(running)]
    if (definition) {
      const entrances = ports(definition['in']).flat()
      next.push(...entrances.map((inner) => `${id}-${inner}`))
      // an input may be wired straight to an output
      if (entrances.includes(definition.id)) next.push(...outOf(running, definition, definition.id))
    } else next.push(...(node.wires ?? []).flat().map((wired) => inContext(instance, wired)))
    const around = instance && this.#definitionOf(instance.node)
    if (around) next.push(...outOf(instance, around, node.id))
    return next
  }

  /** Where link nodes lead. A call may lead to any that takes links when only its messages know to which. */
  #linked({ node, instance }: RunningNode): string[] {
    if (node.type !== 'link out' && node.type !== 'link call') return []
    if (node['linkType'] !== 'dynamic') return strings(node.links).flatMap((id) => [inContext(instance, id), id])
    return [...this.#running.values()].filter((other) => other.node.type === 'link in').map(({ id }) => id)
  }

  #definitionOf({ type }: DeployedNode): DeployedNode | undefined {
    return type.startsWith(SUBFLOW) ? this.#nodes.get(type.slice(SUBFLOW.length)) : undefined
  }
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

/** The id under which Node-RED runs a node of a subflow (runtime/lib/flows/Subflow.js). */
function inContext(instance: RunningNode | null, id: string): string {
  return instance ? `${instance.id}-${id}` : id
}

/** What comes after an instance of a subflow when `inner` sends. */
function outOf({ node, instance }: RunningNode, definition: DeployedNode, inner: string): string[] {
  const outputs = ports(definition['out']).map((ids, output) =>
    ids.includes(inner) ? (node.wires?.[output] ?? []) : [],
  )
  return outputs.flat().map((id) => inContext(instance, id))
}

/** The ids of the nodes at each input, or each output, of a subflow's definition. */
function ports(value: unknown): string[][] {
  if (!Array.isArray(value)) return []
  return value.map((port: { wires?: { id?: unknown }[] } | null) => strings(port?.wires?.map(({ id }) => id)))
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
