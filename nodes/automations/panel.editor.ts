import { element } from '../editor/element.js'
import { words } from './words.editor.js'

/** What opens over a list, in its place. */
export interface Detail {
  /** A text node where it may become another. */
  readonly title: string | Text
  readonly element: HTMLElement
  /** It is not in sight any more. */
  closed?(): void
}

/** The place of one tab: its list, and above it what was opened, each with *Back*. */
export class Panel {
  readonly element: HTMLElement
  readonly #list: HTMLElement
  readonly #open: { readonly layer: HTMLElement; readonly detail: Detail; readonly asker: Element | null }[] = []
  /** The list is in sight again, with what had the focus gone. */
  onReturn: () => void = () => {}

  constructor(name: string, labelledBy: string, list: HTMLElement) {
    this.#list = list
    this.element = element(
      'div',
      { class: 'aa-panel', role: 'tabpanel', id: `artifact-automations-panel-${name}`, 'aria-labelledby': labelledBy },
      list,
    )
    this.element.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#open.length === 0 || event.defaultPrevented) return
      event.preventDefault()
      event.stopPropagation()
      this.back()
    })
  }

  get isOpen(): boolean {
    return this.#open.length > 0
  }

  open(detail: Detail): void {
    const asker = document.activeElement
    const back = element(
      'button',
      { type: 'button', class: 'red-ui-button red-ui-button-small aa-back' },
      element('i', { class: 'fa fa-chevron-left', 'aria-hidden': 'true' }),
      ` ${words('button.back')}`,
    )
    back.addEventListener('click', () => this.back())
    const layer = element(
      'div',
      { class: 'aa-detail' },
      element('div', { class: 'aa-detail-head' }, back, element('h2', {}, detail.title)),
      detail.element,
    )
    this.#shown.hidden = true
    this.#open.push({ layer, detail, asker })
    this.element.append(layer)
    back.focus()
  }

  back(): void {
    const top = this.#open.pop()
    if (!top) return
    top.layer.remove()
    top.detail.closed?.()
    this.#shown.hidden = false
    if (top.asker instanceof HTMLElement && top.asker.isConnected && top.asker !== document.body) top.asker.focus()
    else if (!this.isOpen) this.onReturn()
  }

  /** Back to the list, whatever is open. */
  home(): void {
    while (this.#open.length > 0) this.back()
  }

  get #shown(): HTMLElement {
    return this.#open.at(-1)?.layer ?? this.#list
  }
}
