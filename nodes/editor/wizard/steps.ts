import { element, newId } from '../element.js'
import { formOf } from '../form/form.js'
import { Note } from '../form/note.js'
import type { EditorNode } from '../red-editor.d.js'
import type { DraftConfigs } from './draft.js'
import { row } from './new-secret.js'
import { NodeForm } from './node-form.js'
import { words } from './words.js'

/** One page of the wizard. */
export interface Step {
  readonly name: 'event' | 'payload' | 'webhook' | 'name'
  readonly element: HTMLElement
  /** Call once, when its element is in the page. */
  start(): void
  focus(): void
  resize(): void
  /** Says what is wrong. @returns the first field that is, or null when the next step may come */
  insist(): HTMLElement | null
  /** Ends it; with `done` its nodes have all that was chosen. */
  close(done: boolean): void
}

/** A step that is the form of a node. */
export class FormStep implements Step {
  readonly name: Step['name']
  readonly element: HTMLElement
  readonly form: NodeForm
  readonly #first: string | undefined

  /**
   * @param first the property of a configuration node that is made at once where there is none
   * @param values what it begins with
   */
  constructor(
    name: Step['name'],
    type: string,
    drafts: DraftConfigs,
    without: readonly string[],
    { first, values }: { first?: string; values?: Readonly<Record<string, unknown>> | undefined } = {},
  ) {
    this.name = name
    this.form = new NodeForm(type, { drafts, without, values })
    this.element = element('div', {}, this.form.element)
    this.#first = first
  }

  get node(): EditorNode {
    return this.form.node
  }

  start(): void {
    this.form.start()
    if (this.#first) this.form.choice(this.#first)?.suggest()
  }

  focus(): void {
    this.form.focus()
  }

  resize(): void {
    this.form.resize()
  }

  insist(): HTMLElement | null {
    return this.form.insist()
  }

  close(done: boolean): void {
    if (formOf(this.node)) this.form.close(done)
  }
}

/** What the automation is called, and where it goes. */
export class NameStep implements Step {
  readonly name = 'name'
  readonly element: HTMLElement
  readonly #name = element('input', { type: 'text', id: newId('name'), autocomplete: 'off' })
  readonly #description = element('textarea', { id: newId('description'), rows: '2' })
  readonly #flow = element('select', { id: newId('flow') })
  #note: Note | null = null
  #flowNote: Note | null = null

  constructor() {
    RED.nodes.eachWorkspace(({ id, label, locked }) => {
      if (!locked) this.#flow.add(new Option(label || id, id, false, id === RED.workspaces.active()))
    })
    this.element = element(
      'div',
      { class: 'aa-form' },
      row(words('name'), this.#name),
      row(words('description'), this.#description),
      row(words('flow'), this.#flow),
      element('p', { class: 'aa-info-box aa-wide' }, words('deploy-starts')),
    )
  }

  start(): void {
    this.#note = new Note(this.#name)
    this.#flowNote = new Note(this.#flow)
    this.#name.addEventListener('input', () => this.#note?.clear())
  }

  get values(): { name: string; description: string; flow: string } {
    return { name: this.#name.value.trim(), description: this.#description.value, flow: this.#flow.value }
  }

  focus(): void {
    this.#name.focus()
  }

  resize(): void {}

  insist(): HTMLElement | null {
    const missing = this.values.name === ''
    this.#note?.say('error', missing ? words('name-missing') : '')
    const nowhere = this.#flow.value === ''
    this.#flowNote?.say('error', nowhere ? words('flow-missing') : '')
    if (missing) return this.#name
    return nowhere ? this.#flow : null
  }

  close(): void {}
}
