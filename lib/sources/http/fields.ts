import { AutomationError } from '../../error.js'

/**
 * Reads the members of a registry's message by path, such as `data.name`.
 * @throws AutomationError `event_invalid` when one is missing or has another type
 */
export class Fields {
  readonly #root: unknown
  /** Where this stands in the message. */
  readonly #place: string

  constructor(root: unknown, place = '') {
    if (typeof root !== 'object' || root === null || Array.isArray(root)) throw wrong(place, 'must be a JSON object')
    this.#root = root
    this.#place = place
  }

  #at(path: string): string {
    return this.#place === '' ? path : `${this.#place}.${path}`
  }

  /** A text that is not empty. */
  text(path: string): string {
    const value = this.value(path)
    if (typeof value !== 'string' || value === '') throw wrong(this.#at(path), 'is required, and must be a text')
    return value
  }

  /** The text, which may be empty, or `undefined` for null and nothing. */
  optionalText(path: string): string | undefined {
    const value = this.value(path) ?? undefined
    if (value !== undefined && typeof value !== 'string') throw wrong(this.#at(path), 'must be a text')
    return value
  }

  /** What is made of each element of an array, by its own members, and what is wrong with the others; none when it is absent. */
  each<T>(path: string, make: (element: Fields) => T): { readonly made: T[]; readonly refused: AutomationError[] } {
    const value = this.value(path) ?? []
    if (!Array.isArray(value)) throw wrong(this.#at(path), 'must be an array')
    const made: T[] = []
    const refused: AutomationError[] = []
    for (const [index, element] of value.entries()) {
      try {
        made.push(make(new Fields(element, `${this.#at(path)}[${index}]`)))
      } catch (error) {
        if (!(error instanceof AutomationError)) throw error
        refused.push(error)
      }
    }
    return { made, refused }
  }

  value(path: string): unknown {
    let value: unknown = this.#root
    for (const step of path.split('.')) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
      value = (value as Record<string, unknown>)[step]
    }
    return value
  }
}

/** For a message that is not what its registry documents. */
export const wrong = (path: string, message: string, cause?: unknown) =>
  new AutomationError('event_invalid', `The message is not valid: ${path === '' ? 'it' : path} ${message}.`, {
    details: [{ path, message }],
    cause,
  })

/** Without the members that are null or absent. */
export const present = (members: object): object =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== null && value !== undefined))
