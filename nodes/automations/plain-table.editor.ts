import { element } from '../editor/element.js'

type Piece = Node | string | null

/** A short table, all of it in the page. */
export function plainTable(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly (readonly Piece[])[])[],
  kind = '',
): HTMLElement {
  const row = (role: 'columnheader' | 'cell', cells: readonly (readonly Piece[])[]) =>
    element('div', { role: 'row', class: 'aa-plain-row' }, ...cells.map((cell) => element('div', { role }, ...cell)))
  return element(
    'div',
    { class: `aa-plain ${kind}`, role: 'table', 'aria-label': name, style: `--aa-columns: ${columns.length}` },
    element(
      'div',
      { role: 'rowgroup', class: 'aa-plain-head' },
      row(
        'columnheader',
        columns.map((column) => [column]),
      ),
    ),
    rows.length === 0 ? null : element('div', { role: 'rowgroup' }, ...rows.map((cells) => row('cell', cells))),
  )
}
