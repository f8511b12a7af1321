import { formOf } from '../form/form.js'
import { ownForm } from '../outside-text.js'
import type { EditorNode } from '../red-editor.d.js'
import { shared } from '../shared.js'
import { ConfigChoice } from './config-choice.js'
import { type DraftConfigs, draftOf } from './draft.js'

/** Where a property shows what is wrong with it that has no field of its own name. */
const PLACES: Readonly<Record<string, string>> = {
  template: '#payload-template-editor :is(textarea, .native-edit-context)',
  events: '#artifact-event-events input',
}

/** Of a tray's height this much is the wizard's own. Pixels. */
const BESIDE = 160

interface Options {
  readonly drafts: DraftConfigs
  /** What the field of the name is called here; without it the field is out of sight. */
  readonly name?: string
  /** Parts that are out of sight, as selectors. */
  readonly without?: readonly string[]
  readonly values?: Readonly<Record<string, unknown>> | undefined
  readonly onName?: (name: string) => void
}

/** The form of a node's own dialog for a node that is being made: the same fields, and the same code behind them. */
export class NodeForm {
  readonly element: HTMLElement
  /** As the workspace knows it. */
  node: EditorNode
  /** As its dialog was opened for it: dialogs remember what is theirs by the object. */
  readonly #own: EditorNode
  readonly #prefix: string
  readonly #choices = new Map<string, ConfigChoice>()
  readonly #drafts: DraftConfigs
  readonly #isConfig: boolean

  constructor(type: string, { drafts, name, without = [], values, onName }: Options) {
    this.#own = draftOf(type, values)
    this.node = this.#own
    this.#drafts = drafts
    this.#isConfig = this.node._def.category === 'config'
    this.#prefix = this.#isConfig ? 'node-config-input' : 'node-input'
    this.element = ownForm(type)
    if (this.#isConfig) this.element.classList.add('aa-inset')
    for (const [property, { type: config, required }] of Object.entries(this.node._def.defaults)) {
      const input = this.#field(property)
      if (!input) continue
      if (config && !config.endsWith('[]'))
        this.#choices.set(property, this.#choice(input, config, required === true, this.node[property]))
      else fill(input, this.node[property])
    }
    const named = this.#field('name') as HTMLInputElement | null
    const row = named?.closest<HTMLElement>('.form-row')
    if (row) row.hidden = name === undefined
    const label = row?.querySelector('label span')
    if (label && name !== undefined) label.textContent = name
    named?.addEventListener('input', () => onName?.(named.value))
    for (const part of without)
      for (const found of this.element.querySelectorAll<HTMLElement>(part)) found.hidden = true
    for (const kind of ['input', 'change']) this.element.addEventListener(kind, () => this.sync())
  }

  #field(property: string): HTMLElement | null {
    return this.element.querySelector(`#${this.#prefix}-${property}`)
  }

  #choice(input: HTMLElement, type: string, required: boolean, chosen: unknown): ConfigChoice {
    return new ConfigChoice(input, {
      type,
      required,
      chosen,
      drafts: this.#drafts,
      form: (onName) => configForm(type, this.#drafts, onName),
    })
  }

  choice(property: string): ConfigChoice | undefined {
    return this.#choices.get(property)
  }

  /** Call once, when its element is in the page. */
  start(): void {
    shared()?.dialogs[this.node.type]?.prepare(this.#own)
    if (this.#isConfig) this.node = this.#drafts.add(this.node)
    this.sync()
  }

  /** The node has what the fields show, so that others who look at it see that. */
  sync(): void {
    const form = formOf(this.node)
    if (!form) return
    form.copy()
    for (const property of ['events', 'states', 'secrets', 'template']) {
      if (property in this.node && !this.#field(property)) this.node[property] = form.value(property)
    }
  }

  focus(): void {
    const first = this.element.querySelectorAll<HTMLElement>('input, select, textarea')
    ;[...first].find((field) => field.offsetParent !== null)?.focus()
  }

  resize(): void {
    const { width } = this.element.getBoundingClientRect()
    // what is below the code editor is to be in sight, too
    const height = (this.element.closest('.red-ui-tray-body')?.clientHeight ?? 0) - BESIDE
    shared()?.dialogs[this.node.type]?.resize(this.#own, { width, height })
  }

  /** Says what is wrong, here and in what is made here. @returns the first field that is */
  insist(): HTMLElement | null {
    this.sync()
    const wrong = [...this.#choices.values()].map((choice) => choice.insist())
    for (const [property, problem] of formOf(this.node)?.insist() ?? []) {
      const place = this.#field(property) ?? this.element.querySelector<HTMLElement>(PLACES[property] ?? '#none')
      place?.setAttribute('aria-invalid', 'true')
      if (place && !place.getAttribute('aria-describedby')) place.setAttribute('aria-description', problem)
      wrong.push(place)
    }
    return firstOf(wrong.filter((place) => place !== null))
  }

  /** Ends the form; with `done` the node has all that was chosen. */
  close(done: boolean): void {
    for (const choice of this.#choices.values()) choice.close(done)
    const dialog = shared()?.dialogs[this.node.type]
    if (done) {
      this.sync()
      dialog?.save(this.#own)
    } else dialog?.cancel(this.#own)
  }
}

/** The one that comes first in the page; null of none. */
const firstOf = (places: readonly HTMLElement[]): HTMLElement | null =>
  places.reduce<HTMLElement | null>((first, place) => {
    const isBefore = first && place.compareDocumentPosition(first) & Node.DOCUMENT_POSITION_PRECEDING
    return isBefore ? first : place
  }, null)

/** The form of a new source or webhook. What only those need who know it well is folded. */
export function configForm(type: string, drafts: DraftConfigs, onName: (name: string) => void): NodeForm {
  const isSource = type === 'artifact-source'
  const form = new NodeForm(type, {
    drafts,
    name: RED._(`@artifact-automations/node-red/artifact-event:wizard.${isSource ? 'source-name' : 'webhook-name'}`),
    without: ['#automation-webhook-test-section'],
    onName,
  })
  for (const section of [...form.element.querySelectorAll('details')].slice(2)) section.open = false
  return form
}

function fill(field: HTMLElement, value: unknown): void {
  if (field instanceof HTMLInputElement && field.type === 'checkbox') field.checked = value === true
  else if (
    field instanceof HTMLInputElement ||
    field instanceof HTMLSelectElement ||
    field instanceof HTMLTextAreaElement
  )
    field.value = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
