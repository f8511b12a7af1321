import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { AutomationError, type Detail } from '../error.js'
import { isoTime } from '../iso-time.js'
import { isDateTime } from './date-time.js'
import type { ArtifactEvent } from './event.js'
import schema from './event.schema.json'
import { EVENT_LIMITS, pathTo, valueProblems } from './event-values.js'
import { filledMetadata, filledText, unkept } from './filled-text.js'
import { isVocabularyName } from './vocabulary.js'

/** What the source knows about an event beside its text. */
export interface ParseContext {
  /** Becomes `event_time` of an event that has none. */
  readonly receivedAt: Date
  /** Makes the `event_id` of an event that has none. */
  newId(): string
  /** `entity_name` and `project_name` of events that have none. */
  readonly entity?: string
  readonly project?: string
}

const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true, formats: { 'date-time': isDateTime } })
const validate = ajv.compile(schema)

/**
 * Reads one event from parsed JSON. Required fields are there afterwards, optional ones have their type or are absent,
 * `LINK_MODEL` is `LINK_ARTIFACT`, and `run_state` and `run_status` are both there when one was. Numbers may come as
 * texts, and `${alias}` in `alias` is absent, for W&B sends them so. Fields that nobody knows are kept, those named
 * `__proto__` too.
 * @throws AutomationError `event_invalid`, with a detail for each field that is wrong
 */
export function parseEvent(input: unknown, context: ParseContext): ArtifactEvent {
  const { event, problems } = read(input, '', context)
  if (problems.length > 0) throw invalid('The event is not valid', problems)
  return event
}

/**
 * Reads a non-empty array of events, all or nothing. With `idPrefix`, events without an id are `<idPrefix>/0`,
 * `<idPrefix>/1`… by their place.
 * @throws AutomationError `event_invalid`, whose details have paths such as `[1].alias`
 */
export function parseEvents(input: unknown, context: ParseContext & { readonly idPrefix?: string }): ArtifactEvent[] {
  if (!Array.isArray(input)) throw invalid('The events are not valid', [{ path: '', message: 'must be an array' }])
  if (input.length === 0) throw invalid('There is no event', [{ path: '', message: 'must hold at least one event' }])
  const events: ArtifactEvent[] = []
  const problems: Detail[] = []
  for (const [index, each] of input.entries()) {
    const { idPrefix } = context
    const newId = idPrefix === undefined ? context.newId : () => `${idPrefix}/${index}`
    const result = read(each, pathTo('', index), { ...context, newId })
    events.push(result.event)
    problems.push(...result.problems)
    if (problems.length >= EVENT_LIMITS.details) break
  }
  if (problems.length > 0) throw invalid('The events are not valid', problems)
  return events
}

/** Of a text: a number that a sender writes as one was rounded before anybody could see it, as JSON in JavaScript is. */
const UNKEPT = `must be a number of at most ${Number.MAX_SAFE_INTEGER}: this one would be rounded. Send it in a field of your own, such as version_number; templates have it as \${event.version_number}`

/** `event` is one only when there are no problems. */
function read(input: unknown, path: string, context: ParseContext): { event: ArtifactEvent; problems: Detail[] } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return { event: input as ArtifactEvent, problems: [{ path, message: 'must be a JSON object' }] }
  }
  const event = complete(input, context)
  const problems = valueProblems(event, path)
  if (problems.length === 0 && !validate(event)) problems.push(...schemaProblems(validate.errors ?? [], event, path))
  problems.push(...unkept(event).map((name) => ({ path: pathTo(path, name), message: UNKEPT })))
  return { event: event as ArtifactEvent, problems }
}

function complete(input: object, context: ParseContext): Record<string, unknown> {
  const event: Record<string, unknown> = {}
  for (const name of Object.keys(input)) {
    const known = isVocabularyName(name)
    const value = meant(name, known, (input as Record<string, unknown>)[name])
    // W&B leaves variables that do not apply blank, and other senders write null
    if (!known || (value !== null && value !== '' && value !== undefined)) put(event, name, value)
  }
  const { event_type, run_state, run_status } = event
  if (event_type === 'LINK_MODEL') event['event_type'] = 'LINK_ARTIFACT'
  if (context.entity) event['entity_name'] ??= context.entity
  if (context.project) event['project_name'] ??= context.project
  event['event_id'] ??= context.newId()
  event['event_time'] ??= isoTime(context.receivedAt.getTime())
  // only texts: of anything else the field that came is refused, not its twin
  if (run_state === undefined && typeof run_status === 'string') event['run_state'] = run_status
  if (run_status === undefined && typeof run_state === 'string') event['run_status'] = run_state
  return event
}

function meant(name: string, known: boolean, value: unknown): unknown {
  if (name === 'artifact_metadata') return filledMetadata(filledText(name, value))
  return known ? filledText(name, value) : value
}

/** Makes an own member, even of one named __proto__: an assignment would change the prototype. */
function put(event: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') event[name] = value
  else Object.defineProperty(event, name, { value, writable: true, enumerable: true, configurable: true })
}

function schemaProblems(errors: readonly ErrorObject[], event: Record<string, unknown>, path: string): Detail[] {
  const problems = new Map<string, string>()
  for (const error of errors) {
    const steps = error.instancePath.split('/').slice(1)
    const missing: unknown = error.keyword === 'required' && error.params['missingProperty']
    const field = typeof missing === 'string' ? missing : steps[0]
    if (field === undefined) continue
    const place = typeof missing === 'string' ? [field] : steps
    const at = place.reduce((parent, step) => pathTo(parent, /^\d+$/.test(step) ? Number(step) : step), path)
    if (problems.has(at)) continue
    const limit: unknown = error.keyword === 'maxLength' && error.params['limit']
    problems.set(
      at,
      missing
        ? requiredMessage(field, event)
        : limit && EXPECTED[field] === undefined
          ? `must have at most ${limit} characters`
          : typeMessage(field, place.length > 1),
    )
    if (problems.size >= EVENT_LIMITS.details) break
  }
  return [...problems].map(([at, message]) => ({ path: at, message }))
}

const ALWAYS_REQUIRED: readonly string[] = schema.required

const requiredMessage = (field: string, event: Record<string, unknown>) =>
  ALWAYS_REQUIRED.includes(field) ? 'is required' : `is required for ${event['event_type']}`

/** What a field must be, said once for all the ways to get it wrong. */
const EXPECTED: Readonly<Record<string, string>> = {
  event_type: `must be one of ${schema.properties.event_type.enum.join(', ')}`,
  event_id: `must be a text of at most ${EVENT_LIMITS.idLength} characters`,
  event_time: 'must be a date and time by RFC 3339, such as 2026-11-23T10:00:00Z',
  artifact_version_index: 'must be a whole number, 0 or more',
  artifact_metadata: 'must be an object',
  metric_value: 'must be a number',
  metric_values: 'must be an array of numbers',
}

const typeMessage = (field: string, inside: boolean) =>
  inside && field === 'metric_values' ? 'must be a number' : (EXPECTED[field] ?? 'must be a text')

/** The reasons are in the message too: it is all that a status, a log or a Catch node shows. */
function invalid(what: string, problems: readonly Detail[]): AutomationError {
  const details = problems.slice(0, EVENT_LIMITS.details)
  const reasons = details.slice(0, 3).map(({ path, message }) => (path === '' ? `it ${message}` : `${path} ${message}`))
  const more = details.length > 3 ? ', and more' : ''
  return new AutomationError('event_invalid', `${what}: ${reasons.join('; ')}${more}.`, {
    details,
  })
}
