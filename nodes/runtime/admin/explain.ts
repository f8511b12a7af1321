import type { NodeAPI } from 'node-red'
import type { Automation, Explained } from '../../../lib/automations/automation.js'
import { text } from '../../../lib/automations/flow/graph.js'
import type { Delivery } from '../../../lib/delivery/delivery.js'
import type { ArtifactEvent } from '../../../lib/events/event.js'
import { newEventId } from '../../../lib/events/new-id.js'
import { Turns } from '../../../lib/inbox/turns.js'
import { isoTime } from '../../../lib/iso-time.js'
import { Automations } from '../automations.js'
import type { Host } from '../host.js'
import { optionalNodes, requiredText, typedEvent } from './input.js'
import { unknown } from './refusals.js'
import { type AdminRouter, optionalText } from './router.js'

const SAMPLE = 'sample:'

interface Question {
  readonly automations: Iterable<Automation>
  readonly isAsked: (automation: Automation) => boolean
  readonly event: ArtifactEvent
  /** What the automations made of it so far. */
  readonly deliveries: readonly Delivery[]
  readonly explain: (automation: Automation) => Explained
}

/** Which automations an event starts, which not, and why. Nothing is stored or sent. */
export function mountExplain(router: AdminRouter, RED: NodeAPI, host: Host): void {
  router.get(
    '/events/explain',
    async ({ query, signal }) => {
      const source = requiredText(query['source'], 'source')
      const eventId = requiredText(query['event_id'], 'event_id')
      const engine = await host.stores.engine(host.embeddedPath())
      const known = await engine.event(source, eventId)
      if (!known) {
        throw unknown('event_id', `The source ${source} has no event ${eventId}, or it is older than the store keeps.`)
      }
      const { event, received_at } = known
      const isSample = source.startsWith(SAMPLE)
      const rows = await explained(host, new Turns(signal), {
        automations: host.automations,
        isAsked: ({ id, source: own }) => (isSample ? `${SAMPLE}${id}` === source : own === source),
        event,
        deliveries: await host.stores.seen(undefined, eventId),
        explain: (automation) =>
          isSample
            ? automation.explainSample(event)
            : younger(host, automation, automation.explain(event), received_at),
      })
      const note = rows.length > 0 ? [] : ['No automation that is deployed now uses this source.']
      return { status: 200, json: { source, received_at, event, automations: rows, note } }
    },
    { takes: ['source', 'event_id'] },
  )

  router.post(
    '/events/explain',
    async ({ body, signal }) => {
      const nodes = optionalNodes(body['nodes'])
      const source = optionalText(body['source'], 'source')
      const known = nodes ? new Automations(RED, host, nodes) : host.automations
      const event = typedEvent(body['event'], {
        receivedAt: new Date(),
        newId: () => newEventId(new Date()),
        ...(source !== undefined && givenBy(known, source)),
      })
      const seen = source === undefined ? null : await seenBefore(host, source, event)
      const rows = await explained(host, new Turns(signal), {
        automations: known,
        isAsked: (automation) => source === undefined || automation.source === source,
        event,
        deliveries: seen ? await host.stores.seen(undefined, event.event_id) : [],
        explain: (automation) => automation.explain(event),
      })
      const note = [
        ...(seen
          ? [`The source has seen the event_id before, at ${seen}: posted again it is a duplicate, and starts nothing.`]
          : []),
        ...(rows.length > 0 ? [] : ['No automation uses this source.']),
      ]
      return {
        status: 200,
        json: { source: source ?? null, received_at: seen, event, automations: rows, note },
      }
    },
    { reads: true, takes: ['event', 'source', 'nodes'] },
  )
}

async function explained(host: Host, turns: Turns, { automations, isAsked, deliveries, explain }: Question) {
  const rows: object[] = []
  for (const automation of automations) {
    await turns.next()
    if (!isAsked(automation)) continue
    const { id, name, isDisabled } = automation
    const since = host.dispatcher.runningSince(id)
    rows.push({
      id,
      name,
      enabled: !isDisabled,
      running_since: since === null ? null : isoTime(since),
      ...explain(automation),
      deliveries: deliveries.filter((delivery) => delivery.automation.id === id),
    })
  }
  return rows
}

/** Says of an automation that fires now that it was not what it is when the event came. */
function younger(host: Host, { id }: Automation, explanation: Explained, receivedAt: string): Explained {
  const since = host.dispatcher.runningSince(id)
  if (since === null || since <= Date.parse(receivedAt)) return explanation
  const reason = `The automation is enabled. As it is now it has been at work since ${isoTime(since)}, as far as this run of Node-RED knows; the event came before that, at ${receivedAt}.`
  const conditions = explanation.conditions.map((condition) =>
    condition.name === 'enabled' && condition.met ? { ...condition, reason } : condition,
  )
  return { ...explanation, conditions }
}

/** What a source gives to events that lack it. @throws AutomationError `not_found` */
function givenBy(automations: Automations, source: string) {
  const settings = automations.settingsOf(source, 'artifact-source')
  if (!settings) throw unknown('source', `No artifact-source with the id ${source} is deployed.`)
  return { entity: text(settings['entity']), project: text(settings['project']) }
}

/** When a source had an event with this id; null when it did not. */
async function seenBefore(host: Host, source: string, { event_id }: ArtifactEvent): Promise<string | null> {
  const engine = await host.stores.engine(host.embeddedPath())
  if (engine.problem !== null) return null
  return (await engine.event(source, event_id))?.received_at ?? null
}
