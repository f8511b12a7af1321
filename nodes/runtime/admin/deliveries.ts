import type { Delivery, MaskedRequest } from '../../../lib/delivery/delivery.js'
import { AutomationError } from '../../../lib/error.js'
import { sampleSource } from '../../../lib/events/sample-source.js'
import { JsonText } from '../../../lib/json-pieces.js'
import type { DeliveryDetail } from '../../../lib/store/delivery-queue.js'
import type { Host } from '../host.js'
import { mountBulk } from './bulk.js'
import { EVENT_FILTER, eventFilterOf } from './event-filter.js'
import { FILTER, filterOf } from './filter.js'
import { mergedPage, PAGED, pageOf, readable, unavailable } from './page.js'
import type { AdminAnswer, AdminRequest, AdminRouter } from './router.js'

/** History, redelivery, cancelling, pause and resume. */
export function mountDeliveries(router: AdminRouter, host: Host): void {
  router.get('/deliveries', (request) => deliveriesOf(host, request), { takes: [...FILTER, ...PAGED] })
  router.get('/deliveries/:id', async ({ params }) => {
    const { detail } = await find(host, params['id'] ?? '')
    const request = detail.request ?? sentRequest(host, detail) ?? maskedRequest(host, detail)
    const event = new JsonText(detail.eventText)
    const source = await sourceOf(host, detail.delivery)
    return { status: 200, json: { ...detail.delivery, source, event, request, log: detail.logLater } }
  })

  router.post('/deliveries/:id/redeliver', async ({ params }) => {
    const { engine, detail } = await find(host, params['id'] ?? '')
    if (detail.delivery.status === 'dry-run') {
      throw new AutomationError(
        'conflict',
        'A dry run was never meant to be sent: set the sender to live and send the event again.',
      )
    }
    await engine.redelivery.one(detail.delivery.id)
    return { status: 202, json: { id: detail.delivery.id } }
  })

  router.post('/deliveries/:id/cancel', async ({ params }) => {
    const { engine, detail } = await find(host, params['id'] ?? '')
    const { id, status } = detail.delivery
    if (!(await engine.cancellation.one(id))) {
      throw new AutomationError(
        'conflict',
        `The delivery is not pending any more, but ${status}: nothing is to be cancelled.`,
      )
    }
    return { status: 202, json: { id } }
  })

  mountBulk(router, host)

  router.get('/events', (request) => eventsOf(host, request), { takes: [...EVENT_FILTER, ...PAGED] })

  for (const verb of ['pause', 'resume'] as const) {
    router.post(`/webhooks/:id/${verb}`, async ({ params }) => {
      const webhook = host.webhooks.get(params['id'] ?? '')
      if (!webhook) throw new AutomationError('not_found', 'No automation-webhook with this id is deployed.')
      await webhook[verb]()
      return { status: 204 }
    })
  }
}

async function deliveriesOf(host: Host, { query }: AdminRequest): Promise<AdminAnswer> {
  const engines = await host.stores.all()
  const filter = filterOf(query)
  const { rows, ...rest } = await mergedPage(engines, query, (engine, page) =>
    engine.list(filter, page).then(({ deliveries, ...rest }) => ({ rows: deliveries, ...rest })),
  )
  const { next, lookedBackTo } = rest
  return {
    status: 200,
    json: { deliveries: rows, next, ...(lookedBackTo && { looked_back_to: lookedBackTo }), ...unavailable(engines) },
  }
}

async function eventsOf(host: Host, { query }: AdminRequest): Promise<AdminAnswer> {
  const filter = eventFilterOf(query)
  const { limit, before } = pageOf(query)
  const engine = await host.stores.engine(host.embeddedPath())
  const page = { limit, ...(before && { before }) }
  const { events, next, lookedBackTo } = await engine.history.eventTexts(filter, page)
  const shown = events.map(({ text, isAside, ...event }) => ({
    ...event,
    ...(isAside && { set_aside: SET_ASIDE }),
    event: new JsonText(text),
  }))
  return { status: 200, json: { events: shown, next, ...(lookedBackTo && { looked_back_to: lookedBackTo }) } }
}

const SET_ASIDE =
  'Node-RED ended three times in a row while this event was in the flows, so it is handed to none until somebody catches up.'

/** As it was sent last; null when it was not yet, or by a version that did not keep it. */
function sentRequest(host: Host, { delivery, payload, slots, log }: DeliveryDetail): MaskedRequest | null {
  const sent = log.findLast(({ request }) => request !== undefined)?.request
  const webhook = host.webhooks.get(delivery.webhook.id)
  return sent ? { ...sent, body: webhook?.maskedBody(payload, slots) ?? payload.toString() } : null
}

/** Where its event came from: the automation's source, or the button of its trigger; null when that is not known any more. */
async function sourceOf(host: Host, { event_id: eventId, automation }: Delivery): Promise<string | null> {
  const engine = await host.stores.engine(host.embeddedPath())
  if (engine.problem !== null) return null
  for (const source of [host.automations.of(automation.id)?.source, sampleSource(automation.id)]) {
    if (source !== undefined && (await engine.event(source, eventId))) return source
  }
  return null
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
