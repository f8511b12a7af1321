import type { IncomingHttpHeaders } from 'node:http'
import type { ArtifactEvent } from '../../events/event.js'
import { type ParseContext, parseEvent, parseEvents } from '../../events/parse.js'
import { huggingfaceEvents } from './huggingface.js'
import { mlflowEvents } from './mlflow.js'
import type { Format, HttpSourceSettings } from './settings.js'
import type { Place, Translation } from './translation.js'

/** What came of one request. */
export interface ReadEvents {
  readonly events: readonly ArtifactEvent[]
  /** Things the registry told that are no events of ours. */
  readonly ignored: number
  /** Whether the answer is an array, as the request was or the format always has it. */
  readonly many: boolean
}

export interface ReadContext {
  readonly settings: Pick<HttpSourceSettings, 'entity' | 'project'>
  readonly headers: IncomingHttpHeaders
  readonly receivedAt: Date
  newId(): string
}

/** What the formats need. */
type FormatContext = ParseContext & Place & { readonly idPrefix?: string }

interface FormatRule {
  /** Headers that name the delivery, so that a repeated one is recognised; the first that is there counts. */
  readonly idHeaders: readonly string[]
  read(body: unknown, context: FormatContext): ReadEvents
}

/** Headers that any sender may use. */
const ID_HEADERS = ['webhook-id', 'idempotency-key']

/** What a format makes of a body. */
const FORMAT_RULES: Readonly<Record<Format, FormatRule>> = {
  event: {
    idHeaders: ID_HEADERS,
    read: (body, context) =>
      Array.isArray(body)
        ? { events: parseEvents(body, context), ignored: 0, many: true }
        : { events: [parseEvent(body, context)], ignored: 0, many: false },
  },
  // MLflow signs its id. One that anybody may add on the way must not make a replayed delivery a new one.
  mlflow: { idHeaders: ['x-mlflow-delivery-id', ...ID_HEADERS], read: translated(mlflowEvents) },
  huggingface: { idHeaders: ID_HEADERS, read: translated(huggingfaceEvents) },
}

function translated(translate: (body: unknown, place: Place) => Translation): FormatRule['read'] {
  return (body, context) => {
    const { events, ignored } = translate(body, context)
    return { events: events.map((event) => parseEvent(event, context)), ignored, many: true }
  }
}

/**
 * Makes events of a parsed body.
 * @throws AutomationError `event_invalid` with details; then none of it is accepted
 */
export function readEvents(format: Format, body: unknown, context: ReadContext): ReadEvents {
  const { idHeaders, read } = FORMAT_RULES[format]
  const { settings, headers, receivedAt, newId } = context
  const name = idHeaders.find((header) => headers[header])
  const deliveryId = name === undefined ? undefined : String(headers[name])
  return read(body, {
    receivedAt,
    newId: deliveryId === undefined ? newId : () => deliveryId,
    ...(deliveryId !== undefined && { idPrefix: deliveryId }),
    entity: settings.entity?.trim() ?? '',
    project: settings.project?.trim() ?? '',
  })
}
