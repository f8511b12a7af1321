import { element, newId } from '../editor/element.js'

type Piece = Node | string | null

/** Names with what they are, one below the other; what is empty is left out. */
export function facts(...rows: readonly (readonly [name: string, ...value: Piece[]])[]): HTMLElement {
  const told = rows.filter(([, ...value]) => value.some((piece) => piece !== null && piece !== ''))
  return element(
    'dl',
    { class: 'aa-facts' },
    ...told.flatMap(([name, ...value]) => [element('dt', {}, name), element('dd', {}, ...value)]),
  )
}

/** A part of a page under a heading. */
export function section(title: string, ...content: readonly Piece[]): HTMLElement {
  const id = newId('section')
  return element(
    'div',
    { class: 'aa-section-of', role: 'group', 'aria-labelledby': id },
    element('h3', { id }, title),
    ...content,
  )
}

/** A text as it is, which may be long. */
export const output = (text: string, label: string): HTMLElement =>
  element('pre', { class: 'aa-output', role: 'region', tabindex: '0', 'aria-label': label }, text)

/** JSON made readable; anything else as it is. */
export function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

export function headersTable(
  label: string,
  list: Readonly<Record<string, string | readonly string[]>>,
): HTMLElement | null {
  const rows = Object.entries(list)
  if (rows.length === 0) return null
  return element(
    'details',
    { class: 'aa-headers' },
    element('summary', {}, label),
    facts(...rows.map(([name, value]): [string, string] => [name, [value].flat().join(', ')])),
  )
}
