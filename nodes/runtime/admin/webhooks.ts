import type { NodeAPI } from 'node-red'
import type { RunningNode } from '../../../lib/automations/flow/graph.js'
import type { WebhookMetrics } from '../../../lib/engine/lane/counters.js'
import type { Standing } from '../../../lib/engine/lane/standing.js'
import { isoTime } from '../../../lib/iso-time.js'
import { withEnvironment } from '../deployed.js'
import { deployedGraph, type FlowGraph, text } from '../flow-graph.js'
import type { Host } from '../host.js'
import { onceADeploy } from './once-a-deploy.js'
import { readable, unavailable } from './page.js'
import type { AdminRouter } from './router.js'
import { dayBefore, nowOf, webhookSums } from './sums.js'

interface State {
  readonly state: 'working' | 'broken' | Standing['state']
  readonly reason: string | null
  readonly until: string | null
}

/** Every automation-webhook of the deployed flows, in subflows too, with its state in words. */
export function mountWebhooks(router: AdminRouter, RED: NodeAPI, host: Host): void {
  const deployed = onceADeploy(host, () => {
    const graph = deployedGraph(RED)
    return {
      graph,
      running: graph.ofType('automation-webhook'),
      users: usersOf(graph, ({ id, node }) => text(withEnvironment(RED, id, { name: node['name'] }).name)),
    }
  })
  router.get('/webhooks', async () => {
    const { graph, running, users } = deployed()
    const engines = await host.stores.all()
    const read = engines.filter(({ problem }) => problem === null)
    const ids = running.map(({ id }) => id)
    const sums = await webhookSums(read, ids, dayBefore(nowOf(engines)))
    const metrics = (await Promise.all(readable(engines).map((engine) => engine.metrics()))).map(
      ({ webhooks }) => new Map(webhooks.map((one) => [one.id, one])),
    )
    const webhooks = running.map((webhook) => {
      const { id } = webhook
      const own = metrics.flatMap((of) => of.get(id) ?? [])
      const {
        delivered = 0,
        failed = 0,
        lastDeliveredAt = null,
        lastError = null,
        oldestPendingAt = null,
      } = sums.get(id) ?? {}
      return {
        id,
        ...savedOf(RED, host, graph, webhook),
        ...stateOf(host, graph, webhook, own),
        waiting: own.reduce((sum, { pending }) => sum + pending, 0),
        oldest_waiting_at: timeOf(oldestPendingAt),
        day: { delivered, failed },
        last_delivered_at: timeOf(lastDeliveredAt),
        last_error: lastError && { ...lastError, at: isoTime(lastError.at) },
        used_by: users.get(id) ?? [],
      }
    })
    return { status: 200, json: { webhooks, ...unavailable(engines) } }
  })
}

const timeOf = (at: number | null) => (at === null ? null : isoTime(at))

/** As it is saved: an address from the environment is shown by the name of its variable. */
function savedOf(RED: NodeAPI, host: Host, graph: FlowGraph, { id, node, instance }: RunningNode) {
  const saved = (host.migrations.get(node.type)?.(node) ?? node) as Record<string, unknown>
  const { name, store } = withEnvironment(RED, id, { name: saved['name'], store: saved['store'] })
  const reference = graph.reference({ id, node: { ...node, store }, instance }, 'store')
  return { name: text(name), url: text(saved['url']), service: text(saved['service']), store: reference || null }
}

function stateOf(host: Host, graph: FlowGraph, webhook: RunningNode, metrics: readonly WebhookMetrics[]): State {
  const runtime = host.webhooks.get(webhook.id)
  if (!graph.isEnabled(webhook)) return broken('The webhook is disabled. Deliveries wait.')
  if (!runtime) return broken('The webhook does not run: its node could not be started. Deliveries wait.')
  const problem = runtime.problem ?? runtime.stores.own.problem
  if (problem) return broken(problem.message)
  const senderless = metrics.reduce((sum, one) => sum + one.senderless, 0)
  if (senderless > 0) return broken('Deliveries wait whose sender is not deployed, or is disabled.')
  const standings = metrics.flatMap(({ standing }) => standing ?? [])
  for (const state of ['paused', 'held', 'resting'] as const) {
    const standing = standings.find((one) => one.state === state)
    if (standing) return { state, reason: standing.reason, until: timeOf(standing.until) }
  }
  return { state: 'working', reason: null, until: null }
}

const broken = (reason: string): State => ({ state: 'broken', reason, until: null })

/** The automations whose messages can reach each webhook. */
function usersOf(
  graph: FlowGraph,
  nameOf: (trigger: RunningNode) => string,
): Map<string, { id: string; name: string }[]> {
  const users = new Map<string, { id: string; name: string }[]>()
  for (const trigger of graph.triggers) {
    const automation = { id: trigger.id, name: nameOf(trigger) }
    for (const webhook of new Set(graph.senders(trigger).map((sender) => sender.webhook))) {
      const known = users.get(webhook)
      if (known === undefined) users.set(webhook, [automation])
      else known.push(automation)
    }
  }
  return users
}
