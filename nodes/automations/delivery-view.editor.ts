import { type AdminError, adminGet, adminPost } from '../editor/admin.js'
import { button, element, newId } from '../editor/element.js'
import { copyText } from '../editor/outside-text.js'
import type { DeliveryDetails } from './answers.js'
import { attemptList } from './attempt-list.editor.js'
import { scriptOf } from './delivery-script.editor.js'
import { disable } from './disable.editor.js'
import { facts, headersTable, output, pretty, section } from './facts.editor.js'
import { ListNote } from './list-note.editor.js'
import type { Detail } from './panel.editor.js'
import type { Place } from './place.editor.js'
import { refill } from './refill.editor.js'
import { deliveryWords, statusMark, timeMark } from './status-words.editor.js'
import { mayWrite, reasonOf, words } from './words.editor.js'

/** One delivery: what was sent, every attempt with its answer, and the event behind it. */
export class DeliveryView implements Detail {
  readonly title = words('delivery.title')
  readonly element: HTMLElement
  /** Its own: the same thing may be open twice. */
  readonly watched: string
  readonly #place: Place
  readonly #id: string
  readonly #content = element('div')
  readonly #note = new ListNote(() => this.#place.live.changed('deliveries'))
  readonly #said = element('p', { class: 'aa-said', role: 'status' })
  readonly #buttons: Readonly<Record<'redeliver' | 'cancel' | 'bash' | 'why' | 'link', HTMLButtonElement>>
  #delivery: DeliveryDetails | null = null
  #shown = ''
  #busy = false

  constructor(place: Place, id: string) {
    this.#place = place
    this.#id = id
    this.watched = newId('delivery')
    const bash: HTMLButtonElement = button(words('button.bash'), 'fa-clipboard', () => this.#copyBash(bash))
    const link: HTMLButtonElement = button(words('button.link'), 'fa-link', () => this.#copyLink(link))
    this.#buttons = {
      redeliver: button(words('button.redeliver'), 'fa-repeat', () => void this.#do('redeliver')),
      cancel: button(words('button.cancel-delivery'), 'fa-ban', () => void this.#do('cancel')),
      bash,
      why: button(words('button.why'), 'fa-question-circle-o', () => this.#why()),
      link,
    }
    const tools = element('div', { class: 'aa-tools' }, ...Object.values(this.#buttons))
    this.element = element(
      'div',
      { class: 'aa-detail-body', tabindex: '-1' },
      tools,
      this.#note.element,
      this.#said,
      this.#content,
    )
    this.#enable()
    place.live.watch(this.watched, ['deliveries'], 1_000, () => this.#refresh())
  }

  closed(): void {
    this.#place.live.unwatch(this.watched)
  }

  async #refresh(): Promise<void> {
    try {
      const delivery = (await adminGet(`deliveries/${encodeURIComponent(this.#id)}`)) as DeliveryDetails
      this.#delivery = delivery
      this.#note.say('')
      this.#enable()
      // what somebody reads or has unfolded stays as it is while nothing changed
      const text = JSON.stringify(delivery)
      if (text === this.#shown) return
      this.#shown = text
      refill(this.#content, ...this.#parts(delivery))
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  #enable(): void {
    const { redeliver, cancel, bash, why } = this.#buttons
    const status = this.#delivery?.status
    const write = mayWrite() ? null : words('read-only')
    disable(redeliver, write ?? (status === undefined || status === 'dry-run' ? words('delivery.dry') : null))
    disable(cancel, write ?? (status === 'pending' ? null : words('delivery.not-pending')))
    disable(bash, this.#delivery?.request ? null : words('delivery.no-request'))
    disable(why, this.#delivery?.source ? null : words('delivery.no-event'))
  }

  #parts(delivery: DeliveryDetails): HTMLElement[] {
    const { request, event, log, error, automation, webhook, sender } = delivery
    const named = ({ id, name }: { id: string; name: string }) => name || id
    return [
      facts(
        [words('column.status'), statusMark(delivery.status, deliveryWords(delivery))],
        [words('column.reason'), error?.message ?? ''],
        [words('column.automation'), named(automation)],
        [words('column.webhook'), named(webhook)],
        [words('delivery.sender'), sender.name],
        [words('delivery.created'), timeMark(delivery.created_at, '')],
        [words('delivery.finished'), timeMark(delivery.finished_at, '')],
        [words('delivery.next'), delivery.status === 'pending' ? timeMark(delivery.next_attempt_at, '') : ''],
        [words('delivery.id'), element('code', {}, delivery.id)],
        [words('delivery.event-id'), element('code', {}, delivery.event_id)],
      ),
      section(words('delivery.attempts'), ...attemptList(delivery, log)),
      section(
        words('delivery.request'),
        ...(request
          ? [
              element('p', { class: 'aa-mono' }, `${request.method} ${request.url}`),
              headersTable(words('delivery.headers'), request.headers),
              output(pretty(request.body), words('delivery.request-body')),
            ]
          : [element('p', { class: 'aa-quiet' }, words('delivery.no-request'))]),
      ),
      section(
        words('delivery.event'),
        event
          ? output(JSON.stringify(event, null, 2), words('delivery.event'))
          : element('p', { class: 'aa-quiet' }, words('delivery.no-event')),
      ),
    ]
  }

  async #do(verb: 'redeliver' | 'cancel'): Promise<void> {
    if (this.#busy) return
    this.#busy = true
    try {
      await adminPost(`deliveries/${encodeURIComponent(this.#id)}/${verb}`, {})
      this.#said.textContent = words(`delivery.said.${verb}`)
    } catch (error) {
      this.#said.textContent = reasonOf(error as AdminError)
    }
    this.#busy = false
    this.#place.live.changed('deliveries')
  }

  #copyBash(control: HTMLButtonElement): void {
    if (!this.#delivery?.request) return
    const { script, problem } = scriptOf(this.#delivery)
    if (script === null) {
      this.#said.textContent = problem
      return
    }
    copyText(script, control, words('copied'))
    this.#said.textContent = problem
  }

  #copyLink(control: HTMLButtonElement): void {
    const address = new URL(window.location.href)
    address.hash = `artifact-automations/deliveries/${encodeURIComponent(this.#id)}`
    copyText(address.href, control, words('copied'))
  }

  #why(): void {
    if (!this.#delivery) return
    const { source, event_id: eventId } = this.#delivery
    if (source !== null) this.#place.openWhy(source, eventId)
  }
}
