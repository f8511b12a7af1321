import { sampleEvent } from '../../../lib/automations/samples.js'
import { type ArtifactEvent, EVENT_TYPES, type EventType } from '../../../lib/events/event.js'
import { adminGet } from '../admin.js'
import { element, fill } from '../element.js'
import type { Translate } from '../red-editor.d.js'
import type { UpstreamAutomation } from './upstream.js'

/** `_` must know `events.received` and `events.samples`. */
interface PickerOptions {
  readonly _: Translate
  readonly id: string
  /** An automation that the events should fit, and the events it waits for first. */
  readonly automation: UpstreamAutomation | null
  readonly onChange: () => void
  /** The event to begin with, chosen elsewhere. */
  readonly chosen?: ArtifactEvent | undefined
}

const HOW_MANY_RECEIVED = 20
const CHOSEN = 'chosen'

/** A choice of events to try something with: a sample of each type, and those that were received last. */
export class EventPicker {
  readonly select: HTMLSelectElement
  readonly #options: PickerOptions
  readonly #receivedGroup: HTMLOptGroupElement
  #received: ArtifactEvent[] = []

  constructor(options: PickerOptions) {
    const { _, automation } = options
    this.#options = options
    const first = (automation?.trigger.events ?? []).filter((type) => EVENT_TYPES.some((known) => known === type))
    const others = EVENT_TYPES.filter((type) => !first.includes(type))
    const usual = first[0] ?? 'ADD_ARTIFACT_ALIAS'
    this.#receivedGroup = element('optgroup', { label: _('events.received') })
    this.select = element(
      'select',
      { id: options.id, class: 'aa-event' },
      element(
        'optgroup',
        { label: _('events.samples') },
        ...[...first, ...others].map((type) => element('option', { value: type, selected: type === usual }, type)),
      ),
    )
    if (options.chosen) {
      this.select.prepend(element('option', { value: CHOSEN }, title(options.chosen)))
      this.select.value = CHOSEN
    }
    this.select.addEventListener('change', options.onChange)
    this.#load().catch(() => {}) // without the history there are still the samples
  }

  async #load(): Promise<void> {
    const answer = await adminGet(`events?limit=${HOW_MANY_RECEIVED}`)
    this.#received = eventsOf(answer)
    if (this.#received.length === 0) return
    fill(
      this.#receivedGroup,
      ...this.#received.map((event, index) => element('option', { value: `received ${index}` }, title(event))),
    )
    this.select.prepend(this.#receivedGroup)
  }

  get event(): ArtifactEvent {
    const chosen = this.select.value
    if (chosen === CHOSEN && this.#options.chosen) return this.#options.chosen
    const received = this.#received[Number(chosen.split(' ')[1])]
    if (received) return received
    const { trigger, example } = this.#options.automation ?? {}
    return sampleEvent(chosen as EventType, { ...trigger, name: example })
  }
}

function title({ event_type, artifact_version_string, run_name, alias, tag, event_time }: ArtifactEvent): string {
  const what = artifact_version_string ?? run_name ?? alias ?? tag ?? ''
  return [event_type, what, event_time].filter(Boolean).join(' · ')
}

/** The events of an answer that may come from a later version: anything that is none is left out. */
function eventsOf(answer: unknown): ArtifactEvent[] {
  const { events } = (answer ?? {}) as { events?: unknown }
  if (!Array.isArray(events)) return []
  return events
    .map((row: ArtifactEvent | { event: ArtifactEvent }) => (row && 'event' in row ? row.event : row) as ArtifactEvent)
    .filter((event) => typeof event?.event_type === 'string')
}
