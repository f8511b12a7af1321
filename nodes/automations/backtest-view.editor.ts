import { type AdminError, adminPost } from '../editor/admin.js'
import { element, fill } from '../editor/element.js'
import type { AutomationRow } from './automation-rows.editor.js'
import { type Backtest, type BacktestResult, isMissed } from './backtest-answer.js'
import { whyItCannotWork } from './cannot-work.editor.js'
import { ask, plainButton } from './dialog.editor.js'
import { disable } from './disable.editor.js'
import { bars } from './drawing.editor.js'
import { timeField, zoneLine } from './fields.editor.js'
import { ListNote } from './list-note.editor.js'
import type { Detail } from './panel.editor.js'
import { payloadList } from './payload-list.editor.js'
import type { Place } from './place.editor.js'
import { plainTable } from './plain-table.editor.js'
import { wished } from './query.js'
import { whyNothingIsSent } from './running.editor.js'
import { statusMark, timeMark } from './status-words.editor.js'
import { instantOf } from './times.js'
import { backtested } from './unsaved-nodes.editor.js'
import { reasonOf, words } from './words.editor.js'

const DAYS = 30
const LIMIT = 100

/** What an automation would have done with the events of a past time, and a way to send what it missed. */
export class BacktestView implements Detail {
  readonly title: string
  readonly element: HTMLElement
  readonly watched: string
  readonly #place: Place
  readonly #row: AutomationRow
  readonly #from = timeField('from', () => {})
  readonly #until = timeField('until', () => {})
  readonly #answer = element('div')
  readonly #note = new ListNote(() => void this.#run())
  #running = false

  constructor(place: Place, row: AutomationRow) {
    this.title = words('backtest.title', { name: row.name })
    this.watched = `backtest ${row.id}`
    this.#place = place
    this.#row = row
    const start = new Date(Date.now() - DAYS * 86_400_000)
    this.#from.value = localOf(start)
    const run = plainButton(words('button.run'), () => void this.#run(), 'primary')
    run.classList.add('red-ui-button-small')
    this.element = element(
      'div',
      { class: 'aa-detail-body' },
      element('p', { class: 'aa-quiet' }, words('backtest.hint')),
      element('div', { class: 'aa-fields' }, this.#from.element, this.#until.element, run, zoneLine()),
      this.#note.element,
      this.#answer,
    )
  }

  /** As it is by now. */
  get #now(): AutomationRow {
    return this.#place.automations.now(this.#row) ?? this.#row
  }

  get #wish() {
    return {
      automation: this.#now.id,
      ...wished({ since: instantOf(this.#from.value), until: instantOf(this.#until.value) }),
    }
  }

  async #run(): Promise<void> {
    if (this.#running) return
    const broken = whyItCannotWork(this.#now)
    if (broken !== null) {
      this.#note.failed(broken)
      return
    }
    this.#running = true
    this.#note.say(words('backtest.running'))
    try {
      const asked = backtested(this.#now)
      const wish = { ...this.#wish, limit: LIMIT, ...asked }
      const answer = (await adminPost('automations/backtest', wish)) as Backtest
      this.#note.say(answer.note.join(' '))
      fill(this.#answer, ...this.#parts(answer, asked.nodes !== undefined))
    } catch (error) {
      this.#note.failed(reasonOf(error as AdminError))
    } finally {
      this.#running = false
    }
  }

  #parts(
    { looked_at: lookedAt, fired, sent, missed, days, results, next }: Backtest,
    isUnsaved: boolean,
  ): HTMLElement[] {
    const told = words('backtest.sum', { looked: lookedAt, fired, sent, missed })
    const send = plainButton(words('button.send-missed'), () => this.#askToSend(missed))
    send.classList.add('red-ui-button-small')
    const none = missed === 0 ? words('backtest.none-missed') : null
    const why = whyNothingIsSent(this.#now) ?? (isUnsaved ? words('action.deploy-first') : none)
    disable(send, why)
    const drawing = bars(
      days.map((day) => ({ good: day.fired, bad: 0 })),
      words('backtest.bars', { fired }),
      270,
      36,
    )
    return [
      element('p', { role: 'status' }, told),
      ...(fired > 0 ? [element('div', {}, drawing)] : []),
      element('div', { class: 'aa-tools' }, send),
      plainTable(
        words('table.backtest'),
        [
          words('column.received'),
          words('column.type'),
          words('column.subject'),
          words('column.became'),
          words('details.payload'),
        ],
        results.map((result) => this.#cells(result)),
        'aa-stacks',
      ),
      ...(next === null
        ? []
        : [element('p', { class: 'aa-quiet' }, words('backtest.more', { number: results.length }))]),
    ]
  }

  #cells(result: BacktestResult): (Node | string)[][] {
    const payloads = payloadList(result.payloads)
    return [
      [timeMark(result.received_at)],
      [result.event_type],
      [result.subject],
      [
        ...result.deliveries.flatMap(({ id, status }) => {
          const open = element(
            'button',
            { type: 'button', class: 'aa-link' },
            statusMark(status, words(`status.${status}`)),
          )
          open.addEventListener('click', () => this.#place.openDelivery(id))
          return [open, ' ']
        }),
        ...(isMissed(result) ? [statusMark('not-deployed', words('backtest.missed'))] : []),
      ],
      [
        ...(result.payloads.some(({ body }) => body !== undefined)
          ? [element('details', {}, element('summary', {}, words('backtest.payload')), ...payloads)]
          : payloads),
      ],
    ]
  }

  #askToSend(missed: number): void {
    const {
      automation,
      since = new Date(0).toISOString(),
      until,
    } = this.#wish as { automation: string; since?: string; until?: string }
    ask({
      title: words('catch-up.title'),
      content: [element('p', {}, words('catch-up.question', { number: missed }))],
      action: words('button.send-missed'),
      act: async (dialog) => {
        const close = plainButton(words('button.close'), () => dialog.close(), 'primary')
        try {
          const call = { automation, since, ...(until !== undefined && { until }) }
          const { handed_over: count } = (await adminPost('automations/catch-up', call)) as { handed_over: number }
          dialog.show([element('p', { role: 'status' }, words('catch-up.done', { number: count }))], [close])
          this.#place.live.changed('deliveries')
          await this.#run()
          close.focus()
        } catch (error) {
          dialog.show([element('p', { role: 'alert', class: 'aa-text-error' }, reasonOf(error as AdminError))], [close])
        }
      },
    })
  }
}

/** A moment as fields for local times hold it. */
function localOf(at: Date): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}
