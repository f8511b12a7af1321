import { randomUUID } from 'node:crypto'
import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../../lib/error.js'
import type { Host } from '../host.js'
import { mountAutomations } from './automations.js'
import { mountBacktest } from './backtest.js'
import { mountCatchUp } from './catch-up.js'
import { mountCheckEvents } from './check-events.js'
import { mountDeliveries } from './deliveries.js'
import { mountExplain } from './explain.js'
import { mountLastRequest } from './last-request.js'
import { AdminRouter, optionalText } from './router.js'
import { sendSample } from './sample.js'
import { mountSecrets } from './secrets.js'
import { mountStatistics } from './statistics.js'
import { mountWatchedSource } from './watched-source.js'
import { testWebhook } from './webhook-test.js'
import { mountWebhooks } from './webhooks.js'

/** Registers the whole admin interface under `<httpAdminRoot>/artifact-automations/`. */
export function mountAdmin(RED: NodeAPI, host: Host): void {
  const router = new AdminRouter(RED)
  mountAutomations(router, RED, host)
  mountWebhooks(router, RED, host)
  mountSecrets(router, RED)
  mountDeliveries(router, host)
  mountStatistics(router, host)
  mountExplain(router, RED, host)
  mountBacktest(router, RED, host)
  mountCatchUp(router, host)
  router.get('/metrics', async () => {
    const engines = await host.stores.all()
    // its client library is a quarter of all that a start would load
    const { metricsText } = await import('./metrics.js')
    return { status: 200, text: await metricsText(await Promise.all(engines.map((engine) => engine.metrics()))) }
  })
  router.post('/webhooks/:id/test', ({ params, body }) => testWebhook(RED, host, params['id'] ?? '', body))
  mountWatchedSource(router, RED, host)
  mountLastRequest(router, host)
  mountCheckEvents(router)
  router.post(
    '/events/sample',
    async ({ body }) => {
      const node = optionalText(body['node'], 'node')
      if (!node) throw new AutomationError('request_invalid', 'node must be the id of an artifact-event node.')
      return { status: 202, json: { event_id: await sendSample(RED, host, node, new Date(), randomUUID()) } }
    },
    { takes: ['node'] },
  )
  router.refuseUnreadable()
}
