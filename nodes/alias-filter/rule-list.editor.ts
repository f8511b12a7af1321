import { compilePattern } from '../../lib/alias/pattern.js'
import { element, newId } from '../editor/element.js'
import { problemOf } from '../editor/form/check.js'
import type { Translate } from '../editor/red-editor.d.js'
import { type EditedRule, readRules } from './read-rules.editor.js'

/** What editableList keeps with a row. */
interface RowData {
  rule?: EditedRule
  /** The output that this rule had when the dialog opened. */
  output?: number
  row?: Row
}

/** A list of rules, to be changed, added, removed and put into another order. */
export class RuleList {
  onChange: () => void = () => {}
  /** Whether the saved rules could be shown. */
  readonly readable: boolean
  readonly #list: JQuery
  readonly #before: readonly EditedRule[]
  readonly #_: Translate
  #loading = true

  constructor(list: JQuery, saved: string, _: Translate) {
    const rules = readRules(saved)
    this.#list = list
    this.#_ = _
    this.#before = rules ?? []
    this.readable = rules !== null
    list.editableList({
      sortable: true,
      removable: true,
      height: 'auto',
      addItem: (container: JQuery, _index: number, data: RowData) => this.#add(container, data),
      removeItem: () => this.#changed(),
      sortItems: () => this.#changed(),
    })
    rules?.forEach((rule, output) => void list.editableList('addItem', { rule, output } satisfies RowData))
    this.#loading = false
    this.#changed()
  }

  #add(container: JQuery, data: RowData): void {
    const row = new Row(data.rule ?? { pattern: '', label: '' }, this.#_, () => this.#changed())
    data.row = row
    container.get(0)?.append(row.element)
    if (this.#loading) return
    row.focus()
    // the list has the row only when this call is over
    queueMicrotask(() => this.#changed())
  }

  #changed(): void {
    this.#rows.forEach(({ row }, index) => void row?.number(index + 1))
    // Node-RED's button for it is a cross without a name
    const removers = this.#list.find('.red-ui-editableList-item-remove')
    removers.each((index, link) =>
      link.setAttribute('aria-label', this.#_('alias-filter.label.remove', { number: index + 1 })),
    )
    this.onChange()
  }

  get #rows(): RowData[] {
    // Node-RED's list holds lists of one
    const rows = this.#list.editableList('items').toArray() as unknown as JQuery[]
    return rows.map((row) => row.data('data') as RowData)
  }

  get rules(): EditedRule[] {
    return this.#rows.map(({ row }) => row?.rule ?? { pattern: '', label: '' })
  }

  /** As it is saved. */
  get text(): string {
    return JSON.stringify(this.rules)
  }

  get changed(): boolean {
    return this.text !== JSON.stringify(this.#before)
  }

  /**
   * Where each output goes, so that wires stay with their rules: Node-RED's map from old to new numbers, "-1" for those
   * that are gone, and a key that is no number for each new one. "Otherwise" comes after the rules.
   */
  outputMap(otherwise: { before: boolean; now: boolean }): Record<string, string> {
    const rows = this.#rows
    const map: Record<string, string> = {}
    for (const old of this.#before.keys()) map[old] = String(rows.findIndex(({ output }) => output === old))
    for (const [index, { output }] of rows.entries()) if (output === undefined) map[`new ${index}`] = String(index)
    if (otherwise.before) map[this.#before.length] = otherwise.now ? String(rows.length) : '-1'
    else if (otherwise.now) map['otherwise'] = String(rows.length)
    return map
  }
}

class Row {
  readonly element: HTMLDivElement
  readonly #pattern: HTMLInputElement
  readonly #label: HTMLInputElement
  readonly #port: HTMLSpanElement
  readonly #problem: HTMLDivElement
  readonly #_: Translate
  readonly #saved: EditedRule

  constructor(rule: EditedRule, _: Translate, onChange: () => void) {
    this.#_ = _
    this.#saved = rule
    const problem = newId('rule')
    const field = (name: 'pattern' | 'label') => {
      const input = element('input', {
        type: 'text',
        class: `aa-${name}`,
        autocomplete: 'off',
        spellcheck: 'false',
        'aria-label': _(`alias-filter.label.${name}`),
        placeholder: _(`alias-filter.placeholder.${name}`),
      })
      input.value = rule[name]
      input.addEventListener('input', () => {
        this.#check()
        onChange()
      })
      return input
    }
    this.#pattern = field('pattern')
    this.#pattern.setAttribute('aria-describedby', problem)
    this.#label = field('label')
    this.#port = element('span', { class: 'aa-port' })
    this.#problem = element('div', { class: 'aa-rule-problem', id: problem, role: 'status', 'aria-live': 'polite' })
    this.element = element(
      'div',
      {},
      element('div', { class: 'aa-rule' }, this.#pattern, this.#label, this.#port),
      this.#problem,
    )
    this.#check()
  }

  #check(): void {
    const { pattern } = this.rule
    const problem = pattern === '' ? this.#_('alias-filter.error.empty') : problemOf(() => compilePattern(pattern))
    const fresh = pattern === '' && this.#saved.pattern === '' && this.#label.value === ''
    this.#problem.textContent = fresh ? '' : problem
    this.#pattern.classList.toggle('input-error', problem !== null && !fresh)
    this.#pattern.setAttribute('aria-invalid', String(problem !== null))
    this.#label.placeholder = pattern || this.#_('alias-filter.placeholder.label')
  }

  get rule(): EditedRule {
    return { pattern: this.#pattern.value, label: this.#label.value }
  }

  number(position: number): void {
    this.#port.textContent = `→ ${position}`
  }

  focus(): void {
    this.#pattern.focus()
  }
}
