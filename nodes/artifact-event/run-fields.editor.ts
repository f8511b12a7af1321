import { byId, element } from '../editor/element.js'
import type { Form } from '../editor/form/form.js'
import type { Translate } from '../editor/red-editor.d.js'

const STATES = ['running', 'finished', 'failed', 'crashed', 'killed']

/** Which events ask for which fields; `watched` ones only mean something where the source judges metrics itself. */
const FIELDS: readonly { readonly property: string; readonly events: readonly string[]; readonly watched: boolean }[] =
  [
    { property: 'states', events: ['RUN_STATE'], watched: false },
    { property: 'metric', events: ['RUN_METRIC', 'RUN_METRIC_CHANGE', 'RUN_METRIC_ZSCORE'], watched: false },
    { property: 'aggregation', events: ['RUN_METRIC', 'RUN_METRIC_CHANGE'], watched: true },
    { property: 'window', events: ['RUN_METRIC', 'RUN_METRIC_CHANGE', 'RUN_METRIC_ZSCORE'], watched: true },
    { property: 'priorWindow', events: ['RUN_METRIC_CHANGE'], watched: true },
    { property: 'comparison', events: ['RUN_METRIC'], watched: true },
    { property: 'threshold', events: ['RUN_METRIC', 'RUN_METRIC_ZSCORE'], watched: true },
    { property: 'changeDirection', events: ['RUN_METRIC_CHANGE', 'RUN_METRIC_ZSCORE'], watched: true },
    { property: 'changeAmount', events: ['RUN_METRIC_CHANGE'], watched: true },
    { property: 'changeType', events: ['RUN_METRIC_CHANGE'], watched: true },
  ]

/** The part of a trigger's dialog that is about runs; on the screen only while an event of runs is chosen. */
export class RunFields {
  readonly #boxes = new Map<string, HTMLInputElement>()
  readonly #before: string
  /** States that the form does not offer; they stay where they are. */
  readonly #others: readonly string[]
  readonly #_: Translate

  constructor(form: Form, _: Translate) {
    this.#_ = _
    const saved = (form.config['states'] as string[]).map((state) => state.toLowerCase())
    this.#others = saved.filter((state) => !STATES.includes(state))
    for (const state of STATES) {
      const box = element('input', { type: 'checkbox', id: `node-input-states-${state}`, value: state })
      box.checked = saved.includes(state)
      this.#boxes.set(state, box)
      byId('artifact-event-states').append(
        element('label', {}, box, element('span', {}, _(`artifact-event.state.${state}`))),
      )
    }
    this.#before = this.states.join()
  }

  get states(): string[] {
    return [...STATES.filter((state) => this.#boxes.get(state)?.checked), ...this.#others]
  }

  get changed(): boolean {
    return this.states.join() !== this.#before
  }

  show(events: readonly string[], isWatched: boolean): void {
    $('#artifact-event-runs').toggle(events.some((type) => type.startsWith('RUN_')))
    for (const { property, events: those, watched } of FIELDS) {
      const isAsked = those.some((type) => events.includes(type)) && (isWatched || !watched)
      $(`.artifact-event-run-${property}`).toggle(isAsked)
    }
    byId('artifact-event-runs-hint').textContent = this.#_(`artifact-event.runs-hint.${isWatched ? 'watched' : 'told'}`)
  }
}
