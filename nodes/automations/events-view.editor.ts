import { EVENT_TYPES } from '../../lib/events/event.js'
import { type AdminError, adminGet } from '../editor/admin.js'
import { button, element, fill } from '../editor/element.js'
import { copyText } from '../editor/outside-text.js'
import type { EventAnswer } from './answers.js'
import { downloads } from './download.editor.js'
import { eventCurl } from './event-curl.js'
import {
  type ChoiceField,
  choiceField,
  type Field,
  filterBar,
  searchField,
  timeField,
  zoneLine,
} from './fields.editor.js'
import { emptyState, ListNote } from './list-note.editor.js'
import { namedNodes } from './named-nodes.editor.js'
import { type PageOf, withNewest, withOlder } from './paged-list.js'
import type { Place, View } from './place.editor.js'
import { previewWith } from './preview.editor.js'
import { pathOf, type Wish, wished } from './query.js'
import { postedSource, sourceName } from './sources.editor.js'
import { timeMark } from './status-words.editor.js'
import { VirtualTable } from './table.editor.js'
import { instantOf } from './times.js'
import { reasonOf, words } from './words.editor.js'

interface Answer {
  readonly events: readonly EventAnswer[]
  readonly next: string | null
  readonly looked_back_to?: string
}

const PAGE = '100'
const keyOf = ({ source, event }: EventAnswer): string => `${source} ${event.event_id}`

/** What was accepted, newest first. */
export class EventsView implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #table: VirtualTable<EventAnswer>
  readonly #note = new ListNote(() => this.#place.live.changed('events'))
  readonly #empty = element('div')
  readonly #search: Field
  readonly #source: ChoiceField
  readonly #type: ChoiceField
  readonly #from: Field
  readonly #until: Field
  #list: PageOf<EventAnswer> = { rows: [], next: null }
  #asked = ''
  #loading = false

  constructor(place: Place) {
    this.#place = place
    const change = () => this.#ask()
    this.#search = searchField(change)
    this.#source = choiceField('source', [], change)
    this.#type = choiceField(
      'event',
      EVENT_TYPES.map((value) => ({ value, label: value })),
      change,
    )
    this.#from = timeField('from', change)
    this.#until = timeField('until', change)
    this.#table = new VirtualTable<EventAnswer>({
      name: words('table.events'),
      kind: 'events',
      lines: 3,
      keyOf,
      open: ({ source, event }) => place.openWhy(source, event.event_id),
      more: () => void this.#more(),
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
    })
    const fields = [this.#source, this.#type, this.#from, this.#until]
    const bar = filterBar(this.#search, fields, [downloads('events', () => this.#list.rows)])
    this.element = element(
      'div',
      { class: 'aa-view' },
      bar,
      this.#note.element,
      this.#table.element,
      this.#empty,
      zoneLine(),
    )
    place.live.watch('events', ['events'], 1_000, () => this.#refresh())
  }

  #buttons({ source, event }: EventAnswer): HTMLElement[] {
    const icon = (name: string, sign: string, press: (button: HTMLButtonElement) => void) => {
      const label = words(`button.${name}`)
      const made: HTMLButtonElement = button('', sign, () => press(made), {
        'aria-label': label,
        title: label,
        'data-control': name,
      })
      return made
    }
    return [
      icon('why', 'fa-question-circle-o', () => this.#place.openWhy(source, event.event_id)),
      icon('preview', 'fa-file-code-o', () => previewWith(source, event, (text) => this.#note.say(text))),
      icon('curl', 'fa-terminal', (made) => copyText(eventCurl(event, postedSource(source)), made, words('copied'))),
    ]
  }

  /** One character is no search; what comes meanwhile is listed all the same. */
  get #isShort(): boolean {
    return this.#search.value.trim().length === 1
  }

  get #wish(): Wish {
    return {
      source: this.#source.value,
      event_type: this.#type.value,
      since: instantOf(this.#from.value),
      until: instantOf(this.#until.value),
      search: this.#isShort ? '' : this.#search.value.trim(),
    }
  }

  focus(): void {
    this.#table.focus()
  }

  #ask(): void {
    this.#place.live.changed('events')
  }

  async #refresh(): Promise<void> {
    const wish = this.#wish
    const asked = JSON.stringify(wished(wish))
    this.#source.offer(namedNodes('artifact-source'))
    try {
      const page = await this.#get(wish, null)
      if (asked !== JSON.stringify(wished(this.#wish))) return
      const isAnother = asked !== this.#asked
      this.#asked = asked
      this.#list = isAnother ? page : withNewest(this.#list, page, keyOf)
      if (isAnother) this.#table.toTop()
      this.#show()
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  async #more(): Promise<void> {
    const { next } = this.#list
    if (next === null || this.#loading) return
    if (!this.#place.live.visible) {
      // it goes on when it is in sight again
      this.#place.live.changed('events')
      return
    }
    this.#loading = true
    const asked = this.#asked
    try {
      const page = await this.#get(this.#wish, next)
      if (asked === this.#asked && next === this.#list.next) {
        this.#list = withOlder(this.#list, page, keyOf)
        this.#loading = false
        this.#show()
      }
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    } finally {
      this.#loading = false
    }
  }

  async #get(wish: Wish, before: string | null): Promise<PageOf<EventAnswer>> {
    const path = pathOf('events', { ...wish, limit: PAGE, before: before ?? undefined })
    const { events, next, looked_back_to: lookedBackTo } = (await adminGet(path)) as Answer
    const told = [
      ...(this.#isShort ? [words('search-short')] : []),
      ...(lookedBackTo && next !== null
        ? [words('looked-back', { time: new Date(lookedBackTo).toLocaleString() })]
        : []),
    ]
    this.#note.say(told.join(' '))
    return { rows: events, next }
  }

  #show(): void {
    const { rows, next } = this.#list
    this.#table.show(rows, next === null)
    this.#table.element.hidden = rows.length === 0
    fill(
      this.#empty,
      rows.length > 0 || next !== null
        ? null
        : emptyState(words(this.#asked === '{}' ? 'empty.events' : 'empty.filtered')),
    )
    if (next !== null && rows.length < 30) void this.#more()
  }
}
