/** No attribute that holds code or an address. */
type Attributes = Readonly<Record<string, string | boolean | undefined>> & {
  readonly [name in `on${string}` | 'href' | 'src' | 'srcdoc']?: never
}
type Child = Node | string | null

/** Makes an element. Children that are texts stay texts: nothing here ever reads HTML. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '')
    else if (typeof value === 'string') made.setAttribute(name, value)
  }
  made.append(...children.filter((child) => child !== null))
  return made
}

/** A push button as Node-RED has them, with an icon (its name in Font Awesome 4) before the words. */
export function button(
  words: string,
  icon: string,
  onClick: () => void,
  attributes: Attributes = {},
): HTMLButtonElement {
  const made = element(
    'button',
    { type: 'button', class: 'red-ui-button red-ui-button-small', ...attributes },
    element('i', { class: `fa ${icon}`, 'aria-hidden': 'true' }),
    words === '' ? null : ` ${words}`,
  )
  made.addEventListener('click', onClick)
  return made
}

/** Puts new children in place of the old ones. */
export function fill(parent: Element, ...children: readonly Child[]): void {
  parent.replaceChildren(...children.filter((child) => child !== null))
}

/** The element with this id. @throws when the form has none: a form and its code belong together */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (!found) throw new Error(`The dialog has no #${id}`)
  return found as E
}

let last = 0

/** An id for an element that others refer to, as labels do. */
export function newId(purpose: string): string {
  last += 1
  return `artifact-automations-${purpose}-${last}`
}
