import type { NodeAPI } from 'node-red'
import type { WebhookSettings } from '../../lib/webhook/compile.js'
import { deployedNodes, runningNode } from './deployed.js'
import { FlowGraph } from './flow-graph.js'

/**
 * The ids of a list of configuration nodes, as these run. Inside a subflow every instance has nodes of its own, and
 * Node-RED renames what a property names only where that is one text (runtime/lib/flows/Subflow.js): a list of one
 * arrives as that text, a list of several with the ids that the subflow's definition has.
 * @param saved as Node-RED hands it to the node; what is no list of texts is given back as it is
 * @param z where the node stands: a tab, or an instance of a subflow
 */
export function listedNodes(RED: NodeAPI, saved: unknown, z: string | undefined): unknown {
  if (typeof saved === 'string') return saved === '' ? [] : [saved]
  if (!Array.isArray(saved) || !z) return saved
  return saved.map((id: unknown) => {
    if (typeof id !== 'string' || runningNode(RED, id)) return id
    const inside = `${z}-${id}`
    return runningNode(RED, inside) ? inside : id
  })
}

/**
 * A webhook's settings as the editor has them, with the ids under which what they name runs: a dialog inside a subflow
 * knows the definition alone, whose secrets run in the instances. Any instance will do: a value is the definition's.
 * @param typed ids of what is not looked for, because the call brings it
 */
export function asTheyRun(
  RED: NodeAPI,
  settings: WebhookSettings,
  typed: ReadonlyMap<string, unknown> = new Map(),
): WebhookSettings {
  let graph: FlowGraph | undefined
  const running = (id: string): string => {
    if (typeof id !== 'string' || id === '' || typed.has(id) || runningNode(RED, id)) return id
    graph ??= new FlowGraph(deployedNodes(RED))
    return graph.runningIds(id)[0] ?? id
  }
  const { accessToken, signingSecret, tls, proxy } = settings
  const secrets = listedNodes(RED, settings.secrets, undefined) as WebhookSettings['secrets']
  return {
    ...settings,
    accessToken: running(accessToken),
    signingSecret: running(signingSecret),
    tls: running(tls),
    proxy: running(proxy),
    secrets: Array.isArray(secrets) ? secrets.map(running) : secrets,
  }
}
