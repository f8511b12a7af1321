import type { Delivery } from '../../lib/delivery/delivery.js'
import { type AdminError, adminGet, adminPost } from '../editor/admin.js'
import { button, element, fill, newId } from '../editor/element.js'
import { nodesAfter } from '../editor/event/wires.js'
import type { Bucket } from './answers.js'
import { actionsOf } from './automation-actions.editor.js'
import { stateMarks } from './automation-marks.editor.js'
import { type AutomationRow, settingsOf } from './automation-rows.editor.js'
import type { Backtest } from './backtest-answer.js'
import { whyItCannotWork } from './cannot-work.editor.js'
import { plainButton } from './dialog.editor.js'
import { disable } from './disable.editor.js'
import { bars, lines } from './drawing.editor.js'
import { facts, output, section } from './facts.editor.js'
import { ListNote } from './list-note.editor.js'
import { type MenuItem, openMenu } from './menu.editor.js'
import type { Detail } from './panel.editor.js'
import { payloadList } from './payload-list.editor.js'
import type { Place } from './place.editor.js'
import { plainTable } from './plain-table.editor.js'
import { pathOf } from './query.js'
import { refill } from './refill.editor.js'
import { sourceName } from './sources.editor.js'
import { type Span, spanOf } from './spans.js'
import { deliveryWords, statusMark, timeMark } from './status-words.editor.js'
import { backtested } from './unsaved-nodes.editor.js'
import { reasonOf, times, triggerWords, words } from './words.editor.js'

/** What can be done is in the menu; this is often done. */
const TOOLS = ['show', 'edit', 'sample']
const DAY = 86_400_000
const ago = (days: number) => new Date(Date.now() - days * DAY).toISOString()

/** That the automation itself is why there is no answer, and not what was to give it. */
const isRefused = ({ status }: AdminError) => status === 400 || status === 404

/** One automation as W&B's page shows it: event, scope, pattern, payload, webhook, and how it has gone. */
export class AutomationView implements Detail {
  readonly title: Text
  readonly element: HTMLElement
  /** Its own: the same thing may be open twice. */
  readonly watched: string
  readonly #place: Place
  readonly #unwatch: () => void
  readonly #tools: ReadonlyMap<string, HTMLButtonElement>
  readonly #facts = element('div')
  readonly #numbers = element('div')
  readonly #payload = element('div')
  readonly #history = element('div')
  readonly #note = new ListNote(() => void this.#refresh())

  /** As the list has it now, or had it last. */
  #row: AutomationRow
  #payloadOf = ''

