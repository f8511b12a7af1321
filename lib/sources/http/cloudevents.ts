import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { isDateTime } from '../../events/date-time.js'
import type { ArtifactEvent } from '../../events/event.js'
import { EVENT_LIMITS } from '../../events/event-values.js'
import { type ParseContext, parseEvent, parseEvents } from '../../events/parse.js'
import { isObject } from '../../json.js'
import { isJsonType, mediaTypeOf, parseBody, unsupported } from './body.js'
import { wrong } from './fields.js'
import { asWritten } from './header-text.js'

/** One CloudEvent, checked: its data is whatever its sender put there. */
export interface CloudEvent {
  /** Context attributes, extensions too, as texts, numbers and booleans. */
  readonly attributes: Readonly<Record<string, unknown>>
  readonly data: unknown
  /** Made of `source` and `id`, which together are one event's (CloudEvents 1.0, "id"). */
  readonly eventId: string
  /** RFC 3339. */
  readonly time: string | undefined
  /** Where it stands in the request, for words about it: `` or `[2]`. */
  readonly place: string
}

export interface CloudEvents {
  readonly events: readonly CloudEvent[]
  /** Whether they came as a batch, which may hold one or none. */
  readonly batch: boolean
}

const STRUCTURED = 'application/cloudevents+json'
const BATCH = 'application/cloudevents-batch+json'

/**
 * Reads what a request brings: an envelope (structured), an array of them (batched), or headers with the data as the
 * body (binary); github.com/cloudevents/spec, "HTTP Protocol Binding for CloudEvents 1.0", section 3.
 * @param shown what of a text may go on and be shown
 * @throws AutomationError `unsupported_media_type`; `body_invalid`; `event_invalid`, whose details have paths such as
 *   `[1].specversion`
 */
export function readCloudEvents(
  headers: IncomingHttpHeaders,
  body: Buffer,
  shown: (text: string) => string,
): CloudEvents {
  const type = mediaTypeOf(headers, shown)
  if (type === BATCH) {
    const batch = parseBody(body, shown)
    if (!Array.isArray(batch)) throw wrong('', 'must be an array: the Content-Type says that it is a batch')
    return { events: batch.map((event: unknown, index) => structured(event, `[${index}]`, shown)), batch: true }
  }
  if (type === STRUCTURED) return { events: [structured(parseBody(body, shown), '', shown)], batch: false }
  if (type.startsWith('application/cloudevents')) {
    throw unsupported(`CloudEvents are read as JSON; the Content-Type ${type} is not accepted.`)
  }
  return { events: [binary(headers, body, shown)], batch: false }
}

/**
 * Of CloudEvents whose data are events in our own vocabulary.
 * @throws AutomationError `event_invalid`; then none of them is accepted
 */
export function artifactEvents({ events, batch }: CloudEvents, context: ParseContext): ArtifactEvent[] {
  const inside = events.map(({ data, eventId, time, place }) => {
    if (!isObject(data)) throw wrong(at(place, 'data'), 'must be an artifact event, which is a JSON object')
    return { ...data, event_id: eventId, ...(time !== undefined && { event_time: time }) }
  })
  if (batch) return inside.length === 0 ? [] : parseEvents(inside, context)
  return inside.map((event) => parseEvent(event, context))
}

function structured(envelope: unknown, place: string, shown: (text: string) => string): CloudEvent {
  if (!isObject(envelope)) throw wrong(place, 'must be a CloudEvent, which is a JSON object')
  const { data, data_base64: base64, ...attributes } = envelope
  const checked = check(attributes, place)
  if (base64 === undefined || base64 === null) return { ...checked, data }
  if (typeof base64 !== 'string') throw wrong(at(place, 'data_base64'), 'must be a text in base64')
  if (data !== undefined) throw wrong(at(place, 'data_base64'), 'cannot be there together with data')
  if (NOT_BASE64.test(base64)) throw wrong(at(place, 'data_base64'), 'must be a text in base64')
  const type = attributes['datacontenttype']
  const isJson = typeof type !== 'string' || isJsonType(type)
  return { ...checked, data: isJson ? coded(base64, at(place, 'data_base64'), shown) : base64 }
}

