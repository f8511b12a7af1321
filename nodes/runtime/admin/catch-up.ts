import type { Automation } from '../../../lib/automations/automation.js'
import { AutomationError } from '../../../lib/error.js'
import { isMissed } from '../../../lib/inbox/missed.js'
import { Turns } from '../../../lib/inbox/turns.js'
import type { KnownEvent } from '../../../lib/store/event-log.js'
import type { Host } from '../host.js'
import { optionalTime, requiredText } from './input.js'
import { unknown, wrong } from './refusals.js'
import { type AdminRequest, type AdminRouter, optionalText } from './router.js'

/** So many events are on their way through a flow at once. */
const BATCH = 100
const PAGE = 200
const MOST_IDS = 1_000

/** Hands past events to one automation that missed them, oldest first. */
export function mountCatchUp(router: AdminRouter, host: Host): void {
  router.post(
    '/automations/catch-up',
    async ({ body, signal }) => {
      const automation = automationOf(host, body)
      const events = wanted(host, automation, body)
      await host.stores.whole()
      const turns = new Turns(signal)
      let handedOver = 0
      let batch: KnownEvent[] = []
      const hand = async () => {
        if (batch.length > 0) await host.catchUp.hand(automation.id, batch)
        handedOver += batch.length
        batch = []
      }
      for await (const known of events) {
        await turns.next()
        if (!automation.starts(known.event)) continue
        const { id } = checked(host, automation)
        if (!isMissed(automation, known.event, await host.stores.made(id, known.event.event_id))) continue
        batch.push(known)
        if (batch.length === BATCH) await hand()
      }
      await hand()
      return { status: 202, json: { handed_over: handedOver } }
    },
    { takes: ['automation', 'source', 'event_ids', 'since', 'until'] },
  )
}

/** @throws AutomationError `not_found`, or `conflict` when it cannot fire */
function automationOf(host: Host, body: AdminRequest['body']): Automation {
  const id = requiredText(body['automation'], 'automation')
  const automation = host.automations.of(id)
  if (!automation) throw unknown('automation', `No artifact-event with the id ${id} is deployed.`)
  const { met, reason } = automation.enabled
  if (!met) throw conflict(reason)
  return checked(host, automation)
}

/** @throws AutomationError `conflict` when flows were stopped or deployed anew meanwhile */
function checked(host: Host, automation: Automation): Automation {
  if (
    host.dispatcher.running &&
    host.dispatcher.has(automation.id) &&
    host.automations.of(automation.id) === automation
  ) {
    return automation
  }
  throw conflict(
    'The flows are stopped, or were deployed meanwhile. What was handed over stays so; call again for the rest.',
  )
}

const conflict = (sentence: string) => new AutomationError('conflict', sentence)

/** The events that a call asks for, oldest first. */
function wanted(host: Host, automation: Automation, body: AdminRequest['body']): AsyncIterable<KnownEvent> {
  const source = optionalText(body['source'], 'source')
  if (source !== undefined && !host.automations.settingsOf(source, 'artifact-source')) {
    throw unknown('source', `No artifact-source with the id ${source} is deployed.`)
  }
  if (source !== undefined && source !== automation.source) {
    throw wrong('source', `is not the source of this automation, which is ${automation.source}`)
  }
  const { event_ids: ids } = body
  const since = optionalTime(body['since'], 'since')
  const until = optionalTime(body['until'], 'until')
  if (ids !== undefined && ids !== null) {
    const other = since === undefined ? 'until' : 'since'
    if (since !== undefined || until !== undefined) throw wrong(other, 'cannot stand beside event_ids')
    return byId(host, automation.source, checkedIds(ids))
  }
  if (since === undefined) throw wrong('since', 'is missing, and event_ids is too: one of them says which events')
  return ofTime(host, automation.source, since, until)
}

function checkedIds(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) throw wrong('event_ids', 'must be a list of ids that is not empty')
  if (value.length > MOST_IDS) throw wrong('event_ids', `must hold at most ${MOST_IDS} ids`)
  const bad = value.findIndex((id) => typeof id !== 'string' || id === '')
  if (bad >= 0) throw wrong(`event_ids[${bad}]`, 'must be a text that is not empty')
  return value as string[]
}

/** All of them or none: an id that is not known is a mistake of the call. */
async function* byId(host: Host, source: string, ids: readonly string[]): AsyncGenerator<KnownEvent> {
  const engine = await host.stores.engine(host.embeddedPath())
  const found = new Map<number, KnownEvent>()
  for (const [index, id] of ids.entries()) {
    const known = await engine.event(source, id)
    if (!known)
      throw unknown(`event_ids[${index}]`, `The source ${source} has no event ${id}; nothing was handed over.`)
    found.set(known.seq, known)
  }
  yield* [...found.values()].sort((a, b) => a.seq - b.seq)
}

async function* ofTime(host: Host, source: string, since: number, end: number | undefined): AsyncGenerator<KnownEvent> {
  const engine = await host.stores.engine(host.embeddedPath())
  const until = end ?? engine.statistics.now()
  for (let before: string | undefined; ; ) {
    const filter = { source, since, until }
    const page = await engine.history.events(filter, {
      limit: PAGE,
      order: 'oldest',
      ...(before !== undefined && { before }),
    })
    yield* page.events
    if (page.next === null) return
    before = page.next
  }
}
