import { EVENT_TYPES } from '../../../lib/events/event.js'
import { ARTIFACT_EVENTS, COLLECTION_EVENTS, RUN_EVENTS } from '../../../lib/events/vocabulary.js'
import { element } from '../element.js'
import type { Translate } from '../red-editor.d.js'

const GROUPS = { artifact: ARTIFACT_EVENTS, collection: COLLECTION_EVENTS, run: RUN_EVENTS } as const

/** Check boxes for event types, in groups. */
export class EventChoice {
  onChange: () => void = () => {}
  readonly #boxes = new Map<string, HTMLInputElement>()
  readonly #before: string
  /** Types that this version does not know; they stay where they are. */
  readonly #unknown: readonly string[]

  /** @param chosen as saved; W&B's old name LINK_MODEL is LINK_ARTIFACT */
  constructor(parent: Element, chosen: readonly string[], _: Translate) {
    const named = chosen.map((type) => (type === 'LINK_MODEL' ? 'LINK_ARTIFACT' : type))
    this.#unknown = named.filter((type) => !EVENT_TYPES.some((known) => known === type))
    for (const [group, types] of Object.entries(GROUPS)) {
      const rows = types.map((type) => {
        const box = element('input', { type: 'checkbox', id: `node-input-events-${type}`, value: type })
        box.checked = named.includes(type)
        box.addEventListener('change', () => this.onChange())
        this.#boxes.set(type, box)
        return element('label', { title: type }, box, element('span', {}, _(`artifact-event.event.${type}`)))
      })
      parent.append(
        element(
          'fieldset',
          {},
          element('legend', {}, _(`artifact-event.group.${group}`)),
          element('div', { class: 'aa-columns' }, ...rows),
        ),
      )
    }
    this.#before = this.events.join()
  }

  /** What is chosen now, in the vocabulary's order. */
  get events(): string[] {
    return [...EVENT_TYPES.filter((type) => this.#boxes.get(type)?.checked), ...this.#unknown]
  }

  get changed(): boolean {
    return this.events.join() !== this.#before
  }
}
