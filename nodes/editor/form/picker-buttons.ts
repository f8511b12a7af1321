/** Node-RED's own words for the two buttons beside the choice of a config node. */
const BUTTONS = { edit: 'editor.editConfig', add: 'editor.addNewConfig' } as const

/**
 * Lets a keyboard reach the buttons beside the choice of a config node, and gives them a name: Node-RED makes them of
 * links that lead nowhere, which are left out by Tab and silent to screen readers.
 */
export function reachPickerButtons(prefix: string, property: string, type: string): void {
  const links = Object.entries(BUTTONS).flatMap(([part, words]) => {
    const link = document.getElementById(`${prefix}-btn-${property}-${part}`)
    if (!link) return []
    link.setAttribute('role', 'button')
    link.setAttribute('tabindex', '0')
    link.setAttribute('aria-label', RED._(words, { type }))
    link.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      link.click()
    })
    return [link]
  })
  const update = () => {
    for (const link of links) link.setAttribute('aria-disabled', String(link.classList.contains('disabled')))
  }
  $(`#${prefix}-${property}`).on('change', update)
  update()
}
