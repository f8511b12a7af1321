import { type AdminError, adminGet, adminPost } from '../editor/admin.js'
import { element, fill } from '../editor/element.js'
import type { WebhookAnswer } from './answers.js'
import { disable } from './disable.editor.js'
import { downloads } from './download.editor.js'
import { bars } from './drawing.editor.js'
import { editorIdOf } from './editor-id.js'
import { type Field, filterBar, searchField } from './fields.editor.js'
import { emptyState, ListNote } from './list-note.editor.js'
import { iconButton, listPage } from './list-page.editor.js'
import type { Place, View } from './place.editor.js'
import { statusMark, timeMark } from './status-words.editor.js'
import { VirtualTable } from './table.editor.js'
import { inTroubleFirst, isFailing } from './webhook-list.js'
import { mayWrite, reasonOf, times, words } from './words.editor.js'

/** The webhooks, with their state in words and what waits for them. */
export class WebhooksView implements View {
  readonly element: HTMLElement
  readonly #place: Place
  readonly #table: VirtualTable<WebhookAnswer>
  readonly #note = new ListNote(() => this.#place.live.changed('deliveries'))
  readonly #empty = element('div')
  readonly #search: Field
  #rows: readonly WebhookAnswer[] = []

  constructor(place: Place) {
    this.#place = place
    this.#search = searchField(() => this.#show())
    this.#table = new VirtualTable<WebhookAnswer>({
      name: words('table.webhooks'),
      kind: 'webhooks',
      lines: 3,
      // a reason in words is long
      narrow: 1200,
      keyOf: ({ id }) => id,
      open: ({ id }) => place.showDeliveries({ webhook: id }),
      columns: [
        { id: 'name', label: words('column.name'), cell: ({ id, name }) => [element('b', {}, name || id)] },
        { id: 'url', label: words('column.url'), cell: ({ url }) => [url] },
        { id: 'state', label: words('column.state'), cell: (row) => [stateOf(row)] },
        {
          id: 'waiting',
          label: words('column.waiting'),
          cell: ({ waiting }) => [words('waiting', { number: waiting })],
        },
        { id: 'oldest', label: words('column.oldest'), cell: ({ oldest_waiting_at: at }) => [timeMark(at)] },
        { id: 'day', label: words('column.day'), cell: ({ day }) => dayOf(day) },
        {
          id: 'used',
          label: words('column.used-by'),
          cell: ({ used_by: users }) => [words('used-by', { number: users.length, names: namesOf(users) })],
        },
        { id: 'actions', label: words('column.actions'), cell: (row) => this.#buttons(row) },
      ],
    })
    const bar = filterBar(this.#search, [], [downloads('webhooks', () => this.#shown())])
    this.element = listPage({ bar, note: this.#note, table: this.#table, empty: this.#empty })
    place.live.watch('webhooks', ['deliveries', 'flows'], 2_000, () => this.#refresh())
  }

  focus(): void {
    this.#table.focus()
  }

  async #refresh(): Promise<void> {
    try {
      const { webhooks, unavailable } = (await adminGet('webhooks')) as {
        webhooks: WebhookAnswer[]
        unavailable?: string[]
      }
      this.#rows = inTroubleFirst(webhooks)
      this.#note.say((unavailable ?? []).join(' '))
      this.#show()
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  #shown(): WebhookAnswer[] {
    const search = this.#search.value.trim().toLowerCase()
    return this.#rows.filter(({ name, url }) => `${name}\n${url}`.toLowerCase().includes(search))
  }

  #show(): void {
    const rows = this.#shown()
    this.#table.show(rows)
    this.#table.element.hidden = rows.length === 0
    fill(
      this.#empty,
      rows.length > 0
        ? null
        : emptyState(words(this.#search.value.trim() === '' ? 'empty.webhooks' : 'empty.filtered')),
    )
  }

  #buttons({ id, state }: WebhookAnswer): HTMLElement[] {
    const turn = state === 'paused' ? 'resume' : 'pause'
    const toggle = iconButton(
      turn,
      state === 'paused' ? 'fa-play' : 'fa-pause',
      () => void this.#turn(id, turn),
      'turn',
    )
    disable(toggle, mayWrite() ? null : words('read-only'))
    return [
      toggle,
      iconButton('edit', 'fa-pencil', () => edit('automation-webhook', id)),
      iconButton('show-deliveries', 'fa-list', () => this.#place.showDeliveries({ webhook: id })),
    ]
  }

  async #turn(id: string, verb: 'pause' | 'resume'): Promise<void> {
    try {
      await adminPost(`webhooks/${encodeURIComponent(id)}/${verb}`, {})
      this.#place.live.changed('deliveries')
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }
}

/** Opens the dialog of a configuration node by the id under which it runs. */
export function edit(type: string, id: string): void {
  const own = editorIdOf(id, (one) => Boolean(RED.nodes.node(one)))
  if (own !== null) RED.editor.editConfig('', type, own)
}

const namesOf = (users: readonly { readonly id: string; readonly name: string }[]): string =>
  users.map(({ id, name }) => name || id).join(', ')

function stateOf(row: WebhookAnswer): HTMLElement {
  const { state, reason, until, last_error: error } = row
  if (state !== 'working') {
    const because = state === 'resting' ? error?.message : state === 'held' ? null : reason
    const why = because ? `: ${because}` : ''
    const end = until ? ` ${words('until', { time: times.short(until, new Date()) })}` : ''
    return statusMark(state, `${words(`state.${state}`)}${end}${why}`, because ?? reason ?? '')
  }
  if (error !== null && isFailing(row)) {
    return statusMark('problem', words('state.failing', { reason: error.message }), error.message)
  }
  return statusMark('working', words('state.working'))
}

function dayOf({ delivered, failed }: { delivered: number; failed: number }): (Node | string)[] {
  const text = words('day-webhook', { delivered, failed })
  if (delivered + failed === 0) return [text]
  // the picture says it to readers
  return [
    bars([{ good: delivered, bad: failed }], text, 14, 14),
    element('span', { 'aria-hidden': 'true' }, ` ${text}`),
  ]
}
