import { element, newId } from '../editor/element.js'
import { refuseDisabled } from './disable.editor.js'
import { words } from './words.editor.js'

interface DialogOptions {
  readonly title: string
  readonly content: readonly Node[]
  /** The button that does it. */
  readonly action: string
  /** While it works the dialog stays: what it shows then. */
  readonly act: (dialog: OpenDialog) => Promise<void> | void
}

export interface OpenDialog {
  /** Puts something else into the dialog, and other buttons below it. */
  show(content: readonly Node[], buttons: readonly HTMLButtonElement[]): void
  close(): void
  /** Aborts when the dialog is closed. */
  readonly signal: AbortSignal
}

/** A question that keeps everything else waiting; Escape and *Cancel* leave all as it is. */
export function ask({ title, content, action, act }: DialogOptions): void {
  const id = newId('dialog')
  const asker = document.activeElement as HTMLElement | null
  const body = element('div', { class: 'aa-dialog-body' }, ...content)
  const foot = element('div', { class: 'aa-dialog-foot' })
  const dialog = element(
    'dialog',
    { class: 'aa-dialog aa-side-look', 'aria-labelledby': id },
    element('h2', { id }, title),
    body,
    foot,
  )
  const gone = new AbortController()
  const open: OpenDialog = {
    signal: gone.signal,
    close: () => dialog.close(),
    show(content, buttons) {
      body.replaceChildren(...content)
      foot.replaceChildren(...buttons)
      buttons.at(-1)?.focus()
    },
  }
  const cancel = plainButton(words('button.cancel'), () => dialog.close())
  const sure = plainButton(
    action,
    () => {
      sure.disabled = true
      void act(open)
    },
    'primary',
  )
  foot.append(cancel, sure)
  // the editor has shortcuts of its own
  dialog.addEventListener('keydown', (event) => event.stopPropagation())
  dialog.addEventListener('close', () => {
    gone.abort()
    dialog.remove()
    if (asker?.isConnected) asker.focus()
  })
  refuseDisabled(dialog)
  document.body.append(dialog)
  dialog.showModal()
}

export function plainButton(label: string, press: () => void, kind = ''): HTMLButtonElement {
  const button = element('button', { type: 'button', class: `red-ui-button ${kind}` }, label)
  button.addEventListener('click', press)
  return button
}
