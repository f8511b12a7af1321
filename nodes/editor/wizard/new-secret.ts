import { element, newId } from '../element.js'
import { Note } from '../form/note.js'
import { readable } from '../outside-text.js'
import type { EditorNode } from '../red-editor.d.js'
import { shared } from '../shared.js'
import { type DraftConfigs, draftOf } from './draft.js'
import { words } from './words.js'

/** Fields for a secret that is being made. Its value stays where Node-RED keeps those that are not deployed yet. */
export class NewSecret {
  readonly element: HTMLElement
  readonly node: EditorNode
  readonly #name = element('input', {
    type: 'text',
    id: newId('secret'),
    autocomplete: 'off',
    spellcheck: 'false',
    class: 'aa-mono',
  })
  readonly #value = element('input', { type: 'password', id: newId('secret'), autocomplete: 'new-password' })
  readonly #notes: readonly [Note, Note]

  /** @param onName when it is called something else */
  constructor(drafts: DraftConfigs, onName: (name: string) => void) {
    const credentials = { value: '', has_value: false, _: { has_value: false } }
    this.node = drafts.add(draftOf('automation-secret', { name: '', credentials }))
    this.element = element(
      'div',
      { class: 'aa-inset', role: 'group', 'aria-label': words('new-secret') },
      row(words('secret-name'), this.#name),
      row(words('secret-value'), this.#value),
    )
    this.#notes = [new Note(this.#name), new Note(this.#value)]
    this.#name.addEventListener('input', () => {
      this.node.name = this.#name.value
      onName(this.#name.value)
      this.#judge()
    })
    this.#value.addEventListener('input', () => {
      const held = this.node['credentials'] as typeof credentials
      held.value = this.#value.value
      held.has_value = this.#value.value !== ''
      this.#notes[1].clear()
    })
  }

  focus(): void {
    this.#name.focus()
  }

  #judge(): boolean {
    const verdict = shared()?.dialogs['automation-secret']?.judge(this.node, 'name', this.#name.value) ?? true
    this.#notes[0].say('error', verdict === true ? '' : readable(verdict))
    return verdict === true
  }

  /** Says what is wrong. @returns the field that is */
  insist(): HTMLElement | null {
    const named = this.#judge()
    const valued = this.#value.value !== ''
    this.#notes[1].say('error', valued ? '' : words('secret-value-missing'))
    return named ? (valued ? null : this.#value) : this.#name
  }
}

/** A field with its label, as dialogs have them. */
export function row(label: string, field: HTMLElement): HTMLElement {
  return element('div', { class: 'form-row' }, element('label', { for: field.id }, label), ' ', field)
}
