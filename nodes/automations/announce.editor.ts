import { notify } from '../editor/outside-text.js'
import { whenFlowsAreLoaded } from './flows-loaded.editor.js'
import { type Trouble, troubleWords } from './troubles.editor.js'

/** Milliseconds. */
const SHOWN = 10_000

/**
 * Says once of each webhook and source that it is in trouble, and marks the tab as long as it is. Which are, the server
 * tells over the editor's own connection.
 */
export function announce(tab: string): void {
  const told = new Set<string>()
  let latest: readonly Trouble[] = []
  RED.comms.subscribe('artifact-automations/#', (topic, data) => {
    if (topic !== 'artifact-automations/troubles') return
    latest = (data as { troubles?: Trouble[] }).troubles ?? []
    // before the flows are there, nothing has a name
    whenFlowsAreLoaded(() => tell(latest))
  })

  const tell = (troubles: readonly Trouble[]) => {
    const keys = troubles.map(({ kind, id }) => `${kind} ${id}`)
    for (const [index, trouble] of troubles.entries()) {
      const key = keys[index] as string
      if (told.has(key)) continue
      told.add(key)
      notify(troubleWords(trouble), { type: 'warning', timeout: SHOWN })
    }
    // what is well again is told of when it is in trouble once more
    for (const key of told) if (!keys.includes(key)) told.delete(key)
    mark(tab, troubles)
  }
}

/** The tab's button is another thing in each version of the editor. */
function mark(tab: string, troubles: readonly Trouble[]): void {
  const title = RED._('@artifact-automations/node-red/automations:automations.title')
  const key = '@artifact-automations/node-red/automations:automations.trouble.tab'
  const name =
    troubles.length === 0
      ? title
      : RED._(key, { number: troubles.length, names: troubles.map(troubleWords).join('; ') })
  for (const button of document.querySelectorAll(
    `button[data-tab-id="${tab}"], #red-ui-tab-${tab}-link-button, #red-ui-tab-${tab} > a`,
  )) {
    button.setAttribute('aria-label', name)
    button.classList.toggle('aa-in-trouble', troubles.length > 0)
    if (button instanceof HTMLElement)
      button.style.boxShadow = troubles.length > 0 ? 'inset 0 -3px 0 var(--red-ui-border-color-warning, #e79a00)' : ''
  }
}
