import type { Node, NodeAPI } from 'node-red'

/** What Node-RED does at a deploy: a text that is wholly `${NAME}` is the variable NAME, where there is one. */
export function withEnvironment<S extends object>(RED: NodeAPI, id: string, settings: S): S {
  const node = RED.nodes.getNode(id) ?? {}
  const resolved = Object.entries(settings).map(([property, value]) => {
    const [, name] = /^\$\{(\S+)\}$/.exec(typeof value === 'string' ? value : '') ?? []
    const setting: unknown = name === undefined ? undefined : RED.util.getSetting(node as Node, name)
    return [property, setting ?? value]
  })
  return Object.fromEntries(resolved) as S
}
