import { element, newId } from '../editor/element.js'

/** Each reason once in the page, to be referred to by whatever is out of use because of it. */
const reasons = new Map<string, HTMLElement>()

function idOf(reason: string): string {
  let told = reasons.get(reason)
  if (!told) {
    told = element('span', { id: newId('reason'), hidden: true }, reason)
    reasons.set(reason, told)
    document.body.append(told)
  }
  return told.id
}

/**
 * Takes a control out of use and says why, or brings it back with null. It stays where Tab comes to, since who has no mouse
 * wants to hear the reason, too: a screen reader says it with the name, `refuseDisabled` when it is pressed.
 */
export function disable(control: HTMLElement, reason: string | null): void {
  if (reason === null) {
    if (!control.hasAttribute('aria-disabled')) return
    for (const name of ['aria-disabled', 'aria-describedby']) control.removeAttribute(name)
    // a sign alone has its name there
    control.title = control.getAttribute('aria-label') ?? ''
    return
  }
  control.setAttribute('aria-disabled', 'true')
  control.setAttribute('aria-describedby', idOf(reason))
  control.title = reason
}

/** Within this nothing happens when something is pressed that is out of use, but that it says why. */
export function refuseDisabled(root: HTMLElement): void {
  root.addEventListener(
    'click',
    (event) => {
      const control = (event.target as Element).closest('[aria-disabled=true][aria-describedby]')
      if (!control) return
      event.stopImmediatePropagation()
      event.preventDefault()
      const reason = document.getElementById(control.getAttribute('aria-describedby') ?? '')
      say(reason?.textContent ?? '', control)
    },
    true,
  )
}

/** Beside the control, until the next key or press. */
function say(reason: string, control: Element): void {
  document.querySelector('.aa-reason')?.remove()
  const said = element('div', { class: 'aa-reason', role: 'alert' }, reason)
  const over = control.closest('dialog') ?? document.body
  over.append(said)
  place(said, control.getBoundingClientRect(), control.matches('[role=menuitem]'))
  const gone = new AbortController()
  const end = () => {
    gone.abort()
    said.remove()
  }
  for (const kind of ['keydown', 'pointerdown', 'wheel'])
    document.addEventListener(kind, end, { capture: true, signal: gone.signal, passive: true })
}

/** Below or above, and within the window. @param isListed others stand above and below, so it goes to the left if it can */
function place(said: HTMLElement, { left, bottom, top }: DOMRect, isListed: boolean): void {
  const { width, height } = said.getBoundingClientRect()
  const isLeft = isListed && left - width - 4 >= 4
  const x = isLeft ? left - width - 4 : Math.max(4, Math.min(left, window.innerWidth - width - 4))
  const below = isLeft ? top : bottom + 2
  said.style.left = `${x}px`
  said.style.top = `${below + height <= window.innerHeight ? below : Math.max(4, top - height - 2)}px`
}
