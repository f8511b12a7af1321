import { type AdminError, adminGet } from '../editor/admin.js'
import { element, fill } from '../editor/element.js'
import { downloads } from './download.editor.js'
import { type ChoiceField, type Field, filterBar, searchField, timeField } from './fields.editor.js'
import { emptyState, ListNote } from './list-note.editor.js'
import { listPage } from './list-page.editor.js'
import { type PageOf, withNewest, withOlder } from './paged-list.js'
import type { Place, View } from './place.editor.js'
import { pathOf, type Wish, wished } from './query.js'
import { type TableOptions, VirtualTable } from './table.editor.js'
import { instantOf } from './times.js'
import { reasonOf, words } from './words.editor.js'

export interface LiveListOptions<R extends object> {
  /** The tab, and the matter and call that it is filled by: its answer has the rows under the same name. */
  readonly tab: 'history' | 'events'
  readonly call: 'deliveries' | 'events'
  readonly table: Omit<TableOptions<R>, 'name' | 'kind' | 'more'>
  /** What is filtered by beside a search and a time. */
  readonly choices: readonly ChoiceField[]
  readonly wish: () => Wish
  /** Brings the choices up to date with what is known. */
  readonly offer: (rows: readonly R[]) => void
  /** What the list is besides, in sentences. */
  readonly told?: () => readonly string[]
  /** Buttons beside the search. */
  readonly actions?: readonly HTMLElement[]
}

interface Answer {
  readonly next: string | null
  readonly looked_back_to?: string
  readonly unavailable?: readonly string[]
}

const PAGE = '100'
/** A page may be short, or empty, before the end: so many rows are got at once where there are as many. */
const ENOUGH = 30
const asText = (wish: Wish) => JSON.stringify(wished(wish))
const NO_FILTER = asText({})

/** A list of what happened, newest first, as it comes, of any length: page by page, as far as somebody looks back. */
export class LiveList<R extends object> implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #options: LiveListOptions<R>
  readonly #table: VirtualTable<R>
  readonly #note: ListNote
  readonly #empty = element('div')
  readonly #search: Field
  readonly #from: Field
  readonly #until: Field
  #list: PageOf<R> = { rows: [], next: null }
  /** What the list was asked for: another filter makes another list. */
  #asked = NO_FILTER
  #loading = false

  constructor(place: Place, options: LiveListOptions<R>) {
    this.#place = place
    this.#options = options
    const ask = () => this.ask()
    const { tab, call, table, choices, actions = [] } = options
    this.#note = new ListNote(ask)
    this.#search = searchField(ask)
    this.#from = timeField('from', ask)
    this.#until = timeField('until', ask)
    this.#table = new VirtualTable<R>({
      ...table,
      name: words(`table.${call}`),
      kind: tab,
      more: () => void this.#more(),
    })
    const fields = [...choices, this.#from, this.#until]
    const bar = filterBar(this.#search, fields, [...actions, downloads(call, () => this.#list.rows)])
    this.element = listPage({ bar, note: this.#note, table: this.#table, empty: this.#empty })
    place.live.watch(tab, [call], 1_000, () => this.#refresh())
  }

  focus(): void {
    this.#table.focus()
  }

  /** What the filters say now. One character is no search; what comes meanwhile is listed all the same. */
  get wish(): Wish {
    return {
      ...this.#options.wish(),
      since: instantOf(this.#from.value),
      until: instantOf(this.#until.value),
      search: this.#isShort ? '' : this.#search.value.trim(),
    }
  }

  get #isShort(): boolean {
    return [...this.#search.value.trim()].length === 1
  }

  /** A filter is another now, or something was done with what is listed. */
  ask(): void {
    this.#place.live.changed(this.#options.call)
  }

  /** Takes the search and the times back. */
  clear(): void {
    for (const field of [this.#from, this.#until, this.#search]) field.value = ''
  }

  say(text: string): void {
    this.#note.say(text)
  }

  async #refresh(): Promise<void> {
    const { wish } = this
    const asked = asText(wish)
    this.#options.offer(this.#list.rows)
    try {
      const page = await this.#get(wish, null)
      if (asked !== asText(this.wish)) return
      const isAnother = asked !== this.#asked
      this.#asked = asked
      this.#list = isAnother ? page : withNewest(this.#list, page, this.#options.table.keyOf)
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
      this.ask()
      return
    }
    this.#loading = true
    const asked = this.#asked
    try {
      const page = await this.#get(this.wish, next)
      if (asked === this.#asked && next === this.#list.next) {
        this.#list = withOlder(this.#list, page, this.#options.table.keyOf)
        this.#loading = false
        this.#show()
      }
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    } finally {
      this.#loading = false
    }
  }

  async #get(wish: Wish, before: string | null): Promise<PageOf<R>> {
    const { call, told } = this.#options
    const answer = (await adminGet(pathOf(call, { ...wish, limit: PAGE, before: before ?? undefined }))) as Answer
    const { next, looked_back_to: lookedBackTo, unavailable = [] } = answer
    const sentences = [
      ...unavailable,
      ...(this.#isShort ? [words('search-short')] : []),
      ...(told?.() ?? []),
      ...(lookedBackTo && next !== null
        ? [words('looked-back', { time: new Date(lookedBackTo).toLocaleString() })]
        : []),
    ]
    this.#note.say(sentences.join(' '))
    return { rows: (answer as unknown as Record<string, R[]>)[call] ?? [], next }
  }

  #show(): void {
    const { rows, next } = this.#list
    this.#table.show(rows, next === null)
    this.#table.element.hidden = rows.length === 0
    const none = words(this.#asked === NO_FILTER ? `empty.${this.#options.call}` : 'empty.filtered')
    fill(this.#empty, rows.length > 0 || next !== null ? null : emptyState(none))
    if (next !== null && rows.length < ENOUGH) void this.#more()
  }
}
