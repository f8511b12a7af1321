import { Note } from './note.js'
import type { EditorNode } from './red-editor.js'

/** A field of the dialog as it stands. */
interface JudgedField {
  readonly input: JQuery
  /** Whether nothing was ever filled in. */
  readonly untouched: () => boolean
  readonly value: () => unknown
}

/** Node-RED takes these for valid: the value comes with the environment variable. */
const ENVIRONMENT = /^\$(\([a-zA-Z_]\w*\)|\{[a-zA-Z_]\w*\})$/

/**
 * Says below each field what its validator says; Node-RED itself draws a red border, and gives the reason to a mouse
 * that rests on it. Fields for which the dialog has a note of its own are left to it.
 */
export class FieldNotes {
  readonly #node: EditorNode
  readonly #fields: ReadonlyMap<string, JudgedField>
  readonly #notes = new Map<string, Note>()

  constructor(node: EditorNode, fields: ReadonlyMap<string, JudgedField>) {
    this.#node = node
    this.#fields = fields
    for (const { input } of fields.values()) input.on('input change', () => this.update())
    // the dialog is still being made: its own notes come first
    queueMicrotask(() => this.update())
  }

  /** Judges every field, as one often depends on another. */
  update(): void {
    for (const [property, field] of this.#fields) {
      const problem = this.#problem(property, field)
      const note = this.#notes.get(property)
      if (note) note.say('error', problem)
      else if (problem !== '' && !Note.isBelow(field.input)) {
        const made = new Note(field.input)
        this.#notes.set(property, made)
        made.say('error', problem)
      }
    }
  }

  #problem(property: string, field: JudgedField): string {
    const validate = this.#node._def.defaults[property]?.validate
    const value = field.value()
    if (!validate || ENVIRONMENT.test(String(value))) return ''
    // nobody is told off for what they had no time to fill in; the red triangle of a saved node is explained
    if (value === '' && field.untouched() && this.#node.valid !== false) return ''
    const verdict = validate.call(this.#node, value as never, {})
    return verdict === true ? '' : verdict
  }
}
