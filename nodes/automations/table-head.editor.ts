import { element } from '../editor/element.js'

type Piece = Node | string | null

export interface Column<R> {
  /** Also its place in the grid, as the styles have it. */
  readonly id: string
  readonly label: string
  readonly cell: (row: R) => readonly Piece[]
  /** It can be sorted by. */
  readonly sorts?: boolean
}

/** The headings of columns; those that can be sorted by are buttons. */
export function headings<R>(columns: readonly Column<R>[], sort: (column: string) => void): HTMLElement[] {
  return columns.map(({ id, label, sorts }) => {
    const heading = element('div', { class: `aa-c-${id}`, role: 'columnheader', 'data-column': id })
    if (!sorts) {
      heading.append(element('span', {}, label))
      return heading
    }
    const button = element('button', { type: 'button' }, label)
    button.addEventListener('click', () => sort(id))
    heading.append(button)
    return heading
  })
}

export function markSorted(head: HTMLElement, column: string, direction: 'ascending' | 'descending'): void {
  for (const heading of head.querySelectorAll<HTMLElement>('[role=columnheader]')) {
    if (heading.dataset['column'] === column) heading.setAttribute('aria-sort', direction)
    else heading.removeAttribute('aria-sort')
  }
}
