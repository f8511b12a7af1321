import { element } from '../editor/element.js'
import { disable, refuseDisabled } from './disable.editor.js'

export interface MenuItem {
  readonly label: string
  /** Why it cannot be chosen now; null when it can. */
  readonly unavailable?: string | null
  readonly choose: () => void
}

let close: (() => void) | null = null

/**
 * Opens a menu below its button (the pattern "Menu Button" of the ARIA Authoring Practices): the arrows, Home, End and
 * first letters move, Enter chooses, Escape and Tab close. It stands in the page beside what is redrawn.
 */
export function openMenu(button: HTMLElement, label: string, items: readonly MenuItem[]): void {
  close?.()
  const list = element('div', { class: 'aa-menu-list', role: 'menu', 'aria-label': label })
  const entries = items.map(({ label, unavailable, choose }) => {
    const entry = element('div', { role: 'menuitem', tabindex: '-1' }, label)
    disable(entry, unavailable ?? null)
    entry.addEventListener('click', () => {
      shut(true)
      choose()
    })
    return entry
  })
  list.append(...entries)
  refuseDisabled(list)
  const again = successorOf(button)
  const shut = (refocus: boolean) => {
    close = null
    document.removeEventListener('pointerdown', outside, true)
    list.remove()
    button.setAttribute('aria-expanded', 'false')
    if (refocus) again()?.focus()
  }
  const outside = ({ target }: Event) => {
    if (!list.contains(target as Node)) shut(false)
  }
  const focus = (index: number) => entries[(index + entries.length) % entries.length]?.focus()
  list.addEventListener('keydown', (event) => {
    const at = entries.indexOf(document.activeElement as HTMLDivElement)
    event.stopPropagation()
    if (event.key === 'ArrowDown') focus(at + 1)
    else if (event.key === 'ArrowUp') focus(at - 1)
    else if (event.key === 'Home') focus(0)
    else if (event.key === 'End') focus(-1)
    else if (event.key === 'Escape' || event.key === 'Tab') shut(true)
    else if (event.key === 'Enter' || event.key === ' ') entries[at]?.click()
    else if (event.key.length === 1) focus(nextWith(items, at, event.key))
    else return
    event.preventDefault()
  })
  close = () => shut(false)
  button.setAttribute('aria-expanded', 'true')
  document.body.append(list)
  place(list, button.getBoundingClientRect())
  document.addEventListener('pointerdown', outside, true)
  focus(0)
}

/** The row that a button stands in may be made anew meanwhile, or go: then its neighbour has the place. */
function successorOf(button: HTMLElement): () => HTMLElement | null {
  const line = button.closest<HTMLElement>('[data-key]')
  const [lines, { key = '' }, { control = '' }] = [line?.parentElement, line?.dataset ?? {}, button.dataset]
  return () => {
    if (button.isConnected || !lines) return button
    const same = lines.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)
    return (
      same?.querySelector<HTMLElement>(`[data-control="${control}"]`) ?? same ?? lines.querySelector('[tabindex="0"]')
    )
  }
}

function nextWith(items: readonly MenuItem[], at: number, letter: string): number {
  const order = items.map((_item, index) => (at + 1 + index) % items.length)
  return order.find((index) => items[index]?.label.toLowerCase().startsWith(letter.toLowerCase())) ?? at
}

/** Below its button, or above where there is no room, and within the window. */
function place(list: HTMLElement, button: DOMRect): void {
  const { width, height } = list.getBoundingClientRect()
  const below = button.bottom + height <= window.innerHeight
  list.style.top = `${Math.max(4, below ? button.bottom : button.top - height)}px`
  list.style.left = `${Math.max(4, Math.min(button.right - width, window.innerWidth - width - 4))}px`
}
