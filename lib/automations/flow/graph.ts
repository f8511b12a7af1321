/** A node as a flow file has it, of any type: deployed, or as an editor holds it. */
export interface SavedNode {
  readonly id: string
  readonly type: string
  readonly [property: string]: unknown
}

/** A node as it runs: what stands in a subflow runs once in each instance of it, under an id of its own. */
export interface RunningNode {
  readonly id: string
  readonly node: SavedNode
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

const SUBFLOW = 'subflow:'

/** The ways that messages can take: wires, link nodes, subflows in and out, and complete nodes. */
export class FlowGraph {
  readonly #nodes: ReadonlyMap<string, SavedNode>
  readonly #running = new Map<string, RunningNode>()
  /** Complete nodes, by the node that they wait for. */
  readonly #completes = new Map<string, string[]>()
  readonly #read: (running: RunningNode, property: string) => unknown

  /** @param read what a property is where a node runs: by itself what is saved, also where that names a variable */
  constructor(
    nodes: ReadonlyMap<string, SavedNode>,
    read: (running: RunningNode, property: string) => unknown = ({ node }, property) => node[property],
  ) {
    this.#nodes = nodes
    this.#read = read
    const inside = new Map<string, SavedNode[]>()
    for (const node of nodes.values()) {
      const subflow = nodes.get(text(node['z']))?.type === 'subflow' ? text(node['z']) : ''
      listIn(inside, subflow).push(node)
    }
    const place = (subflow: string, instance: RunningNode | null, around: readonly string[]): void => {
      for (const node of inside.get(subflow) ?? []) {
        const placed = { id: inContext(instance, node.id), node, instance }
        this.#running.set(placed.id, placed)
        const definition = this.definitionOf(node)
        // Node-RED deploys no subflow that contains itself; a call of the admin interface may hold one
        if (definition && !around.includes(definition.id)) place(definition.id, placed, [...around, definition.id])
      }
    }
    place('', null, [])
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
    return this.all.filter(({ node }) => node.type === type)
  }

  /** Every node, as often as it runs; configuration nodes, tabs and definitions of subflows too. */
  get all(): RunningNode[] {
    return [...this.#running.values()]
  }

  /** The ids under which a node runs: its own on a tab, one for each instance of a subflow. */
  runningIds(id: string): string[] {
    return [...this.#running.values()].filter(({ node }) => node.id === id).map((running) => running.id)
  }

  /** The configuration node that a property names, by the id under which it runs. */
  reference(running: RunningNode, property: string): string {
    const { instance } = running
    const id = text(this.#read(running, property))
    const inside = inContext(instance, id)
    return this.#running.has(inside) ? inside : id
  }

  node(id: string): RunningNode | undefined {
    return this.#running.get(id)
  }

  /** A node by its saved id, in the same instance of a subflow or on a tab. */
  inside(instance: RunningNode | null, id: string): RunningNode | undefined {
    return this.#running.get(inContext(instance, id))
  }

  /** Whether nothing that it stands in is disabled, nor itself. */
  isEnabled(running: RunningNode): boolean {
    return this.disabledIn(running) === null
  }

  /** What of a node and all that it stands in is disabled: itself, its flow, an instance of a subflow; null: nothing. */
  disabledIn({ node, instance }: RunningNode): SavedNode | null {
    if (node['d']) return node
    const flow = this.#nodes.get(text(node['z']))
    if (flow?.['disabled']) return flow
    return instance && this.disabledIn(instance)
  }

  /** The tab, or the definition of a subflow, on which a node stands. */
  flowOf(node: SavedNode): SavedNode[] {
    const flow = this.#nodes.get(text(node['z']))
    return flow ? [flow] : []
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
      if (node.type !== 'webhook-sender') ahead.push(...this.next(running))
      else senders.push({ id, name: text(this.#read(running, 'name')), webhook: this.reference(running, 'webhook') })
    }
    return senders
  }

  /** What gets what a node sends, by the ids under which it runs, and the complete nodes that wait for it. */
  next(running: RunningNode): string[] {
    const calls = running.node.type === 'link call' && running.node['linkType'] === 'dynamic'
    return [
      ...this.completes(running.id),
      // a call may lead to any that takes links when only its messages know to which
      ...(calls ? this.ofType('link in').map(({ id }) => id) : this.links(running)),
      ...(this.definitionOf(running.node) ? this.entrances(running) : this.receivers(running, null)),
    ]
  }

  /** The complete nodes that wait for a node. */
  completes(id: string): readonly string[] {
    return this.#completes.get(id) ?? []
  }

  /** Where a link out or a link call leads that says so itself. */
  links({ node, instance }: RunningNode): string[] {
    if (node.type !== 'link out' && node.type !== 'link call') return []
    const known = strings(node['links']).flatMap((id) => [inContext(instance, id), id])
    return [...new Set(known)].filter((id) => this.#running.get(id)?.node.type === 'link in')
  }

  /** What gets the messages that a node sends: at one output, or at any. */
  receivers({ node, instance }: RunningNode, output: number | null): string[] {
    const own = outputsOf(node, output).map((id) => inContext(instance, id))
    const around = instance && this.definitionOf(instance.node)
    return around ? [...own, ...this.#out(instance, around, node.id, output)] : own
  }

  /** What gets the messages that come into an instance of a subflow. */
  entrances(running: RunningNode): string[] {
    const definition = this.definitionOf(running.node)
    if (!definition) return []
    const inner = portsOf(definition['in']).flatMap((wires) => wires.map(({ id }) => id))
    // an input may be wired straight to an output
    const straight = inner.includes(definition.id) ? this.#out(running, definition, definition.id, null) : []
    return [...inner.map((id) => `${running.id}-${id}`), ...straight]
  }

  /** What comes after an instance of a subflow when the node `inner` of it sends. */
  #out(instance: RunningNode, definition: SavedNode, inner: string, output: number | null): string[] {
    return portsOf(definition['out']).flatMap((wires, port) => {
      const leads = wires.some((wire) => wire.id === inner && (output === null || wire.port === output))
      return leads ? this.receivers(instance, port) : []
    })
  }

  definitionOf({ type }: SavedNode): SavedNode | undefined {
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

function outputsOf({ wires }: SavedNode, output: number | null): string[] {
  const outputs: unknown[] = Array.isArray(wires) ? wires : []
  return (output === null ? outputs : outputs.slice(output, output + 1)).flatMap(strings)
}

/** The wires at each input, or each output, of a subflow's definition. */
function portsOf(value: unknown): { id: string; port: number }[][] {
  if (!Array.isArray(value)) return []
  return value.map((port: { wires?: unknown } | null) => {
    const wires: unknown[] = Array.isArray(port?.wires) ? port.wires : []
    return wires.flatMap((wire) => {
      const { id, port: number } = Object(wire) as { id?: unknown; port?: unknown }
      return typeof id === 'string' ? [{ id, port: typeof number === 'number' ? number : 0 }] : []
    })
  })
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
