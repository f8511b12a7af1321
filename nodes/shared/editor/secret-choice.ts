import { element, fill } from './element.js'
import type { Translate } from './red-editor.js'
import { secretNodes } from './secrets.js'

/** Check boxes for the secrets that a webhook grants. */
export class SecretChoice {
  onChange: () => void = () => {}
  readonly #parent: Element
  readonly #before: readonly string[]
  readonly #_: Translate
  #chosen: readonly string[]

  /** @param chosen ids; those of secrets that do not exist any more are kept until they are unchecked */
  constructor(parent: Element, chosen: readonly string[], _: Translate) {
    this.#parent = parent
    this.#before = chosen
    this.#chosen = chosen
    this.#_ = _
    this.show()
  }

  /** Draws the list anew: a secret may have been added or renamed meanwhile. */
  show(): void {
    const nodes = secretNodes()
    const gone = this.#before.filter((id) => !nodes.some((node) => node.id === id))
    const rows = [
      ...nodes.map((node) => this.#row(node.id, node.name || this.#_('automation-webhook.unnamed'))),
      ...gone.map((id) => this.#row(id, this.#_('automation-webhook.secret-gone', { id }))),
    ]
    if (rows.length === 0)
      fill(this.#parent, element('span', { class: 'aa-quiet' }, this.#_('automation-webhook.no-secrets')))
    else fill(this.#parent, ...rows)
  }

  #row(id: string, name: string): HTMLLabelElement {
    const box = element('input', { type: 'checkbox', value: id, id: `node-config-input-secrets-${id}` })
    box.checked = this.#chosen.includes(id)
    box.addEventListener('change', () => {
      this.#chosen = box.checked ? [...this.#chosen, id] : this.#chosen.filter((other) => other !== id)
      this.onChange()
    })
    return element('label', {}, box, element('code', {}, name))
  }

  /** Ids, in the order in which they were chosen. */
  get secrets(): string[] {
    return [...this.#chosen]
  }

  get changed(): boolean {
    return [...this.#chosen].sort().join() !== [...this.#before].sort().join()
  }
}
