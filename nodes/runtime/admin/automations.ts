import type { NodeAPI } from 'node-red'
import type { Delivery } from '../../../lib/delivery/delivery.js'
import type { DeliveryEngine } from '../../../lib/engine/engine.js'
import { isoTime } from '../../../lib/iso-time.js'
import { withEnvironment } from '../deployed.js'
import { deployedGraph, type SenderRow, text } from '../flow-graph.js'
import type { Host } from '../host.js'
import { onceADeploy } from './once-a-deploy.js'
import type { AdminRouter } from './router.js'
import { automationSums, dayBefore, inParts, nowOf } from './sums.js'

/** One row of `GET automations`. */
export interface AutomationRow {
  id: string
  name: string
  description: string
  /** Id of the tab (or subflow) it stands on. */
  flow: string
  enabled: boolean
  /** Why it cannot fire though it is deployed, as its status says in red. */
  problem: string | null
  /** Whether it would fire now, as soon as an event came. */
  running: boolean
  source: string
  scope: unknown
  entity: unknown
  project: unknown
  collection: unknown
  events: unknown
  pattern: unknown
  senders: SenderRow[]
  last_delivery: Delivery | null
  last_fired_at: string | null
  statistics: { day: { fired: number; delivered: number; failed: number } }
}

type Deployed = Omit<AutomationRow, 'problem' | 'running' | 'last_delivery' | 'last_fired_at' | 'statistics'>

/** Every artifact-event node of the deployed flows, in subflows too, with the senders that its messages can reach. */
export function mountAutomations(router: AdminRouter, RED: NodeAPI, host: Host): void {
  const deployed = onceADeploy(host, () => lookedUp(RED))
  router.get('/automations', async () => {
    const rows = deployed()
    const ids = rows.map(({ id }) => id)
    // what is deployed is known without a store; only what it did is not
    const engines = (await host.stores.all()).filter(({ problem }) => problem === null)
    const sums = await automationSums(engines, ids, dayBefore(nowOf(engines)))
    const last = await inParts(ids, (some) => Promise.all(some.map((id) => lastDelivery(engines, id))))
    const automations = rows.map((row, index): AutomationRow => {
      const { lastFiredAt = null, fired = 0, delivered = 0, failed = 0 } = sums.get(row.id) ?? {}
      return {
        ...row,
        problem: row.enabled ? problemOf(host, row.id, row.source) : null,
        running: host.dispatcher.running && host.dispatcher.has(row.id),
        last_delivery: last[index] ?? null,
        last_fired_at: lastFiredAt === null ? null : isoTime(lastFiredAt),
        statistics: { day: { fired, delivered, failed } },
      }
    })
    return { status: 200, json: { automations } }
  })
}

function lookedUp(RED: NodeAPI): Deployed[] {
  const graph = deployedGraph(RED)
  return graph.triggers.map((trigger) => {
    const { id } = trigger
    const node = withEnvironment(RED, id, trigger.node)
    return {
      id,
      name: text(node['name']),
      description: text(node['description']),
      flow: text(node['z']),
      enabled: graph.isEnabled(trigger),
      source: graph.reference(trigger, 'source'),
      scope: node['scope'] ?? 'registry',
      entity: node['entity'] ?? '',
      project: node['project'] ?? '',
      collection: node['collection'] ?? '',
      events: node['events'] ?? ['LINK_ARTIFACT'],
      pattern: node['pattern'] ?? '',
      senders: graph.senders(trigger),
    }
  })
}

/** Its own, else what keeps its source from bringing events. */
function problemOf(host: Host, id: string, source: string): string | null {
  const problem = host.automations.of(id)?.problem ?? host.sources.of(source).problem
  return problem?.message ?? null
}

async function lastDelivery(engines: readonly DeliveryEngine[], automation: string): Promise<Delivery | null> {
  for (const engine of engines) {
    const { deliveries } = await engine.list({ automation }, { limit: 1 })
    if (deliveries[0]) return deliveries[0]
  }
  return null
}
