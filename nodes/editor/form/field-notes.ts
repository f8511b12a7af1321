import type { EditorNode } from '../red-editor.d.js'
import { Note } from './note.js'
import { propertyProblem } from './property-problem.js'

/** A field of the dialog as it stands. */
interface JudgedField {
  readonly input: JQuery
  /** Whether nothing was ever filled in. */
  readonly untouched: () => boolean
  readonly value: () => unknown
}

/**
 * Says below each field what its validator says; Node-RED itself draws a red border, and gives the reason to a mouse
 * that rests on it. Fields for which the dialog has a note of its own are left to it.
 */
export class FieldNotes {
  readonly #node: EditorNode
  readonly #fields: ReadonlyMap<string, JudgedField>
  readonly #notes = new Map<string, Note>()
  #insists = false

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
      const [kind, words] = this.#verdict(property, field)
      const note = this.#notes.get(property)
      if (note) note.say(kind, words)
      else if (words !== '' && !Note.isBelow(field.input)) {
        const made = new Note(field.input)
        this.#notes.set(property, made)
        made.say(kind, words)
      }
    }
  }

  /** From now on says it of fields too that nobody had the time to fill in. @returns what is wrong, by property */
  insist(values: ReadonlyMap<string, unknown>): Map<string, string> {
    this.#insists = true
    this.update()
    const wrong = new Map<string, string>()
    for (const [property, value] of values) {
      const problem = propertyProblem(this.#node, property, value)
      if (problem !== '') wrong.set(property, problem)
    }
    return wrong
  }

  #verdict(property: string, field: JudgedField): [kind: 'error' | 'info', words: string] {
    const value = field.value()
    const problem = propertyProblem(this.#node, property, value)
    // nobody is told off for what they had no time to fill in; the red triangle of a saved node is explained
    const yetToCome = !this.#insists && value === '' && field.untouched() && this.#node.valid !== false
    if (!yetToCome) return ['error', problem]
    // Node-RED has drawn a red border around an empty choice already: what is it that it wants?
    return ['info', this.#node._def.defaults[property]?.type ? problem : '']
  }
}
