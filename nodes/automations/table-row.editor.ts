import { element, fill } from '../editor/element.js'
import type { Column } from './table-head.editor.js'

/** A row of a long table that is in the page. */
export class TableRow<R> {
  readonly element: HTMLElement
  #row: R
  #text = ''
  /** Pixels. */
  #top = -1
  #tabIndex: 0 | -1 = -1

  constructor(key: string, row: R) {
    this.#row = row
    this.element = element('div', { class: 'aa-row', role: 'row', tabindex: '-1', 'data-key': key })
  }

  /** What it shows. */
  get row(): R {
    return this.#row
  }

  /** Makes its cells anew where something is different; the button that had the focus has it again. */
  show(row: R, columns: readonly Column<R>[]): void {
    const text = JSON.stringify(row)
    if (text === this.#text) return
    const focused = this.element.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null
    const control = focused?.dataset['control']
    this.#row = row
    this.#text = text
    const cells = columns.map(({ id, cell }) => element('div', { class: `aa-c-${id}`, role: 'cell' }, ...cell(row)))
    fill(this.element, ...cells)
    this.reach(this.#tabIndex)
    if (control !== undefined) this.element.querySelector<HTMLElement>(`[data-control="${control}"]`)?.focus()
  }

  /** @param height of each row, pixels */
  place(index: number, height: number): void {
    const top = index * height
    if (top === this.#top) return
    this.#top = top
    this.element.style.top = `${top}px`
    this.element.setAttribute('aria-rowindex', String(index + 2))
  }

  /** Whether Tab comes to it and its buttons. */
  reach(tabIndex: 0 | -1): void {
    this.#tabIndex = tabIndex
    this.element.tabIndex = tabIndex
    for (const control of this.element.querySelectorAll('button')) control.tabIndex = tabIndex
  }
}
