import { button, element, fill } from '../editor/element.js'
import type { EditorNode, Translate } from '../editor/red-editor.d.js'
import { SECRET_TYPE, secretNodes } from '../editor/webhook/secrets.js'

const CHANGES = ['nodes:add', 'nodes:change', 'nodes:remove'] as const

/** Check boxes for the secrets that a webhook grants, and a button that adds one. Call `destroy` with its dialog. */
export class SecretChoice {
  onChange: () => void = () => {}
  /** When the list is drawn anew. */
  onRefresh: () => void = () => {}
  readonly #parent: Element
  readonly #saved: readonly string[]
  readonly #_: Translate
  #chosen: readonly string[]
  readonly #refresh = ({ type }: EditorNode) => {
    // the dialog that changes a secret is not done with it yet
    if (type === SECRET_TYPE)
      setTimeout(() => {
        this.#tickAdded()
        this.#show()
        this.onRefresh()
      })
  }
  /** What there was when the button was pressed that adds one; `null` when it was not pressed. */
  #before: ReadonlySet<string> | null = null

  /** @param chosen ids; those of secrets that do not exist any more are kept until they are unchecked */
  constructor(parent: Element, chosen: readonly string[], _: Translate) {
    this.#parent = parent
    this.#saved = chosen
    this.#chosen = chosen
    this.#_ = _
    for (const event of CHANGES) RED.events.on(event, this.#refresh)
    // whoever comes back without a new secret may add the next one for something else
    parent.closest('.aa-form')?.addEventListener('focusin', () => {
      this.#before = null
    })
    this.#show()
  }

  destroy(): void {
    for (const event of CHANGES) RED.events.off(event, this.#refresh)
  }

  /** Draws the list anew: a secret may have been added or renamed meanwhile. */
  #show(): void {
    const nodes = secretNodes()
    const gone = this.#saved.filter((id) => !nodes.some((node) => node.id === id))
    const rows = [
      ...nodes.map((node) => this.#row(node.id, node.name || this.#_('automation-webhook.unnamed'))),
      ...gone.map((id) => this.#row(id, this.#_('automation-webhook.secret-gone', { id }))),
    ]
    // the + beside the access token would make the new secret the access token
    const add = button(this.#_('automation-webhook.add-secret'), 'fa-plus', () => {
      this.#before = new Set(secretNodes().map(({ id }) => id))
      RED.editor.editConfig('', SECRET_TYPE, '_ADD_')
    })
    fill(this.#parent, ...rows, element('div', {}, add))
  }

  /** What is added here is for here. */
  #tickAdded(): void {
    const before = this.#before
    if (before === null) return
    const added = secretNodes().flatMap(({ id }) => (before.has(id) ? [] : id))
    if (added.length === 0) return
    this.#chosen = [...this.#chosen, ...added]
    this.#before = null
    this.onChange()
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
    return [...this.#chosen].sort().join() !== [...this.#saved].sort().join()
  }
}
