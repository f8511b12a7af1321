import { type AdminError, adminGet } from '../editor/admin.js'
import { element, newId } from '../editor/element.js'
import type { ExplainAnswer, Explanation } from './answers.js'
import { facts, output, section } from './facts.editor.js'
import { ListNote } from './list-note.editor.js'
import type { Detail } from './panel.editor.js'
import type { Place } from './place.editor.js'
import { plainTable } from './plain-table.editor.js'
import { pathOf } from './query.js'
import { quoted } from './quoted.editor.js'
import { refill } from './refill.editor.js'
import { deliveryWords, statusMark, timeMark } from './status-words.editor.js'
import { type Verdict, verdictOf } from './verdict.js'
import { reasonOf, words } from './words.editor.js'

/** Which automations an event started, which not, and on which condition each failed. */
export class WhyView implements Detail {
  readonly title = words('why.title')
  readonly element: HTMLElement
  /** Its own: the same thing may be open twice. */
  readonly watched: string
  readonly #place: Place
  readonly #path: string
  readonly #content = element('div')
  readonly #note = new ListNote(() => void this.#refresh())

  constructor(place: Place, source: string, eventId: string) {
    this.#place = place
    this.#path = pathOf('events/explain', { source, event_id: eventId })
    this.watched = newId('why')
    this.element = element('div', { class: 'aa-detail-body' }, this.#note.element, this.#content)
    place.live.watch(this.watched, ['flows'], 5_000, () => this.#refresh())
  }

  closed(): void {
    this.#place.live.unwatch(this.watched)
  }

  async #refresh(): Promise<void> {
    try {
      const answer = (await adminGet(this.#path)) as ExplainAnswer
      this.#note.say(answer.note.join(' '))
      refill(this.#content, ...this.#parts(answer))
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  #parts({ event, received_at: receivedAt, automations }: ExplainAnswer): HTMLElement[] {
    const order: Verdict[] = ['fired', 'would-fire', 'would-not-fire', 'not-fired']
    const rows = automations
      .map((row) => ({ row, verdict: verdictOf(row, receivedAt) }))
      .sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))
    return [
      facts(
        [words('column.type'), event.event_type],
        [
          words('column.artifact'),
          event.artifact_version_string ?? event.artifact_collection_name ?? event.run_name ?? '',
        ],
        [words('column.subject'), event.alias ?? event.tag ?? ''],
        [words('column.received'), timeMark(receivedAt, '')],
      ),
      plainTable(
        words('table.why'),
        [words('column.automation'), words('column.verdict'), words('column.reason')],
        rows.map(({ row, verdict }) => [[row.name || row.id], [this.#mark(verdict)], this.#reasons(row)]),
        'aa-reasons',
      ),
      section(words('delivery.event'), output(JSON.stringify(event, null, 2), words('delivery.event'))),
    ]
  }

  #mark(verdict: Verdict): HTMLElement {
    return statusMark(verdict === 'fired' || verdict === 'would-fire' ? 'fired' : 'not-fired', words(`why.${verdict}`))
  }

  #reasons(row: Explanation): HTMLElement[] {
    const list = [
      ...row.conditions.map(
        ({ name, met, reason }) => `${words(`why.met.${met}`)} ${words(`why.condition.${name}`)}: ${reason}`,
      ),
      ...row.path.map(
        ({ node, verdict, reason }) => `→ ${node.name || node.type}: ${words(`why.path.${verdict}`)}. ${reason}`,
      ),
    ]
    const made = row.deliveries.flatMap((delivery, index) => {
      const { id, webhook } = delivery
      const became = deliveryWords(delivery)
      const text = row.deliveries.length === 1 ? became : `${webhook.name || webhook.id}: ${became}`
      const open = element('button', { type: 'button', class: 'aa-link', 'data-control': id }, text)
      open.addEventListener('click', () => this.#place.openDelivery(id))
      return index === 0 ? [open] : [', ', open]
    })
    return [
      inShort(row),
      element(
        'details',
        {},
        element('summary', {}, words('why.all')),
        element('ul', {}, ...list.map((text) => element('li', {}, ...quoted(text)))),
      ),
      ...(made.length > 0 ? [element('div', {}, `${words('why.deliveries')} `, ...made)] : []),
    ]
  }
}

/** The condition that failed, else what becomes of the event: what each sender does, and who else drops it on its way. */
function inShort({ conditions, path }: Explanation): HTMLElement {
  const failed = conditions.find(({ met }) => met === false)
  const ends = path.filter(({ node, verdict }) => node.type === 'webhook-sender' || verdict === 'drops')
  const told = new Set(ends.map(({ node, reason }) => (node.name ? `${node.name}: ${reason}` : reason)))
  if (failed || told.size < 2) {
    const [only = path.at(-1)] = ends
    return element('div', {}, ...quoted(failed?.reason ?? only?.reason ?? words('why.all-met')))
  }
  return element('ul', {}, ...Array.from(told, (text) => element('li', {}, ...quoted(text))))
}
