import { wiresFrom, wiresTo } from '../editor/event/wires.js'
import type { EditorLink, EditorNode } from '../editor/red-editor.d.js'
import { ownedNodes, type Ways } from './owned-nodes.js'
import { words } from './words.editor.js'

/** What an automation's change does to the workspace: an ordinary edit, one step to undo, in force with the next deploy. */

/** The ways between the nodes of the workspace: wires, and link nodes. */
const WAYS: Ways = {
  before: (id) => neighbours(id, 'target', 'source', 'link in'),
  after: (id) => neighbours(id, 'source', 'target', 'link out'),
}

function neighbours(id: string, own: 'source' | 'target', other: 'source' | 'target', link: string): string[] {
  const node = RED.nodes.node(id) ?? RED.nodes.junction(id)
  if (!node) return []
  const wires = own === 'source' ? wiresFrom(node) : wiresTo(node)
  const linked = node.type === link && Array.isArray(node['links']) ? (node['links'] as string[]) : []
  return [...wires.map((wire) => wire[other].id), ...linked.filter((one) => RED.nodes.node(one))]
}

const found = (id: string): EditorNode[] => {
  const node = RED.nodes.node(id) ?? RED.nodes.junction(id)
  return node ? [node] : []
}

/** The nodes that only this trigger's automation uses, and those after it that others use too. */
export function nodesOf(trigger: EditorNode): { owned: EditorNode[]; shared: EditorNode[] } {
  const { owned, shared } = ownedNodes(trigger.id, WAYS)
  return { owned: owned.flatMap(found), shared: shared.flatMap(found) }
}

/** Says which flow is locked that one of these nodes stands on; null when none is. */
export function lockedWords(nodes: readonly EditorNode[]): string | null {
  const flow = nodes.map(({ z }) => RED.nodes.workspace(z ?? '')).find((each) => each?.locked)
  return flow ? words('action.locked', { name: flow.label || flow.id }) : null
}

/** What a removal changes: the nodes that go, and the ends of links to them that stay. */
export function changedByRemoval(trigger: EditorNode): EditorNode[] {
  const { owned } = nodesOf(trigger)
  return [...owned, ...owned.flatMap((node) => endsElsewhere(node, owned))]
}

/** The configuration nodes that these name. */
export function configsOf(nodes: readonly EditorNode[]): EditorNode[] {
  const ids = nodes.flatMap((node) =>
    Object.entries(node._def?.defaults ?? {}).flatMap(([property, { type }]) => (type ? [node[property]].flat() : [])),
  )
  // a link node names nodes, too
  return [...new Set(ids)]
    .flatMap((id) => (typeof id === 'string' ? (RED.nodes.node(id) ?? []) : []))
    .filter(({ _def }) => _def?.category === 'config')
}

/** Those of them that nothing else uses. */
export const usedOnlyBy = (nodes: readonly EditorNode[]): EditorNode[] =>
  configsOf(nodes).filter(({ users }) => ((users ?? []) as EditorNode[]).every((user) => nodes.includes(user)))

function changed(): void {
  RED.nodes.dirty(true)
  RED.view.redraw(true)
}

export function setDisabled(node: EditorNode, disabled: boolean): void {
  RED.history.push({
    t: 'multi',
    events: [{ t: 'edit', node, changed: Boolean(node.changed), changes: { d: node.d } }],
    dirty: RED.nodes.dirty(),
  })
  if (disabled) node.d = true
  else delete node.d
  node.changed = true
  node['dirty'] = true
  node['dirtyStatus'] = true
  RED.events.emit('nodes:change', node)
  changed()
}

/** Takes the nodes away that the automation alone uses. */
export function remove(trigger: EditorNode): void {
  const { owned } = nodesOf(trigger)
  const dirty = RED.nodes.dirty()
  const links: EditorLink[] = []
  const nodes: EditorNode[] = []
  const junctions: EditorNode[] = []
  const ends: object[] = []
  for (const node of owned) {
    ends.push(...unlink(node, owned))
    const isJunction = node.type === 'junction'
    const { links: gone } = isJunction ? RED.nodes.removeJunction(node) : RED.nodes.remove(node.id)
    links.push(...gone.filter((link) => !links.includes(link)))
    ;(isJunction ? junctions : nodes).push(node)
    leaveGroup(node)
  }
  const removed = { t: 'delete', nodes, links, junctions, groups: [], dirty }
  RED.history.push(ends.length === 0 ? removed : { t: 'multi', events: [removed, ...ends], dirty })
  changed()
}

/** The other ends of a link node that stay. */
function endsElsewhere(node: EditorNode, going: readonly EditorNode[]): EditorNode[] {
  if (!/^link (in|out)$/.test(node.type)) return []
  const others = [node['links'] ?? []].flat().flatMap((id) => RED.nodes.node(String(id)) ?? [])
  return others.filter((other) => !going.includes(other))
}

