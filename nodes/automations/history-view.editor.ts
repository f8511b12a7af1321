import type { Delivery } from '../../lib/delivery/delivery.js'
import { button } from '../editor/element.js'
import { cancelAll, redeliverAll } from './bulk-dialog.editor.js'
import { disable } from './disable.editor.js'
import { type ChoiceField, choiceField } from './fields.editor.js'
import { LiveList } from './live-list.editor.js'
import { namedNodes } from './named-nodes.editor.js'
import type { Place, View } from './place.editor.js'
import { type Wish, wished } from './query.js'
import { deliveryWords, statusMark, timeMark } from './status-words.editor.js'
import { mayWrite, words } from './words.editor.js'

const STATUSES = ['pending', 'delivered', 'failed', 'dry-run']

/** The deliveries, newest first, as they come. */
export class HistoryView implements View {
  readonly element: HTMLElement
  readonly #list: LiveList<Delivery>
  readonly #status: ChoiceField
  readonly #automation: ChoiceField
  readonly #webhook: ChoiceField
  #eventId = ''

  constructor(place: Place) {
    const ask = () => this.#list.ask()
    const statuses = STATUSES.map((value) => ({ value, label: words(`status.${value}`) }))
    this.#status = choiceField('status', statuses, ask)
    this.#automation = choiceField('automation', [], ask)
    this.#webhook = choiceField('webhook', [], ask)
    const all = forAll('redeliver-all', 'fa-repeat', () => this.#redeliverAll(), words('button.redeliver-all'))
    this.#list = new LiveList<Delivery>(place, {
      tab: 'history',
      call: 'deliveries',
      table: {
        keyOf: ({ id }) => id,
        open: ({ id }) => place.openDelivery(id),
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
      },
      choices: [this.#status, this.#automation, this.#webhook],
      wish: () => ({
        status: this.#status.value,
        automation: this.#automation.value,
        webhook: this.#webhook.value,
        event_id: this.#eventId,
      }),
      offer: (rows) => {
        const [automations, webhooks] = [rows.map((row) => row.automation), rows.map((row) => row.webhook)]
        this.#automation.offer(namedNodes('artifact-event', automations))
        this.#webhook.offer(namedNodes('automation-webhook', webhooks))
      },
      told: () => (this.#eventId === '' ? [] : [words('of-event', { event: this.#eventId })]),
      actions: [all, forAll('cancel-all', 'fa-ban', () => this.#cancelAll())],
    })
    this.element = this.#list.element
  }

  /** Another filter: only what is named. */
  filter({ status = '', automation = '', webhook = '', event_id: eventId = '' }: Wish): void {
    this.#status.value = status
    this.#automation.value = automation
    this.#webhook.value = webhook
    this.#eventId = eventId
    this.#list.clear()
    this.#list.ask()
  }

  focus(): void {
    this.#list.focus()
  }

  #redeliverAll(): void {
    const { status, ...rest } = wished(this.#list.wish)
    void redeliverAll({ ...rest, status: status ?? 'failed' }, () => this.#list.ask())
  }

  #cancelAll(): void {
    const { status = 'pending', ...rest } = wished(this.#list.wish)
    void cancelAll({ ...rest, status }, () => this.#list.ask())
  }
}

/** A button that does something with all that match, in words where there is room. */
function forAll(name: string, sign: string, press: () => void, text = ''): HTMLButtonElement {
  const label = words(`button.${name}`)
  const made = button(text, sign, press, {
    'aria-label': label,
    title: label,
    ...(text !== '' && { class: 'red-ui-button red-ui-button-small aa-shrinks' }),
  })
  disable(made, mayWrite() ? null : words('read-only'))
  return made
}
