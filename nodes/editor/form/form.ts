import { newId } from '../element.js'
import type { EditorNode } from '../red-editor.d.js'
import { installStyles } from '../styles.js'
import { FieldNotes } from './field-notes.js'
import { reachPickerButtons } from './picker-buttons.js'

interface FormOptions {
  /** `node-input` for nodes on the canvas, `node-config-input` for config nodes. */
  readonly prefix: 'node-input' | 'node-config-input'
  readonly migrate: <C extends object>(config: C) => C
  readonly currentVersion: number
}

interface Field {
  readonly input: JQuery
  /** What the field showed when the dialog opened. */
  readonly shown: string | boolean
  /** Whether the saved node had the property. */
  readonly saved: boolean
}

/** An open dialog's fields, by property. */
export class Form {
  /** The node's configuration as this version understands it, complete with defaults. */
  readonly config: Readonly<Record<string, unknown>>
  readonly #node: EditorNode
  readonly #options: FormOptions
  readonly #fields = new Map<string, Field>()
  readonly #notes: FieldNotes
  readonly #chosen = new Map<string, () => unknown>()

  constructor(node: EditorNode, options: FormOptions) {
    this.#node = node
    this.#options = options
    const properties = Object.keys(node._def.defaults)
    this.config = options.migrate(Object.fromEntries(properties.map((property) => [property, node[property]])))
    for (const property of properties) {
      const input = $(`#${options.prefix}-${property}`)
      if (input.length === 0) continue
      const value = this.config[property]
      if (value !== node[property] && value !== '') show(input, value)
      this.#fields.set(property, { input, shown: read(input), saved: node[property] !== undefined })
      const { type } = node._def.defaults[property] ?? {}
      if (type) reachPickerButtons(options.prefix, property, type)
      keepName(input)
    }
    this.#notes = new FieldNotes(
      node,
      new Map(
        [...this.#fields].map(([property, field]) => [
          property,
          { input: field.input, untouched: () => !isChanged(field), value: () => read(field.input) },
        ]),
      ),
    )
  }

  /** The field of a property. @throws when the form has none */
  input(property: string): JQuery {
    const field = this.#fields.get(property)
    if (!field) throw new Error(`The dialog of ${this.#node.type} has no field for ${property}`)
    return field.input
  }

  /** What the user sees now, or the configuration's value where there is no field. */
  value(property: string): unknown {
    const field = this.#fields.get(property)
    if (field) return read(field.input)
    const chosen = this.#chosen.get(property)
    return chosen ? chosen() : this.config[property]
  }

  /** Where a property's value comes from that is chosen in another way than in a field of its name. */
  choose(property: string, chosen: () => unknown): void {
    this.#chosen.set(property, chosen)
  }

  /** Judges the fields anew, after something has changed that has no field of its own. */
  judge(): void {
    this.#notes.update()
  }

  /** What is wrong, by property, and says it below the fields, untouched ones too. */
  insist(): ReadonlyMap<string, string> {
    const properties = Object.keys(this.#node._def.defaults)
    return this.#notes.insist(new Map(properties.map((property) => [property, this.value(property)])))
  }

  /** Gives the node what its fields show, as Node-RED's own *Done* would. */
  copy(): void {
    for (const [property, { input }] of this.#fields) this.#node[property] = read(input)
  }

  text(property: string): string {
    const value = this.value(property)
    return typeof value === 'string' ? value : ''
  }

  /** Whether it is on the screen: not while another dialog lies over it, and not after the node was deleted in it. */
  get shown(): boolean {
    return [...this.#fields.values()].some(({ input }) => input.get(0)?.isConnected)
  }

  /** Calls back now and whenever one of the fields changes. */
  watch(properties: readonly string[], callback: () => void): void {
    for (const property of properties) this.input(property).on('input change', callback)
    callback()
  }

  /**
   * Sees to it that Done changes what the user changed and nothing else. Node-RED takes over whatever the fields hold:
   * it would add the properties that the saved node does not have, and line ends as browsers have them. After a change
   * the node is complete, and of the current version.
   * @param changed whether something changed that has no field of its own
   */
  save(changed = false): void {
    const fields = [...this.#fields.values()]
    const touched = changed || fields.some(isChanged)
    if (touched) this.#complete()
    for (const field of fields) {
      // without its id Node-RED does not find the field
      if (!isChanged(field) && (field.saved || !touched)) field.input.removeAttr('id')
    }
  }

  /** Writes what a migration made of the saved properties, unless they are of a later version than this one. */
  #complete(): void {
    const node = this.#node
    const version = typeof node.version === 'number' ? node.version : undefined
    if (version !== undefined && version >= this.#options.currentVersion) return
    for (const [property, value] of Object.entries(this.config)) {
      const absent = node[property] === undefined && value !== undefined
      if (absent && !this.#fields.has(property)) node[property] = value
    }
    node.version = this.#options.currentVersion
  }
}

/** Node-RED 5 writes what is wrong with a field over its name; a name by reference it leaves alone. */
function keepName(input: JQuery): void {
  const field = input.get(0) as HTMLInputElement | undefined
  const label = field?.labels?.[0]
  if (!field || !label) return
  label.id ||= newId('label')
  field.setAttribute('aria-labelledby', label.id)
}

const isChanged = ({ input, shown }: Field): boolean => read(input) !== shown

function show(input: JQuery, value: unknown): void {
  if (input.attr('type') === 'checkbox') input.prop('checked', value === true)
  else input.val(String(value))
}

/** A checkbox's state or a field's text; the editor's `_ADD_` for "none" is empty. */
function read(input: JQuery): string | boolean {
  if (input.attr('type') === 'checkbox') return input.prop('checked') === true
  const value = input.val()
  return typeof value === 'string' && value !== '_ADD_' ? value : ''
}

const open = new Map<string, Form>()

/** Call first thing in `oneditprepare`. */
export function openForm(node: EditorNode, options: FormOptions): Form {
  installStyles()
  const form = new Form(node, options)
  open.set(node.id, form)
  return form
}

/** The open form of this node. */
export const formOf = (node: { id: string }): Form | undefined => open.get(node.id)

/** Call in `oneditsave` and `oneditcancel`; returns the form that was open. */
export function closeForm(node: { id: string }): Form | undefined {
  const form = open.get(node.id)
  open.delete(node.id)
  return form
}

/** A property as the user sees it: from the open dialog of this node, else as saved. For validators that look at two. */
export function current(node: EditorNode, property: string): unknown {
  const form = open.get(node.id)
  return form?.shown ? form.value(property) : node[property]
}