/** What stays forgets the link nodes that go. */
const unlink = (node: EditorNode, going: readonly EditorNode[]): object[] =>
  endsElsewhere(node, going).map((other) => relink(other, (links) => links.filter((id) => id !== node.id)))

/** What a link node leads to beside the copies knows its copy, too. */
const linkTo = (copy: string, node: EditorNode, here: readonly EditorNode[]): object[] =>
  endsElsewhere(node, here).map((other) => relink(other, (links) => [...links.filter((id) => id !== copy), copy]))

/** Changes the links of a link node. @returns what undoes it */
function relink(node: EditorNode, change: (links: unknown[]) => unknown[]): object {
  const links = [node['links'] ?? []].flat()
  const event = { t: 'edit', node, changed: Boolean(node.changed), changes: { links } }
  node['links'] = change(links)
  node.changed = true
  node['dirty'] = true
  return event
}

function leaveGroup(node: EditorNode): void {
  const group = node['g'] ? RED.nodes.group(String(node['g'])) : null
  if (!group) return
  const at = group.nodes.indexOf(node)
  if (at !== -1) group.nodes.splice(at, 1)
  RED.group.markDirty(group)
}

/** Pixels below what it is a copy of. */
const BELOW = 60

/**
 * What a copy is made of: what the automation alone uses on its flow, as far as that is reached without leaving it. The
 * rest is shared, what a link leads to on another flow, too.
 */
function copied(trigger: EditorNode): EditorNode[] {
  const owned = new Set(nodesOf(trigger).owned.flatMap(({ id, z }) => (z === trigger.z ? [id] : [])))
  const reached = new Set([trigger.id])
  for (const id of reached) for (const next of WAYS.after(id)) if (owned.has(next)) reached.add(next)
  return [...reached].flatMap(found)
}

/** What a copy changes: its flow, and the links in that it shares. */
export function changedByCopy(trigger: EditorNode): EditorNode[] {
  const here = copied(trigger)
  return [trigger, ...here.filter(({ type }) => type === 'link out').flatMap((node) => endsElsewhere(node, here))]
}

/** A copy of what the automation alone uses, disabled, below it; what it shares, it shares too. */
export function duplicate(trigger: EditorNode): void {
  const here = copied(trigger)
  const dirty = RED.nodes.dirty()
  RED.view.reveal(trigger.id)
  const ids = new Map(here.map(({ id }) => [id, RED.nodes.id()]))
  const down = roomBelow(here)
  const copies = here.map((node) => {
    const { g: _group, ...saved } = RED.nodes.convertNode(node, { credentials: false })
    const wires = ((saved['wires'] ?? []) as string[][]).map((port) => port.flatMap((id) => ids.get(id) ?? []))
    const links = Array.isArray(saved['links']) && {
      links: (saved['links'] as string[]).flatMap((id) => ids.get(id) ?? (node.type === 'link out' ? id : [])),
    }
    const isTrigger = node === trigger
    return {
      ...saved,
      ...links,
      ...(isTrigger && { name: words('copy-of', { name: node.name || words('unnamed') }), d: true }),
      id: ids.get(node.id) as string,
      y: Number(saved['y']) + down,
      wires,
    }
  })
  const made = RED.nodes.import(copies, { generateIds: false, addFlow: false, markChanged: true })
  if (!made) return
  const shared = sharedWires(here, ids)
  for (const link of shared) RED.nodes.addLink(link)
  const ends = here.flatMap((node) => (node.type === 'link out' ? linkTo(ids.get(node.id) as string, node, here) : []))
  const added = {
    t: 'add',
    nodes: made.nodes.map(({ id }) => id),
    links: [...made.links, ...shared],
    junctions: made.junctions ?? [],
    groups: [],
    workspaces: [],
    subflows: [],
    dirty,
  }
  RED.history.push(ends.length === 0 ? added : { t: 'multi', events: [added, ...ends], dirty })
  changed()
  RED.view.reveal(ids.get(trigger.id) as string)
}

/** How far down a copy finds room on its flow. */
function roomBelow(nodes: readonly EditorNode[]): number {
  const y = ({ y }: EditorNode) => Number(y)
  const [top, bottom] = [Math.min(...nodes.map(y)), Math.max(...nodes.map(y))]
  const taken: number[] = []
  RED.nodes.eachNode((node) => {
    if (node.z === nodes[0]?.z) taken.push(y(node))
  })
  for (let down = bottom - top + BELOW; ; down += 20) {
    if (!taken.some((at) => at > top + down - BELOW && at < bottom + down + BELOW)) return down
  }
}

/** The wires from the copies to what is not copied. */
function sharedWires(nodes: readonly EditorNode[], ids: ReadonlyMap<string, string>): EditorLink[] {
  return nodes.flatMap((node) =>
    wiresFrom(node)
      .filter(({ target }) => !ids.has(target.id))
      .flatMap(({ sourcePort, target }) => {
        const source = found(ids.get(node.id) as string)[0]
        return source ? [{ source, sourcePort, target }] : []
      }),
  )
}