/** Node.js passes over what is none. With or without padding, for URLs, in lines: all of these are sent. */
const NOT_BASE64 = /[^\w+/=\s-]/

function coded(base64: string, path: string, shown: (text: string) => string): unknown {
  try {
    return parseBody(Buffer.from(base64, 'base64'), shown)
  } catch (cause) {
    throw wrong(path, 'must hold JSON in UTF-8', cause)
  }
}

/** Section 3.1: every attribute has a header, and the body is the data as it is. */
function binary(headers: IncomingHttpHeaders, body: Buffer, shown: (text: string) => string): CloudEvent {
  const attributes: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-') && typeof value === 'string')
      attributes[name.slice('ce-'.length)] = shown(decoded(value))
  }
  const type = mediaTypeOf(headers, shown)
  if (attributes['specversion'] === undefined && Object.keys(attributes).length === 0) {
    throw isJsonType(type)
      ? wrong('', `is no CloudEvent: it has neither the header ce-specversion nor the Content-Type ${STRUCTURED}`)
      : unsupported(`The Content-Type must be ${STRUCTURED} or ${BATCH}, or JSON beside ce- headers.`)
  }
  const checked = check(attributes, '')
  if (body.length === 0) return { ...checked, data: undefined }
  if (!isJsonType(type)) throw unsupported(`The data of a CloudEvent must be JSON; its Content-Type is "${type}".`)
  return { ...checked, data: parseBody(body, shown) }
}

/**
 * Section 3.1.3.2: a value in quotes is what stands in them, and what is not printable ASCII is percent-encoded UTF-8. Some
 * senders (Node.js with the official SDK) leave it as it is, in UTF-8 or Latin 1; Node.js gives every byte as a character.
 */
function decoded(header: string): string {
  const value = unquoted(asWritten(header))
  try {
    return decodeURIComponent(value.replace(/%(?![0-9a-f]{2})/gi, '%25'))
  } catch {
    return value
  }
}

/** What a quoted string stands for (RFC 9110, section 5.6.4); anything else as it is. */
function unquoted(text: string): string {
  const end = text.length - 1
  if (end < 1 || text[0] !== '"' || text[end] !== '"') return text
  let content = ''
  for (let index = 1; index < end; index++) {
    if (text[index] === '"') return text
    if (text[index] === '\\') index++
    // the last quote is escaped: it ends nothing
    if (index === end) return text
    content += text[index]
  }
  return content
}

function check(attributes: Readonly<Record<string, unknown>>, place: string): Omit<CloudEvent, 'data'> {
  const { specversion, id, source, time } = attributes
  if (specversion !== '1.0') {
    const problem = specversion === undefined ? 'is required: a CloudEvent says "1.0" there' : `must be "1.0"`
    throw wrong(at(place, 'specversion'), problem)
  }
  for (const name of ['id', 'source', 'type']) {
    const value = attributes[name]
    if (typeof value !== 'string' || value === '') {
      throw wrong(at(place, name), 'is required for a CloudEvent, and must be a text that is not empty')
    }
  }
  const hasTime = time !== undefined && time !== null
  if (hasTime && !(typeof time === 'string' && isDateTime(time))) {
    throw wrong(at(place, 'time'), 'must be a date and time by RFC 3339, such as 2026-11-23T10:00:00Z')
  }
  return { attributes, eventId: eventIdOf(String(source), String(id)), time: hasTime ? String(time) : undefined, place }
}

/** A source is a URI reference and has no spaces, so that no two pairs have the same. */
function eventIdOf(source: string, id: string): string {
  const whole = `${source} ${id}`
  if (whole.length <= EVENT_LIMITS.idLength - ROOM) return whole
  return createHash('sha256')
    .update(JSON.stringify([source, id]))
    .digest('hex')
}

/** Characters that a place in an array may add to an id. */
const ROOM = '/1048576'.length

const at = (place: string, name: string) => (place === '' ? name : `${place}.${name}`)
