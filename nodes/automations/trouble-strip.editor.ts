import { element, fill } from '../editor/element.js'
import { type Trouble, troubleWords } from './troubles.editor.js'
import { words } from './words.editor.js'

/** What is wrong, on top of all tabs, as long as it is. */
export class TroubleStrip {
  readonly element = element('div', { class: 'aa-troubles' })

  /** @param look shows where the first of them is seen */
  constructor(look: (first: Trouble) => void) {
    const show = (troubles: readonly Trouble[]) => {
      this.element.hidden = troubles.length === 0
      const open = element('button', { type: 'button', class: 'aa-link' }, words('trouble.look'))
      const [first] = troubles
      if (first) open.addEventListener('click', () => look(first))
      const text = troubles.map(troubleWords).join(' · ')
      fill(
        this.element,
        ...(troubles.length === 0
          ? []
          : [
              element('i', { class: 'fa fa-exclamation-triangle', 'aria-hidden': 'true' }),
              element('span', { title: text }, text),
              open,
            ]),
      )
    }
    show([])
    // what is retained is given again to whoever asks
    RED.comms.subscribe('artifact-automations/troubles', (_topic, data) =>
      show((data as { troubles?: Trouble[] }).troubles ?? []),
    )
  }
}
