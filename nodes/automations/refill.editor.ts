import { element, fill } from '../editor/element.js'

/** What can have the focus in what is shown. */
const FOCUSABLE = 'button, summary, [tabindex]'

/**
 * Puts what is known now in place of what was shown before, of the same make: what somebody has unfolded or folded stays
 * so, and what had the focus has it again. A control that stands for something says for what in `data-control`. What is
 * the same is left alone, so that it can be read and copied.
 */
export function refill(place: Element, ...children: readonly (Node | string | null)[]): void {
  const made = element('div', {}, ...children)
  const isSame = made.childNodes.length === place.childNodes.length
  if (isSame && [...place.childNodes].every((child, index) => child.isEqualNode(made.childNodes[index] ?? null))) return
  const folds = new Map(Array.from(foldsIn(place), ([key, { open }]) => [key, open]))
  const focus = [...keyed(place, FOCUSABLE)].find(([, control]) => control === document.activeElement)?.[0]
  fill(place, ...made.childNodes)
  for (const [key, fold] of foldsIn(place)) fold.open = folds.get(key) ?? fold.open
  if (focus !== undefined) keyed(place, FOCUSABLE).get(focus)?.focus({ preventScroll: true })
}

const foldsIn = (place: Element) => keyed<HTMLDetailsElement>(place, 'details')

/** Elements by what they are and say, and where that comes again, by which of them it is. */
function keyed<E extends HTMLElement>(place: Element, selector: string): Map<string, E> {
  const found = new Map<string, E>()
  for (const each of place.querySelectorAll<E>(selector)) {
    const said = each.matches('details') ? each.querySelector('summary') : each
    const name = `${each.tagName} ${each.dataset['control'] ?? said?.textContent}`
    let key = name
    for (let count = 2; found.has(key); count += 1) key = `${name} ${count}`
    found.set(key, each)
  }
  return found
}
