import { element, newId } from '../editor/element.js'
import { words } from './words.editor.js'

/** Tabs as the ARIA Authoring Practices have them: the arrows, Home and End choose. */
export class TabList<T extends string> {
  readonly element: HTMLElement
  readonly #buttons: ReadonlyMap<T, HTMLButtonElement>
  readonly #onChoose: (name: T) => void
  #chosen: T

  constructor(names: readonly T[], label: string, onChoose: (name: T) => void) {
    this.#onChoose = onChoose
    this.#chosen = names[0] as T
    this.#buttons = new Map(names.map((name) => [name, this.#tab(name)]))
    this.element = element('div', { class: 'aa-tabs', role: 'tablist', 'aria-label': label }, ...this.#buttons.values())
    this.element.addEventListener('keydown', (event) => {
      const at = names.indexOf(this.#chosen)
      const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key]
      if (to === undefined) return
      event.preventDefault()
      event.stopPropagation()
      this.choose(names.at(to % names.length) as T)
      this.focus()
    })
  }

  #tab(name: T): HTMLButtonElement {
    const tab = element(
      'button',
      { type: 'button', role: 'tab', id: newId('tab'), 'aria-controls': `artifact-automations-panel-${name}` },
      words(`tab.${name}`),
    )
    tab.addEventListener('click', () => this.choose(name))
    return tab
  }

  idOf(name: T): string {
    return this.#buttons.get(name)?.id ?? ''
  }

  get chosen(): T {
    return this.#chosen
  }

  choose(name: T): void {
    this.#chosen = name
    for (const [own, tab] of this.#buttons) {
      tab.setAttribute('aria-selected', String(own === name))
      tab.tabIndex = own === name ? 0 : -1
    }
    this.#onChoose(name)
  }

  focus(): void {
    this.#buttons.get(this.#chosen)?.focus()
  }
}
