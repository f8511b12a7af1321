import type { ArtifactEvent } from '../../events/event.js'
import { type ParseContext, parseEvent, parseEvents } from '../../events/parse.js'
import { huggingfaceEvents } from './huggingface.js'
import { mlflowEvents } from './mlflow.js'
import type { Format, HttpSourceSettings } from './settings.js'
import type { Place, RefChange, Translation } from './translation.js'

/** What came of one request. */
export interface ReadEvents {
  readonly events: readonly ArtifactEvent[]
  /** Things the registry told that are no events of ours. */
  readonly ignored: number
  /** Whether the answer is an array, as the request was or the format always has it. */
  readonly many: boolean
  /** Of events whose ids are made of what they tell: what each of them changed. */
  readonly changes?: readonly RefChange[]
}

export interface ReadContext {
  readonly settings: Pick<HttpSourceSettings, 'entity' | 'project'>
  /** The id that the delivery's headers give it. */
  readonly delivery?: string | undefined
  readonly receivedAt: Date
  newId(): string
}

/** Those whose request is one JSON text, and nothing else. */
export type PlainFormat = Exclude<Format, 'cloudevents' | 'mapped'>

/** What the formats need. */
type FormatContext = ParseContext & Place & { readonly idPrefix?: string }

/** What a format makes of a body. */
const FORMATS: Readonly<Record<PlainFormat, (body: unknown, context: FormatContext) => ReadEvents>> = {
  event: (body, context) =>
    Array.isArray(body)
      ? { events: parseEvents(body, context), ignored: 0, many: true }
      : { events: [parseEvent(body, context)], ignored: 0, many: false },
  mlflow: translated(mlflowEvents),
  huggingface: translated(huggingfaceEvents),
}

type Translate = (body: unknown, context: FormatContext) => Translation

function translated(translate: Translate): (body: unknown, context: FormatContext) => ReadEvents {
  return (body, context) => {
    const { events, ...rest } = translate(body, context)
    return { events: events.map((event) => parseEvent(event, context)), ...rest, many: true }
  }
}

/**
 * Makes events of a parsed body.
 * @throws AutomationError `event_invalid` with details; then none of it is accepted
 */
export function readEvents(format: PlainFormat, body: unknown, context: ReadContext): ReadEvents {
  const { settings, delivery, receivedAt, newId } = context
  return FORMATS[format](body, {
    receivedAt,
    newId: delivery === undefined ? newId : () => delivery,
    ...(delivery !== undefined && { idPrefix: delivery }),
    entity: settings.entity?.trim() ?? '',
    project: settings.project?.trim() ?? '',
  })
}
