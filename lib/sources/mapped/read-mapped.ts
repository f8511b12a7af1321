import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { EVENT_LIMITS, valueProblems } from '../../events/event-values.js'
import { type ParseContext, parseEvent, parseEvents } from '../../events/parse.js'
import { isObject } from '../../json.js'
import { isSendersFault } from '../http/answer.js'
import { isJsonType, mediaTypeOf, textOf, unsupported } from '../http/body.js'
import { type CloudEvent, readCloudEvents } from '../http/cloudevents.js'
import { beforePlaces } from '../http/delivery-id.js'
import { wrong } from '../http/fields.js'
import type { PostedMessage } from '../http/posted-message.js'
import type { ReadContext, ReadEvents } from '../http/read-events.js'
import type { HttpSourceSettings } from '../http/settings.js'
import { aboutRequest } from './about.js'
import type { MappingInput } from './evaluate.js'

/** What a source's requests go through on their way to events. */
export interface MappedBy {
  readonly settings: Pick<HttpSourceSettings, 'format' | 'auth' | 'headerName' | 'mapping'>
  /** Evaluates an expression. @throws AutomationError `mapping_failed`, `body_invalid`, `source_unavailable` */
  map(expression: string, input: MappingInput): Promise<unknown>
  /** Told what the mapping sees, before it sees it: credentials are masked. */
  onInput?(input: MappingInput): void
  readonly limits?: BatchLimits
}

/** Of all events of a batch together; each has the bounds of a mapping too. */
interface BatchLimits {
  /** Milliseconds, until all are mapped. */
  readonly time: number
  /** Of JSON that the mapping makes. */
  readonly characters: number
}

/** Senders wait half a minute at most for an answer; a body has 1 MiB. */
const LIMITS: BatchLimits = { time: 10_000, characters: 4 * EVENT_LIMITS.bodyBytes }

/** Whether a source's requests go through its mapping. */
export const isMapped = ({ format, mapping }: MappedBy['settings']): boolean =>
  format === 'mapped' || (format === 'cloudevents' && Boolean(mapping?.trim()))

/**
 * Makes events of what was posted by the source's mapping: one, several, or none.
 * @throws AutomationError `unsupported_media_type`, `body_invalid`, `mapping_failed`; `event_invalid` for what the mapping
 *   made; then none of it is accepted
 */
export async function readMapped(message: PostedMessage, context: ReadContext, by: MappedBy): Promise<ReadEvents> {
  const place = { entity: context.settings.entity?.trim() ?? '', project: context.settings.project?.trim() ?? '' }
  const { receivedAt, delivery, newId } = context
  const about = aboutOf(message, by)
  if (by.settings.format === 'cloudevents') {
    const { events } = readCloudEvents(message.headers, message.body, message.shown)
    const made = await ofBatch(
      events,
      (event) => ofCloudEvent(event, about, by, { receivedAt, newId, ...place }),
      by.limits,
    )
    return { events: made.flat(), ignored: made.filter(({ length }) => length === 0).length, many: true }
  }
  const type = mediaTypeOf(message.headers, message.shown)
  if (!isJsonType(type)) throw unsupported('The Content-Type must be application/json, or end in +json.')
  const input = { body: textOf(message.body, message.shown), about }
  by.onInput?.(input)
  const made = await by.map(by.settings.mapping, input)
  const events = eventsOf(
    made,
    { receivedAt, newId: delivery === undefined ? newId : () => delivery, ...place },
    delivery === undefined ? undefined : beforePlaces(delivery),
  )
  return { events, ignored: events.length === 0 ? 1 : 0, many: true }
}

function aboutOf({ headers, target, shown }: PostedMessage, { settings }: MappedBy): string {
  const own = settings.auth === 'header' ? settings.headerName : null
  return shown(JSON.stringify(aboutRequest(headers, target, own)))
}

/** One after the other: each is mapped elsewhere, and everything else goes on meanwhile. */
async function ofBatch(
  events: readonly CloudEvent[],
  map: (event: CloudEvent) => Promise<ArtifactEvent[]>,
  { time, characters }: BatchLimits = LIMITS,
): Promise<ArtifactEvent[][]> {
  const began = performance.now()
  const made: ArtifactEvent[][] = []
  let length = 0
  for (const event of events) {
    if (performance.now() - began > time) {
      throw tooMuch(`took more than ${time / 1000} s for ${made.length} of the ${events.length} events of the batch`)
    }
    const own = await map(event).catch((error) => {
      throw of(event, error)
    })
    length += JSON.stringify(own).length
    if (length > characters) throw tooMuch(`made more than ${characters} characters of the batch`)
    made.push(own)
  }
  return made
}

/** Which event of a batch it is about: the others may be right. */
function of({ place }: CloudEvent, error: unknown): unknown {
  if (place === '' || !(error instanceof AutomationError) || !isSendersFault(error)) return error
  const message = `Event ${place} of the batch: ${error.message}`
  return new AutomationError(error.code, message, { details: error.details, cause: error })
}

const tooMuch = (what: string): AutomationError => {
  const reason = `${what}; send fewer events in one`
  return new AutomationError('mapping_failed', `The mapping ${reason}.`, {
    details: [{ path: 'mapping', message: reason }],
  })
}

async function ofCloudEvent(
  { attributes, data, eventId, time, place }: CloudEvent,
  about: string,
  by: MappedBy,
  context: ParseContext,
): Promise<ArtifactEvent[]> {
  // it goes on as JSON again, which says null for a number that is too large, and has no room for what is nested without end
  const [problem] = valueProblems(data, place === '' ? 'data' : `${place}.data`)
  if (problem) throw wrong(problem.path, problem.message)
  const cloudevent = JSON.stringify({ ...(JSON.parse(about) as object), cloudevent: attributes })
  const input = { body: JSON.stringify(data ?? null), about: cloudevent }
  by.onInput?.(input)
  const made = await by.map(by.settings.mapping, input)
  const timed = (one: unknown) => (isObject(one) && time !== undefined ? { event_time: time, ...one } : one)
  const events = Array.isArray(made) ? made.map(timed) : timed(made)
  return eventsOf(events, { ...context, newId: () => eventId }, eventId)
}

/**
 * What a mapping made, checked. Runs in the editor too.
 * @param idPrefix of the ids of several events that have none
 * @throws AutomationError `mapping_failed` for what is neither an event nor an array; `event_invalid`
 */
export function eventsOf(made: unknown, context: ParseContext, idPrefix?: string): ArtifactEvent[] {
  if (made === null || made === undefined) return []
  const events = Array.isArray(made) ? made : [made]
  if (!Array.isArray(made) && !isObject(made)) {
    const reason = `must make an event, an array of events, or nothing; it made a ${typeof made}`
    throw new AutomationError('mapping_failed', `The mapping ${reason}.`, {
      details: [{ path: 'mapping', message: reason }],
    })
  }
  if (events.length === 0) return []
  try {
    if (events.length === 1) return [parseEvent(events[0], context)]
    return parseEvents(events, { ...context, ...(idPrefix !== undefined && { idPrefix }) })
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    const message = error.message.replace(/^The events? (?:is|are)/, 'What the mapping made is')
    throw new AutomationError(error.code, message, { details: error.details, cause: error })
  }
}
