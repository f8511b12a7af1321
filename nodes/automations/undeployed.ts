import { FlowGraph, type RunningNode, type SavedNode } from '../../lib/automations/flow/graph.js'

/** Whole flows: as they were deployed, or as the workspace has them. */
export type Flows = readonly SavedNode[]

/** The configuration nodes that a node names. */
export type ReferencesOf = (node: SavedNode) => readonly string[]

/** What only holds nodes acts by these; that it is there, and what it is called, is nothing to what stands in it. */
const HOLDERS: Readonly<Record<string, readonly string[]>> = { tab: ['disabled', 'env'], group: ['env'] }

/**
 * The nodes that were added, removed or changed, by their ids: looked at one by one, because Node-RED marks neither what
 * lost a wire nor what an undo took back behind the last deploy.
 * @param workspace each node with every property that counts, also where it has no value
 */
export function differences(deployed: Flows, workspace: Flows): Set<string> {
  const [before, after] = [byId(deployed), byId(workspace)]
  const ids = new Set([...before.keys(), ...after.keys()])
  return new Set([...ids].filter((id) => differs(before.get(id), after.get(id), { before, after })))
}

type ById = ReadonlyMap<string, SavedNode>

const byId = (flows: Flows): ById => new Map(flows.map((node) => [node.id, node]))

function differs(
  saved: SavedNode | undefined,
  own: SavedNode | undefined,
  all: { readonly before: ById; readonly after: ById },
): boolean {
  const holder = HOLDERS[(saved ?? own)?.type ?? '']
  if (!holder && (!saved || !own)) return true
  return (holder ?? Object.keys(own ?? {})).some((name) => {
    // a node whose type is not installed has another in the workspace
    if (name === 'type') return false
    const [was, is] = [saved?.[name], own?.[name]]
    // most are
    if (typeof was === 'string' && was === is) return false
    return essence(name, was, all.before) !== essence(name, is, all.after)
  })
}

/** A property's value as text; the same of what means the same, as an absent one and an empty one do. */
function essence(name: string, value: unknown, all: ById): string {
  if (name === 'wires' && Array.isArray(value)) return JSON.stringify(trimmed(value.map((port) => thatAre(port, all))))
  if (name === 'links') return JSON.stringify(thatAre(value, all))
  if ((name === 'in' || name === 'out') && Array.isArray(value)) {
    return JSON.stringify(value.map((port) => (port as { wires?: unknown } | null)?.wires ?? []))
  }
  const isEmpty = value === undefined || value === null || value === '' || value === false
  return isEmpty || (Array.isArray(value) && value.length === 0) ? '[]' : JSON.stringify(value)
}

/** Where wires lead, in whatever order they were drawn. */
const thatAre = (ids: unknown, all: ById): string[] =>
  [ids ?? []]
    .flat()
    .map(String)
    .filter((id) => all.has(id))
    .sort()

/** Outputs after the last one that leads somewhere make no difference. */
const trimmed = (ports: readonly string[][]): readonly string[][] =>
  ports.slice(0, ports.findLastIndex((port) => port.length > 0) + 1)

/**
 * The automations of which one of these nodes is a part: it stands after the trigger, is a configuration node of what
 * does, or holds it.
 * @param touched ids as flows have them
 * @returns ids under which triggers run
 */
export function automationsWith(touched: ReadonlySet<string>, flows: Flows, referencesOf: ReferencesOf): Set<string> {
  const graph = new FlowGraph(byId(flows))
  const groups = new Map(flows.filter(({ type }) => type === 'group').map((group) => [group.id, group]))
  const users = new Map<string, string[]>()
  const uses = (user: string, id: string) => {
    const known = users.get(id)
    if (known) known.push(user)
    else users.set(id, [user])
  }
  for (const running of graph.all) {
    for (const id of graph.next(running)) uses(running.id, id)
    for (const id of referencesOf(running.node)) {
      uses(running.id, (graph.inside(running.instance, id) ?? graph.node(id))?.id ?? id)
    }
  }
  const isTouched = ({ node, instance }: RunningNode): boolean =>
    touched.has(node.id) ||
    touched.has(String(node['z'])) ||
    isGroupTouched(node) ||
    (instance !== null && isTouched(instance))
  const isGroupTouched = ({ g }: SavedNode): boolean => {
    const group = groups.get(String(g))
    return group !== undefined && (touched.has(group.id) || isGroupTouched(group))
  }
  const reached = new Set(graph.all.filter(isTouched).map(({ id }) => id))
  for (const id of reached) for (const user of users.get(id) ?? []) reached.add(user)
  return new Set(graph.triggers.map(({ id }) => id).filter((id) => reached.has(id)))
}
