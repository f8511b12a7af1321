import { button, element } from '../editor/element.js'
import { zoneLine } from './fields.editor.js'
import type { ListNote } from './list-note.editor.js'
import { words } from './words.editor.js'

interface Parts {
  readonly bar: HTMLElement
  readonly note: ListNote
  readonly table: { readonly element: HTMLElement }
  /** Where it says that there is nothing. */
  readonly empty: HTMLElement
}

/** A tab's list: filters, what is to be said, rows, and the zone of its times. */
export const listPage = ({ bar, note, table, empty }: Parts): HTMLElement =>
  element('div', { class: 'aa-view' }, bar, note.element, table.element, empty, zoneLine())

/** A button of a row, which has room for a sign alone. @param name also by which it is found when its row is made anew */
export function iconButton(
  name: string,
  sign: string,
  press: (button: HTMLButtonElement) => void,
  control = name,
): HTMLButtonElement {
  const label = words(`button.${name}`)
  const made: HTMLButtonElement = button('', sign, () => press(made), {
    'aria-label': label,
    title: label,
    'data-control': control,
  })
  return made
}
