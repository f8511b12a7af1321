import { button, element } from '../editor/element.js'
import { csvOf } from './delimited.js'
import { flatRow } from './flat-row.js'
import { openMenu } from './menu.editor.js'
import { words } from './words.editor.js'

/** A button that gives what a list shows, as it is known now, as a file. */
export function downloads(name: string, rows: () => readonly object[]): HTMLElement {
  const give = (type: string, ending: string, text: string) => {
    const address = URL.createObjectURL(new Blob([text], { type }))
    const link = element('a', { download: `${name}.${ending}` })
    link.setAttribute('href', address)
    link.click()
    URL.revokeObjectURL(address)
  }
  const label = words('button.export')
  const open: HTMLButtonElement = button(
    '',
    'fa-download',
    () =>
      openMenu(open, label, [
        { label: words('export.csv'), choose: () => give('text/csv', 'csv', asCsv(rows())) },
        {
          label: words('export.json'),
          choose: () => give('application/json', 'json', JSON.stringify(rows(), null, 2)),
        },
      ]),
    { 'aria-label': label, title: label, 'aria-haspopup': 'menu', 'aria-expanded': 'false' },
  )
  return open
}

function asCsv(rows: readonly object[]): string {
  const flat = rows.map(flatRow)
  const columns = [...new Set(flat.flatMap((row) => Object.keys(row)))]
  return csvOf(
    columns,
    flat.map((row) => columns.map((column) => row[column] ?? null)),
  )
}
