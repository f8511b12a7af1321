import { element, newId } from '../element.js'
import { words } from './words.js'

/** Asks before something that was typed is thrown away. */
export function askToLeave(leave: () => void): void {
  const id = newId('leave')
  const stay = element('button', { type: 'button', class: 'red-ui-button' }, words('stay'))
  const sure = element('button', { type: 'button', class: 'red-ui-button primary' }, words('leave'))
  const dialog = element(
    'dialog',
    { class: 'aa-ask', 'aria-labelledby': id },
    element('p', { id }, words('leave-question')),
    element('div', { class: 'aa-ask-foot' }, stay, sure),
  )
  stay.addEventListener('click', () => dialog.close())
  sure.addEventListener('click', () => {
    dialog.close()
    leave()
  })
  // the editor has shortcuts of its own
  dialog.addEventListener('keydown', (event) => event.stopPropagation())
  dialog.addEventListener('close', () => dialog.remove())
  document.body.append(dialog)
  dialog.showModal()
}
