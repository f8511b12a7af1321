import { EVENT_TYPES, type EventType } from '../../lib/events/event.js'
import { COLLECTION_EVENTS } from '../../lib/events/vocabulary.js'
import type { AdminError } from '../editor/admin.js'
import { button, element, fill } from '../editor/element.js'
import { actionsOf } from './automation-actions.editor.js'
import { filtered, type Sorting, type SortKey, sorted, sortedNext } from './automation-list.js'
import { dayPicture, lastFired, sentenceMark, stateMarks } from './automation-marks.editor.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { AutomationView } from './automation-view.editor.js'
import { disable } from './disable.editor.js'
import { downloads } from './download.editor.js'
import { type ChoiceField, choiceField, type Field, filterBar, searchField } from './fields.editor.js'
import { openImport } from './import.editor.js'
import { emptyState, ListNote } from './list-note.editor.js'
import { listPage } from './list-page.editor.js'
import { openMenu } from './menu.editor.js'
import { namedNodes } from './named-nodes.editor.js'
import type { Place, View } from './place.editor.js'
import { VirtualTable } from './table.editor.js'
import { mayEdit, reasonOf, triggerWords, words } from './words.editor.js'

/** After so many milliseconds the rows are shown without what only Node-RED knows. */
const PATIENCE = 300
const STATES = ['enabled', 'disabled', 'not-deployed', 'problem']

/** The automations of the workspace, deployed or not. */
export class AutomationsView implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #table: VirtualTable<AutomationRow>
  readonly #note = new ListNote(() => this.#place.live.changed('flows'))
  readonly #empty = element('div')
  readonly #search: Field
  readonly #source: ChoiceField
  readonly #event: ChoiceField
  readonly #webhook: ChoiceField
  readonly #state: ChoiceField
  #sorting: Sorting = { key: 'name', direction: 'ascending' }

  constructor(place: Place) {
    this.#place = place
    const change = () => this.#show()
    this.#search = searchField(change)
    this.#source = choiceField('source', [], change)
    const events = EVENT_TYPES.map((value) => ({ value, label: eventWords(value) }))
    this.#event = choiceField('event', events, change)
    this.#webhook = choiceField('webhook', [], change)
    this.#state = choiceField(
      'state',
      STATES.map((value) => ({ value, label: words(`state.${value}`) })),
      change,
    )
    this.#table = new VirtualTable<AutomationRow>({
      name: words('table.automations'),
      kind: 'automations',
      slimLines: 3,
      keyOf: ({ id }) => id,
      open: (row) => place.open(...this.#details(row)),
      sort: (column) => this.#sort(column as SortKey),
      columns: [
        { id: 'name', label: words('column.name'), sorts: true, cell: ({ name }) => [element('b', {}, name)] },
        { id: 'sentence', label: words('column.what'), cell: (row) => [sentenceMark(row)] },
        { id: 'state', label: words('column.state'), sorts: true, cell: (row) => stateMarks(row) },
        { id: 'fired', label: words('column.last-fired'), sorts: true, cell: (row) => lastFired(row) },
        { id: 'day', label: words('column.day'), sorts: true, cell: ({ day }) => dayPicture(day) },
        { id: 'actions', label: words('column.actions'), cell: (row) => [this.#actions(row)] },
      ],
    })
    this.#table.sortedBy('name', 'ascending')
    const fields = [this.#source, this.#event, this.#webhook, this.#state]
    const bar = filterBar(this.#search, fields, [downloads('automations', () => this.#shown()), newAutomation()])
    this.element = listPage({ bar, note: this.#note, table: this.#table, empty: this.#empty })
    place.live.watch('automations', ['deliveries', 'events', 'flows'], 3_000, () => this.#refresh())
    place.automations.onChange(() => this.#make())
  }

  focus(): void {
    this.#table.focus()
  }

  /** Only those that get their events from there. */
  showSource(id: string): void {
    for (const field of [this.#search, this.#event, this.#webhook, this.#state]) field.value = ''
    this.#source.value = id
    this.#show()
  }

  async #refresh(): Promise<void> {
    const { automations } = this.#place
    const early = setTimeout(() => {
      if (!automations.isKnown) automations.make()
    }, PATIENCE)
    try {
      await automations.refresh()
      this.#note.say('')
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    } finally {
      clearTimeout(early)
    }
  }

  #make(): void {
    this.#source.offer(namedNodes('artifact-source'))
    this.#webhook.offer(namedNodes('automation-webhook'))
    this.#show()
  }

  /** What the filters leave, in order. */
  #shown(): AutomationRow[] {
    const filter = {
      search: this.#search.value,
      source: this.#source.value,
      event: this.#event.value,
      webhook: this.#webhook.value,
      state: this.#state.value,
    }
    return sorted(filtered(this.#place.automations.rows, filter), this.#sorting)
  }

  #show(): void {
    const { rows: all, isKnown } = this.#place.automations
    const rows = this.#shown()
    this.#table.show(rows)
    this.#table.element.hidden = rows.length === 0
    const none = all.length === 0 ? words('empty.automations') : words('empty.filtered')
    fill(this.#empty, rows.length > 0 || !isKnown ? null : emptyState(none, ...(all.length === 0 ? firstSteps() : [])))
  }

  #sort(key: SortKey): void {
    this.#sorting = sortedNext(this.#sorting, key)
    this.#table.sortedBy(key, this.#sorting.direction)
    this.#show()
  }

  #details(row: AutomationRow): [AutomationView, string] {
    const view = new AutomationView(this.#place, row)
    return [view, view.watched]
  }

  #actions(row: AutomationRow): HTMLElement {
    const label = words('button.actions-for', { name: row.name })
    const open: HTMLButtonElement = button(
      '',
      'fa-ellipsis-v',
      () => {
        const details = { label: words('action.details'), choose: () => this.#place.open(...this.#details(row)) }
        openMenu(open, label, [details, ...actionsOf(row, this.#place, (text) => this.#note.say(text))])
      },
      {
        'aria-label': label,
        'aria-haspopup': 'menu',
        'aria-expanded': 'false',
        'data-control': 'actions',
        title: words('column.actions'),
      },
    )
    return open
  }
}

/** As the trigger's dialog says it; the tags of collections, which stand in a group of their own there, with that. */
function eventWords(type: EventType): string {
  const label = triggerWords(`artifact-event.event.${type}`)
  const isOfCollection = COLLECTION_EVENTS.some((one) => one === type)
  return isOfCollection ? `${label} (${triggerWords('artifact-event.group.collection')})` : label
}

/** Leads through the forms of an automation's nodes. */
const newAutomation = () => edits('new', 'fa-plus', () => RED.actions.invoke('artifact-automations:new-automation'))

const firstSteps = () => [
  edits('examples', 'fa-download', () => RED.actions.invoke('core:show-examples-import-dialog')),
  edits('import-wandb', 'fa-cloud-download', openImport),
]

/** A button that leads to a change of flows. */
function edits(name: string, sign: string, press: () => void): HTMLButtonElement {
  const label = words(`button.${name}`)
  const made = button(label, sign, press, {
    'aria-label': label,
    title: label,
  })
  disable(made, mayEdit() ? null : words('read-only'))
  return made
}
