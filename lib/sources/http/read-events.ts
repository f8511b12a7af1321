import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { type ParseContext, parseEvent, parseEvents } from '../../events/parse.js'
import { printable } from '../../printable.js'
import { beforePlaces } from './delivery-id.js'
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
  /** Why some of what the registry told is left out, while the rest is accepted. */
  readonly leftOut?: AutomationError
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
    const { events: told, ignored, changes, refused = [] } = translate(body, context)
    const faults = refused.map((error) => ({ error, words: error.message }))
    const events: ArtifactEvent[] = []
    const kept: RefChange[] = []
    for (const [index, event] of told.entries()) {
      try {
        events.push(parseEvent(event, context))
        if (changes?.[index]) kept.push(changes[index])
      } catch (error) {
        if (!(error instanceof AutomationError)) throw error
        faults.push({ error, words: `${nameOf(event)}: ${error.message}` })
      }
    }
    const [first] = faults
    // who sends what is good for nothing is told so
    if (first !== undefined && events.length === 0) throw first.error
    const leftOut = first && without(first, faults, events.length + faults.length)
    return { events, ignored, many: true, ...(changes && { changes: kept }), ...(leftOut && { leftOut }) }
  }
}

/** Which of several it is. */
const nameOf = ({ artifact_collection_name: name, alias }: Translation['events'][number]): string =>
  [name, alias].flatMap((text) => (typeof text === 'string' ? [printable(short(text))] : [])).join(', ')

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text)

interface Fault {
  readonly error: AutomationError
  readonly words: string
}

function without({ error, words }: Fault, faults: readonly Fault[], all: number): AutomationError {
  const message = `${faults.length} of ${all} changes in a message left out, the others accepted. ${words}`
  return new AutomationError(error.code, message, {
    details: faults.flatMap((fault) => fault.error.details),
    cause: error,
  })
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
    ...(delivery !== undefined && { idPrefix: beforePlaces(delivery) }),
    entity: settings.entity?.trim() ?? '',
    project: settings.project?.trim() ?? '',
  })
}
