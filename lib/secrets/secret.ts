/** What stands where a secret's value would. */
export const MASK = '***'

/**
 * A sensitive string that cannot slip out by accident: printing, joining, inspecting and serialising it give `***`.
 * Only `reveal()` gives the value, so every place that handles one can be found by that word.
 */
export class Secret {
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  reveal(): string {
    return this.#value
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  /** `util.inspect` and with it `console.log` and Node-RED's debug output. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return MASK
  }
}
