import { EVENT_TYPES } from '../../lib/events/event.js'
import { copyText } from '../editor/outside-text.js'
import type { EventAnswer } from './answers.js'
import { eventCurl } from './event-curl.js'
import { type ChoiceField, choiceField } from './fields.editor.js'
import { iconButton } from './list-page.editor.js'
import { LiveList } from './live-list.editor.js'
import { namedNodes } from './named-nodes.editor.js'
import type { Place, View } from './place.editor.js'
import { previewWith } from './preview.editor.js'
import { postedSource, sourceName } from './sources.editor.js'
import { timeMark } from './status-words.editor.js'
import { words } from './words.editor.js'

/** What was accepted, newest first. */
export class EventsView implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #list: LiveList<EventAnswer>
  readonly #source: ChoiceField
  readonly #type: ChoiceField

  constructor(place: Place) {
    this.#place = place
    const ask = () => this.#list.ask()
    const types = EVENT_TYPES.map((value) => ({ value, label: value }))
    this.#source = choiceField('source', [], ask)
    this.#type = choiceField('event', types, ask)
    this.#list = new LiveList<EventAnswer>(place, {
      tab: 'events',
      call: 'events',
      table: {
        lines: 3,
        keyOf: ({ source, event }) => `${source} ${event.event_id}`,
        open: ({ source, event }) => place.openWhy(source, event.event_id),
        columns: [
          { id: 'when', label: words('column.when'), cell: ({ received_at: at }) => [timeMark(at)] },
          { id: 'type', label: words('column.type'), cell: ({ event }) => [event.event_type] },
          {
            id: 'artifact',
            label: words('column.artifact'),
            cell: ({ event }) => [
              event.artifact_version_string ?? event.artifact_collection_name ?? event.run_name ?? event.project_name,
            ],
          },
          { id: 'subject', label: words('column.subject'), cell: ({ event }) => [event.alias ?? event.tag ?? ''] },
          { id: 'source', label: words('column.source'), cell: ({ source }) => [sourceName(source)] },
          {
            id: 'fired',
            label: words('column.fired'),
            cell: ({ fired }) => [fired === null ? '–' : words('fired', { number: fired })],
          },
          { id: 'actions', label: words('column.actions'), cell: (row) => this.#buttons(row) },
        ],
      },
      choices: [this.#source, this.#type],
      wish: () => ({ source: this.#source.value, event_type: this.#type.value }),
      offer: () => this.#source.offer(namedNodes('artifact-source')),
    })
    this.element = this.#list.element
  }

  focus(): void {
    this.#list.focus()
  }

  #buttons({ source, event }: EventAnswer): HTMLElement[] {
    return [
      iconButton('why', 'fa-question-circle-o', () => this.#place.openWhy(source, event.event_id)),
      iconButton('preview', 'fa-file-code-o', () => previewWith(source, event, (text) => this.#list.say(text))),
      iconButton('curl', 'fa-terminal', (made) =>
        copyText(eventCurl(event, postedSource(source)), made, words('copied')),
      ),
    ]
  }
}
