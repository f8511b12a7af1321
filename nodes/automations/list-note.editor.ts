import { element, fill } from '../editor/element.js'
import { plainButton } from './dialog.editor.js'
import { words } from './words.editor.js'

/** The line between filters and rows: why a call failed, with a button to try again, or what a list does not say. */
export class ListNote {
  readonly element = element('div', { class: 'aa-list-note', role: 'status' })
  readonly #again: () => void

  constructor(again: () => void) {
    this.#again = again
  }

  failed(reason: string): void {
    const again = plainButton(words('button.again'), this.#again)
    again.classList.add('red-ui-button-small')
    fill(this.element, element('span', { class: 'aa-text-error' }, reason), again)
  }

  say(text: string): void {
    if (this.element.textContent !== text) fill(this.element, text === '' ? null : text)
  }
}

/** What a list shows that has nothing: a sentence, and what to do next. */
export function emptyState(text: string, ...actions: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'aa-empty' }, element('p', {}, text), ...actions)
}
