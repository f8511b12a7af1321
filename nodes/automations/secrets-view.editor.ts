import { type AdminError, adminGet } from '../editor/admin.js'
import { button, element, fill } from '../editor/element.js'
import type { SecretAnswer } from './answers.js'
import { filterBar, searchField } from './fields.editor.js'
import { emptyState, ListNote } from './list-note.editor.js'
import type { Place, View } from './place.editor.js'
import { statusMark } from './status-words.editor.js'
import { VirtualTable } from './table.editor.js'
import { edit } from './webhooks-view.editor.js'
import { reasonOf, words } from './words.editor.js'

/** The secrets: whether each has a value, and where it is used; never a value. */
export class SecretsView implements View {
  readonly element: HTMLElement
  readonly #table: VirtualTable<SecretAnswer>
  readonly #note: ListNote
  readonly #empty = element('div')
  readonly #search = searchField(() => this.#show())
  #rows: readonly SecretAnswer[] = []

  constructor(place: Place) {
    this.#note = new ListNote(() => place.live.changed('flows'))
    this.#table = new VirtualTable<SecretAnswer>({
      name: words('table.secrets'),
      kind: 'secrets',
      keyOf: ({ id }) => id,
      open: ({ id }) => edit('automation-secret', id),
      columns: [
        { id: 'name', label: words('column.name'), cell: ({ name }) => [element('b', {}, name)] },
        {
          id: 'set',
          label: words('column.value'),
          cell: ({ set }) => [statusMark(set ? 'set' : 'not-set', words(set ? 'secret.set' : 'secret.not-set'))],
        },
        {
          id: 'used',
          label: words('column.used-by'),
          cell: ({ used_by: uses }) => [
            uses.length === 0
              ? words('secret.unused')
              : uses.map(({ name, id, as }) => `${name || id} (${as})`).join(', '),
          ],
        },
        {
          id: 'actions',
          label: words('column.actions'),
          cell: ({ id, name }) => [
            button(words('button.edit'), 'fa-pencil', () => edit('automation-secret', id), {
              title: name,
              'data-control': 'edit',
            }),
          ],
        },
      ],
    })
    this.element = element(
      'div',
      { class: 'aa-view' },
      filterBar(this.#search, [], []),
      this.#note.element,
      this.#table.element,
      this.#empty,
    )
    place.live.watch('secrets', ['flows'], 2_000, () => this.#refresh())
  }

  focus(): void {
    this.#table.focus()
  }

  async #refresh(): Promise<void> {
    try {
      const { secrets } = (await adminGet('secrets')) as { secrets: SecretAnswer[] }
      this.#rows = [...secrets].sort((a, b) => a.name.localeCompare(b.name))
      this.#note.say('')
      this.#show()
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  #show(): void {
    const search = this.#search.value.trim().toLowerCase()
    const rows = this.#rows.filter(({ name }) => name.toLowerCase().includes(search))
    this.#table.show(rows)
    this.#table.element.hidden = rows.length === 0
    fill(this.#empty, rows.length > 0 ? null : emptyState(words(search === '' ? 'empty.secrets' : 'empty.filtered')))
  }
}
