import type { Delivery } from '../../lib/delivery/delivery.js'
import { type AdminError, adminGet } from '../editor/admin.js'
import { button, element, fill } from '../editor/element.js'
import { cancelAll, redeliverAll } from './bulk-dialog.editor.js'
import { downloads } from './download.editor.js'
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
import { pathOf, type Wish, wished } from './query.js'
import { deliveryWords, statusMark, timeMark } from './status-words.editor.js'
import { VirtualTable } from './table.editor.js'
import { instantOf } from './times.js'
import { mayWrite, reasonOf, words } from './words.editor.js'

interface Answer {
  readonly deliveries: readonly Delivery[]
  readonly next: string | null
  readonly looked_back_to?: string
  readonly unavailable?: readonly string[]
}

const PAGE = '100'
const NOTHING: PageOf<Delivery> = { rows: [], next: null }
const keyOf = ({ id }: Delivery): string => id

/** The deliveries, newest first, as they come. */
export class HistoryView implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #table: VirtualTable<Delivery>
  readonly #note = new ListNote(() => this.#place.live.changed('deliveries'))
  readonly #empty = element('div')
  readonly #search: Field
  readonly #status: ChoiceField
  readonly #automation: ChoiceField
  readonly #webhook: ChoiceField
  readonly #from: Field
  readonly #until: Field
  #eventId = ''
  #list = NOTHING
  /** What the list was asked for: another filter makes another list. */
  #asked = ''
  #loading = false

  constructor(place: Place) {
    this.#place = place
    const change = () => this.#ask()
    this.#search = searchField(change)
    const statuses = ['pending', 'delivered', 'failed', 'dry-run'].map((value) => ({
      value,
      label: words(`status.${value}`),
    }))
    this.#status = choiceField('status', statuses, change)
    this.#automation = choiceField('automation', [], change)
    this.#webhook = choiceField('webhook', [], change)
    this.#from = timeField('from', change)
    this.#until = timeField('until', change)
    this.#table = new VirtualTable<Delivery>({
      name: words('table.deliveries'),
      kind: 'history',
      keyOf,
      open: ({ id }) => place.openDelivery(id),
      more: () => void this.#more(),
      columns: [
        { id: 'when', label: words('column.when'), cell: ({ created_at: at }) => [timeMark(at)] },
        {
          id: 'status',
          label: words('column.status'),
          cell: (row) => [statusMark(row.status, deliveryWords(row), row.error?.message)],
        },
        {
          id: 'automation',
          label: words('column.automation'),
          cell: ({ automation }) => [automation.name || automation.id],
        },
        { id: 'webhook', label: words('column.webhook'), cell: ({ webhook }) => [webhook.name || webhook.id] },
        {
          id: 'attempts',
          label: words('column.attempts'),
          cell: ({ attempts }) => [words('attempts', { number: attempts })],
        },
      ],
    })
    const all = button(words('button.redeliver-all'), 'fa-repeat', () => this.#redeliverAll(), {
      'aria-label': words('button.redeliver-all'),
      title: mayWrite() ? words('button.redeliver-all') : words('read-only'),
      class: 'red-ui-button red-ui-button-small aa-shrinks',
    })
    all.disabled = !mayWrite()
    const none: HTMLButtonElement = button('', 'fa-ban', () => this.#cancelAll(), {
      'aria-label': words('button.cancel-all'),
      title: mayWrite() ? words('button.cancel-all') : words('read-only'),
    })
    none.disabled = !mayWrite()
    const fields = [this.#status, this.#automation, this.#webhook, this.#from, this.#until]
    const bar = filterBar(this.#search, fields, [all, none, downloads('deliveries', () => this.#list.rows)])
    this.element = element(
      'div',
      { class: 'aa-view' },
      bar,
      this.#note.element,
      this.#table.element,
      this.#empty,
      zoneLine(),
    )
    place.live.watch('history', ['deliveries'], 1_000, () => this.#refresh())
  }

  /** One character is no search; what comes meanwhile is listed all the same. */
  get #isShort(): boolean {
    return this.#search.value.trim().length === 1
  }

  get #wish(): Wish {
    return {
      status: this.#status.value,
      automation: this.#automation.value,
      webhook: this.#webhook.value,
      event_id: this.#eventId,
      since: instantOf(this.#from.value),
      until: instantOf(this.#until.value),
      search: this.#isShort ? '' : this.#search.value.trim(),
    }
  }

  /** Another filter: only what is named. */
  filter({ status = '', automation = '', webhook = '', event_id: eventId = '' }: Wish): void {
    this.#status.value = status
    this.#automation.value = automation
    this.#webhook.value = webhook
    this.#eventId = eventId
    for (const field of [this.#from, this.#until, this.#search]) field.value = ''
    this.#ask()
  }

  focus(): void {
    this.#table.focus()
  }

  #ask(): void {
    this.#place.live.changed('deliveries')
  }

  async #refresh(): Promise<void> {
    const wish = this.#wish
    const asked = JSON.stringify(wished(wish))
    this.#automation.offer(
      namedNodes(
        'artifact-event',
        this.#list.rows.map(({ automation }) => automation),
      ),
    )
    this.#webhook.offer(
      namedNodes(
        'automation-webhook',
        this.#list.rows.map(({ webhook }) => webhook),
      ),
    )
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
      this.#place.live.changed('deliveries')
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

  async #get(wish: Wish, before: string | null): Promise<PageOf<Delivery>> {
    const path = pathOf('deliveries', { ...wish, limit: PAGE, before: before ?? undefined })
    const { deliveries, next, looked_back_to: lookedBackTo, unavailable } = (await adminGet(path)) as Answer
    const told = [
      ...(unavailable ?? []),
      ...(this.#isShort ? [words('search-short')] : []),
      ...(wish['event_id'] ? [words('of-event', { event: wish['event_id'] })] : []),
      ...(lookedBackTo && next !== null
        ? [words('looked-back', { time: new Date(lookedBackTo).toLocaleString() })]
        : []),
    ]
    this.#note.say(told.join(' '))
    return { rows: deliveries, next }
  }

  #show(): void {
    const { rows, next } = this.#list
    this.#table.show(rows, next === null)
    this.#table.element.hidden = rows.length === 0
    const isFiltered = this.#asked !== '{}'
    fill(
      this.#empty,
      rows.length > 0 || next !== null ? null : emptyState(words(isFiltered ? 'empty.filtered' : 'empty.deliveries')),
    )
    // a page may be short, or empty, before the end
    if (next !== null && rows.length < 30) void this.#more()
  }

  #redeliverAll(): void {
    const { status, ...rest } = wished(this.#wish)
    void redeliverAll({ ...rest, status: status ?? 'failed' }, () => this.#place.live.changed('deliveries'))
  }

  #cancelAll(): void {
    const { status: _, ...rest } = wished(this.#wish)
    void cancelAll({ ...rest, status: 'pending' }, () => this.#place.live.changed('deliveries'))
  }
}