  constructor(place: Place, row: AutomationRow) {
    this.title = document.createTextNode(row.name)
    this.watched = newId('automation')
    this.#place = place
    this.#row = row
    this.#tools = new Map(
      TOOLS.map((name) => {
        const label = words(`action.${name}`)
        const press = () =>
          this.#actions()
            .find((item) => item.label === label)
            ?.choose()
        return [label, plainButton(label, press, 'red-ui-button-small')]
      }),
    )
    const named = () => words('button.actions-for', { name: this.#row.name })
    const more: HTMLButtonElement = button('', 'fa-ellipsis-v', () => openMenu(more, named(), this.#actions()), {
      'aria-label': named(),
      'aria-haspopup': 'menu',
      'aria-expanded': 'false',
      title: words('column.actions'),
    })
    this.element = element(
      'div',
      { class: 'aa-detail-body', tabindex: '-1' },
      element('div', { class: 'aa-tools' }, ...this.#tools.values(), more),
      this.#note.element,
      this.#facts,
      section(words('details.numbers'), this.#numbers),
      section(words('details.payload'), this.#payload),
      section(words('details.history'), this.#history),
    )
    place.live.watch(this.watched, ['deliveries', 'flows'], 3_000, () => this.#refresh())
    this.#unwatch = place.automations.onChange(() => {
      this.#show()
      more.setAttribute('aria-label', named())
    })
    this.#show()
  }

  closed(): void {
    this.#unwatch()
    this.#place.live.unwatch(this.watched)
  }

  #actions(): MenuItem[] {
    return actionsOf(this.#row, this.#place, (text) => this.#note.say(text))
  }

  /** What the workspace and the list know of it. */
  #show(): void {
    const now = this.#place.automations.now(this.#row)
    this.#row = now ?? { ...this.#row, node: null }
    this.title.data = this.#row.name
    for (const { label, unavailable } of this.#actions()) {
      const tool = this.#tools.get(label)
      if (tool) disable(tool, unavailable ?? null)
    }
    refill(this.#facts, now === null ? element('p', {}, words('details.gone')) : this.#known(now))
    void this.#showPayload()
  }

  #known(row: AutomationRow): HTMLElement {
    const node = row.node === null ? null : RED.nodes.node(row.node)
    const text = (property: string) => String(node?.[property] ?? '')
    return facts(
      [words('column.what'), row.sentence],
      [words('details.description'), row.description],
      [words('column.state'), ...stateMarks(row)],
      [words('column.source'), row.source === '' ? '' : sourceName(row.source)],
      [
        words('details.events'),
        row.events.map((type) => `${triggerWords(`artifact-event.event.${type}`)} (${type})`).join(', '),
      ],
      [words('details.scope'), node ? triggerWords(`artifact-event.scope.${settingsOf(node).scope}`) : ''],
      [words('details.project'), text('project')],
      [words('details.entity'), text('entity')],
      [words('details.collection'), text('collection')],
      [words('details.pattern'), text('pattern') === '' ? '' : element('code', {}, text('pattern'))],
      [words('column.webhook'), row.webhookNames.join(', ')],
    )
  }

  async #refresh(): Promise<void> {
    const { id } = this.#row
    try {
      const [hours, days, list] = await Promise.all([
        adminGet(pathOf('statistics', { automation: id, bucket: 'hour' })) as Promise<{ buckets: Bucket[] }>,
        adminGet(pathOf('statistics', { automation: id, bucket: 'day' })) as Promise<{ buckets: Bucket[] }>,
        adminGet(pathOf('deliveries', { automation: id, limit: '10' })) as Promise<{ deliveries: Delivery[] }>,
        this.#place.automations.refresh(),
      ])
      this.#note.say('')
      refill(this.#numbers, ...this.#sums(hours.buckets, days.buckets))
      refill(this.#history, ...this.#latest(list.deliveries))
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    }
  }

  #sums(hours: readonly Bucket[], days: readonly Bucket[]): Node[] {
    const spans: [string, Span][] = [
      [words('details.day'), spanOf(hours)],
      [words('details.week'), spanOf(days.slice(-7))],
      [words('details.month'), spanOf(days)],
    ]
    const rows = spans.map(([name, { fired, delivered, failed, rate }]) => [
      [name],
      [String(fired)],
      [String(delivered)],
      [String(failed)],
      [rate === null ? '–' : `${rate} %`],
    ])
    const month = spans[2]![1]
    const latencies = days.map(({ p50_ms: p50, p95_ms: p95 }) => ({ p50, p95 }))
    const last = latencies.findLast(({ p50 }) => p50 !== null)
    return [
      plainTable(
        words('table.numbers'),
        [
          words('details.span'),
          words('details.fired'),
          words('status.delivered'),
          words('status.failed'),
          words('details.rate'),
        ],
        rows,
        'aa-fits',
      ),
      element('p', { class: 'aa-quiet' }, words('details.bars')),
      bars(
        days.map(({ delivered, failed }) => ({ good: delivered, bad: failed })),
        words('details.bars-words', { delivered: month.delivered, failed: month.failed }),
        270,
        44,
      ),
      ...(last
        ? [
            element('p', { class: 'aa-quiet' }, words('details.latency')),
            lines(
              [latencies.map(({ p50 }) => p50), latencies.map(({ p95 }) => p95)],
              words('details.latency-words', { p50: Math.round(last.p50 ?? 0), p95: Math.round(last.p95 ?? 0) }),
              270,
              44,
            ),
            element(
              'p',
              { class: 'aa-quiet' },
              words('details.latency-words', { p50: Math.round(last.p50 ?? 0), p95: Math.round(last.p95 ?? 0) }),
            ),
          ]
        : []),
    ]
  }

  /** As it would be sent of the newest event that fires; before there is one, as its templates are written. */
  async #showPayload(): Promise<void> {
    const wish = backtested(this.#row)
    const broken = whyItCannotWork(this.#row)
    const text = JSON.stringify([wish, broken])
    if (text === this.#payloadOf) return
    this.#payloadOf = text
    if (broken !== null) {
      this.#showTemplate(broken)
      return
    }
    try {
      const answer = (await adminPost('automations/backtest', { ...wish, since: ago(30), limit: 1 })) as Backtest
      if (text !== this.#payloadOf) return
      const [result] = answer.results
      if (!result || result.payloads.length === 0) {
        this.#showTemplate()
        return
      }
      const isMade = result.payloads.some(({ body }) => body !== undefined)
      const of = words('details.payload-of', { time: times.full(result.received_at) })
      fill(this.#payload, isMade ? element('p', { class: 'aa-quiet' }, of) : null, ...payloadList(result.payloads))
    } catch (error) {
      if (text !== this.#payloadOf) return
      const why = reasonOf(error as AdminError)
      // what was deployed otherwise meanwhile is shown as it is written
      if (isRefused(error as AdminError)) {
        this.#showTemplate(why)
        return
      }
      this.#payloadOf = ''
      const note = new ListNote(() => void this.#showPayload())
      note.failed(why)
      refill(this.#payload, note.element)
    }
  }

  /** @param why it is not known what would be sent, if not because nothing fires it */
  #showTemplate(why?: string): void {
    const node = this.#row.node === null ? undefined : RED.nodes.node(this.#row.node)
    const template = node && nodesAfter(node, 'payload-template')[0]
    fill(
      this.#payload,
      element('p', { class: 'aa-quiet' }, why ?? words(template ? 'details.template' : 'details.no-template')),
      template ? output(String(template['template'] ?? ''), words('details.payload')) : null,
    )
  }

  #latest(deliveries: readonly Delivery[]): HTMLElement[] {
    const rows = deliveries.map((delivery) => {
      const open = element(
        'button',
        { type: 'button', class: 'aa-link', 'data-control': delivery.id },
        timeMark(delivery.created_at),
      )
      open.addEventListener('click', () => this.#place.openDelivery(delivery.id))
      return [
        [open],
        [statusMark(delivery.status, deliveryWords(delivery))],
        [delivery.webhook.name || delivery.webhook.id],
      ]
    })
    const all = button(words('button.show-deliveries'), 'fa-list', () =>
      this.#place.showDeliveries({ automation: this.#row.id }),
    )
    if (rows.length === 0) return [element('p', { class: 'aa-quiet' }, words('empty.deliveries'))]
    return [
      plainTable(
        words('details.history'),
        [words('column.when'), words('column.status'), words('column.webhook')],
        rows,
        'aa-fits',
      ),
      all,
    ]
  }
}
