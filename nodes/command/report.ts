import type { Automation } from '../../lib/automations/automation.js'
import type { Payload } from '../../lib/automations/flow/carried.js'
import { subjectOf } from '../../lib/events/subject.js'
import type { EventEntry } from './event-file.js'

export interface Judged {
  readonly automations: readonly Automation[]
  readonly events: readonly EventEntry[]
}

export interface Report {
  readonly lines: readonly string[]
  readonly json: unknown
}

const titleOf = ({ event }: EventEntry) =>
  `${event.event_id} (${[event.event_type, subjectOf(event)].filter(Boolean).join(' ')})`

const nameOf = ({ id, name }: Automation) => name || id

const isOf = (automation: Automation, { source }: EventEntry) => source === null || automation.source === source

/** Of each event: which automations it starts, which not, and why. */
export function explainReport({ automations, events }: Judged): Report {
  const rows = events.map((entry) => ({
    entry,
    automations: automations
      .filter((automation) => isOf(automation, entry))
      .map((automation) => ({
        automation,
        ...automation.explain(entry.event),
      })),
  }))
  const lines = rows.flatMap(({ entry, automations }) => [
    titleOf(entry),
    ...automations.flatMap(({ automation, fires, conditions, path }) => [
      `  ${nameOf(automation)}: ${fires ? 'fires' : 'does not fire'}`,
      ...conditions.filter(({ met }) => met === false).map(({ name, reason }) => `    ${name}: ${reason}`),
      ...path.map(({ node, verdict, reason }) => `    ${node.name || node.type} ${verdict}: ${reason}`),
    ]),
  ])
  const json = rows.map(({ entry, automations }) => ({
    event: entry.event,
    automations: automations.map(({ automation: { id, name }, ...explained }) => ({ id, name, ...explained })),
  }))
  return { lines, json: { events: json } }
}

/** Of each automation: which events start it, and what it would send. */
export function backtestReport({ automations, events }: Judged): Report {
  const rows = automations.map((automation) => {
    const own = events.filter((entry) => isOf(automation, entry))
    const results = own
      .filter(({ event }) => automation.starts(event))
      .map((entry) => ({ entry, payloads: automation.follow(entry.event).payloads }))
    return { automation, looked_at: own.length, results }
  })
  const lines = rows.flatMap(({ automation, looked_at, results }) => [
    `${nameOf(automation)}: ${results.length} of ${looked_at} events start it`,
    ...(automation.enabled.met ? [] : [`  ${automation.enabled.reason}`]),
    ...results.flatMap(({ entry, payloads }) => [
      `  ${titleOf(entry)}`,
      ...payloads.map((payload) => `    ${toward(payload)}: ${payload.error?.message ?? payload.body ?? ''}`),
    ]),
  ])
  const json = rows.map(({ automation: { id, name, enabled }, looked_at, results }) => ({
    id,
    name,
    enabled: enabled.met,
    looked_at,
    fired: results.length,
    results: results.map(({ entry: { event }, payloads }) => ({
      event_id: event.event_id,
      event_type: event.event_type,
      subject: subjectOf(event),
      payloads: payloads.map(({ sends: _, ...payload }) => payload),
    })),
  }))
  return { lines, json: { automations: json } }
}

const toward = ({ webhook, sender }: Payload) => `to ${webhook.name || webhook.id || sender.name || sender.id}`
