import { button, element } from '../element.js'
import type { EditorNode } from '../red-editor.d.js'
import type { DraftConfigs } from './draft.js'
import { NewSecret } from './new-secret.js'
import { words } from './words.js'

/** What is made in the place where it is chosen. */
export interface Made {
  readonly element: HTMLElement
  readonly node: EditorNode
  focus(): void
  insist(): HTMLElement | null
  /** Call once, when its element is in the page. */
  start?(): void
  close?(done: boolean): void
}

const NEW: Readonly<Record<string, string>> = {
  'artifact-source': 'new-source',
  'automation-webhook': 'new-webhook',
  'automation-secret': 'new-secret',
}

/** The choice of a configuration node, with the fields of a new one below it, in place of Node-RED's picker. */
export class ConfigChoice {
  readonly select: HTMLSelectElement
  readonly #type: string
  readonly #drafts: DraftConfigs
  readonly #form: (onName: (name: string) => void) => Made
  #made: Made | null = null

  constructor(
    input: HTMLElement,
    options: {
      type: string
      required: boolean
      /** The id of the one to begin with. */
      chosen: unknown
      drafts: DraftConfigs
      /** Makes the form of a new node; of secrets there is none. */
      form: (onName: (name: string) => void) => Made
    },
  ) {
    this.#type = options.type
    this.#drafts = options.drafts
    this.#form = options.form
    const first = words(options.required ? 'choose' : 'none')
    this.select = element('select', { id: input.id }, element('option', { value: '' }, first))
    const nodes: EditorNode[] = []
    RED.nodes.eachConfig((node) => {
      if (node.type === this.#type && !node.d) nodes.push(node)
    })
    for (const node of nodes) this.select.add(new Option(RED.utils.getNodeLabel(node, node.id), node.id))
    if (nodes.some(({ id }) => id === options.chosen)) this.select.value = String(options.chosen)
    const key = NEW[this.#type]
    const add = key ? button(words(key), 'fa-plus', () => this.#make(), { 'aria-expanded': 'false' }) : null
    input.replaceWith(element('span', { class: 'aa-choice' }, this.select, add))
    this.select.addEventListener('change', () => this.#show())
    this.#add = add
  }

  readonly #add: HTMLButtonElement | null

  #make(): void {
    if (this.#made === null) {
      const option = new Option(words('unnamed'), '', true, true)
      const named = (name: string) => {
        option.text = name || words('unnamed')
      }
      const made: Made = this.#type === 'automation-secret' ? new NewSecret(this.#drafts, named) : this.#form(named)
      option.value = made.node.id
      // a secret that appeared by itself, as it is offered to everybody
      const offered = [...this.select.options].find(({ value }) => value === made.node.id)
      if (offered) offered.replaceWith(option)
      else this.select.add(option)
      this.#made = made
      this.select.closest('.form-row')?.after(made.element)
      made.start?.()
      option.value = made.node.id
    }
    this.select.value = this.#made.node.id
    // nobody typed that: see `Wizard`
    this.select.dispatchEvent(new CustomEvent('change', { bubbles: true }))
    this.#made.focus()
  }

  /** The fields of the new one are in sight while it is chosen. */
  #show(): void {
    if (this.#made) this.#made.element.hidden = !this.#isNew
    this.#add?.setAttribute('aria-expanded', String(this.#isNew))
  }

  get #isNew(): boolean {
    return this.#made !== null && this.select.value === this.#made.node.id
  }

  /** Makes a new one where there is none to choose. */
  suggest(): void {
    if (this.select.options.length === 1 && this.#add) this.#make()
  }

  /** What is wrong with the new one, if that is chosen. @returns the field */
  insist(): HTMLElement | null {
    return this.#isNew ? (this.#made?.insist() ?? null) : null
  }

  /** Takes over what was typed for the new one, or gives its form up. */
  close(done: boolean): void {
    this.#made?.close?.(done)
  }
}
