import type { DeliveryStatus, MaskedRequest } from '../../../lib/delivery/delivery.js'
import { AutomationError } from '../../../lib/error.js'
import { JsonText } from '../../../lib/json-pieces.js'
import type { DeliveryDetail, DeliveryFilter } from '../../../lib/store/delivery-queue.js'
import type { Host } from '../host.js'
import { mergedPage, pageOf, readable } from './page.js'
import { type AdminRequest, type AdminRouter, optionalText } from './router.js'

const STATUSES: readonly DeliveryStatus[] = ['pending', 'delivered', 'failed', 'dry-run']

/** History, redelivery, pause and resume. */
export function mountDeliveries(router: AdminRouter, host: Host): void {
  router.get('/deliveries', async ({ query }) => {
    const engines = await host.stores.all()
    const { rows, next } = await mergedPage(engines, query, (engine, page) =>
      engine.list(filterOf(query), page).then(({ deliveries, next }) => ({ rows: deliveries, next })),
    )
    const unavailable = engines.flatMap(({ problem }) => problem?.message ?? [])
    return { status: 200, json: { deliveries: rows, next, ...(unavailable.length > 0 && { unavailable }) } }
  })

  router.get('/deliveries/:id', async ({ params }) => {
    const { detail } = await find(host, params['id'] ?? '')
    const request = detail.request ?? maskedRequest(host, detail)
    const event = new JsonText(detail.eventText)
    return { status: 200, json: { ...detail.delivery, event, request, log: detail.logLater } }
  })

  router.post('/deliveries/:id/redeliver', async ({ params }) => {
    const { engine, detail } = await find(host, params['id'] ?? '')
    if (detail.delivery.status === 'dry-run') {
      throw new AutomationError(
        'conflict',
        'A dry run was never meant to be sent: set the sender to live and send the event again.',
      )
    }
    await engine.redeliver(detail.delivery.id)
    return { status: 202, json: { id: detail.delivery.id } }
  })

  router.post('/deliveries/redeliver', async ({ body }) => {
    const filter = filterOf(body)
    if (Object.keys(filter).length === 0) {
      throw new AutomationError('request_invalid', 'Say which deliveries: status, automation, webhook, since or until.')
    }
    let redelivered = 0
    for (const engine of await host.stores.all()) redelivered += await engine.redeliverMany(filter)
    return { status: 200, json: { redelivered } }
  })

  router.get('/events', async ({ query }) => {
    const source = optionalText(query['source'], 'source')
    const { limit, before } = pageOf(query)
    const engine = await host.stores.engine(host.embeddedPath())
    const page = { limit, ...(before && { before }) }
    const { events, next } = await engine.history.eventTexts({ ...(source && { source }) }, page)
    const shown = events.map(({ text, ...event }) => ({ ...event, event: new JsonText(text) }))
    return { status: 200, json: { events: shown, next } }
  })

  for (const verb of ['pause', 'resume'] as const) {
    router.post(`/webhooks/:id/${verb}`, async ({ params }) => {
      const webhook = host.webhooks.get(params['id'] ?? '')
      if (!webhook) throw new AutomationError('not_found', 'No automation-webhook with this id is deployed.')
      await webhook[verb]()
      return { status: 204 }
    })
  }
}

/** As it would be sent now; null while its webhook is gone or cannot work. */
function maskedRequest(host: Host, { delivery, payload, slots, contentType }: DeliveryDetail): MaskedRequest | null {
  const webhook = host.webhooks.get(delivery.webhook.id)
  if (!webhook || webhook.problem) return null
  try {
    return webhook.masked({ id: delivery.id, payload, slots, contentType }, Math.max(1, delivery.attempts))
  } catch (error) {
    if (error instanceof AutomationError) return null
    throw error
  }
}

async function find(host: Host, id: string) {
  const engines = await host.stores.all()
  for (const engine of readable(engines)) {
    const detail = await engine.get(id)
    if (detail) return { engine, detail }
  }
  for (const { problem } of engines) if (problem) throw problem
  throw new AutomationError('not_found', `No delivery has the id ${id}; it may be older than the store keeps.`)
}

function filterOf(given: AdminRequest['query'] | AdminRequest['body']): DeliveryFilter {
  const status = optionalText(given['status'], 'status')
  if (status !== undefined && !STATUSES.includes(status as DeliveryStatus)) {
    throw new AutomationError('request_invalid', `status must be one of ${STATUSES.join(', ')}.`, {
      details: [{ path: 'status', message: `must be one of ${STATUSES.join(', ')}` }],
    })
  }
  const automation = optionalText(given['automation'], 'automation')
  const webhook = optionalText(given['webhook'], 'webhook')
  const eventId = optionalText(given['event_id'], 'event_id')
  const since = time(given['since'], 'since')
  const until = time(given['until'], 'until')
  return {
    ...(status !== undefined && { status: status as DeliveryStatus }),
    ...(automation !== undefined && { automation }),
    ...(webhook !== undefined && { webhook }),
    ...(eventId !== undefined && { event_id: eventId }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  }
}

function time(value: unknown, name: string): number | undefined {
  const text = optionalText(value, name)
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at)) {
    throw new AutomationError('request_invalid', `${name} must be a time such as 2026-01-31T12:00:00Z.`, {
      details: [{ path: name, message: 'must be an RFC 3339 time' }],
    })
  }
  return at
}
