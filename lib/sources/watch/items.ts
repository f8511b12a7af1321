import { isObject } from '../../json.js'
import { excerpt, SourceFailure } from './failure.js'

/** Hears what was left out, as a name or a path, and why in words. */
export type OnSkip = (what: string, why: string) => void

/** What goes with every question to a registry. */
export interface Asking {
  readonly signal: AbortSignal
  readonly onSkip: OnSkip
}

/** An answer that is not what the registry's interface says, and where. */
export const unexpected = (title: string, where: string, expected: string, found: unknown): SourceFailure => {
  const shown = excerpt((JSON.stringify(found) ?? 'nothing').slice(0, 60))
  const message = `${title}’s answer has at ${where} not ${expected} but ${shown}.`
  return new SourceFailure('source_answer_unexpected', message, { statusText: 'unexpected answer', remedy: 'back-off' })
}

/**
 * The items of a list in an answer, each as `read` has it. One that cannot be read is left out and named: a thing that
 * nobody understands must not keep the others from being read.
 * @param read throws `Unreadable`, or gives null for what does not matter
 */
export function readItems<T>(list: readonly unknown[], read: (item: Item) => T | null, onSkip: OnSkip): T[] {
  return list.flatMap((value, index) => {
    try {
      const item = read(new Item(value))
      return item === null ? [] : [item]
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      const name = isObject(value) && typeof value['name'] === 'string' ? value['name'] : `item ${index}`
      onSkip(excerpt(name), error.message)
      return []
    }
  })
}

/**
 * The one thing that an answer is, as `read` has it: of a list the others could still be read, here nothing is.
 * @throws SourceFailure `source_answer_unexpected`
 */
export function readOne<T>(title: string, where: string, value: unknown, read: (item: Item) => T): T {
  try {
    return read(new Item(value))
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error
    const message = `${title}’s answer about ${where} cannot be read: ${error.message}.`
    throw new SourceFailure('source_answer_unexpected', message, {
      statusText: 'unexpected answer',
      remedy: 'back-off',
      ofOne: true,
      cause: error,
    })
  }
}

/** A member of an item is not what it has to be. */
export class Unreadable extends Error {}

/** One thing of a list. Members that are missing, null or empty read as absent, as protocol buffers write them. */
export class Item {
  readonly #members: Readonly<Record<string, unknown>>

  constructor(value: unknown) {
    if (!isObject(value)) throw new Unreadable('it is no object')
    this.#members = value
  }

  /** A text that is not empty. */
  text(name: string): string {
    const text = this.maybeText(name)
    if (text === undefined) throw new Unreadable(`it has no ${name}`)
    return text
  }

  maybeText(name: string): string | undefined {
    const value = this.#members[name] ?? ''
    if (typeof value !== 'string') throw new Unreadable(`its ${name} is no text`)
    return value === '' ? undefined : value
  }

  /** A whole number, which some write as a text; 0 when it is absent. */
  number(name: string): number {
    const value = this.#members[name] ?? 0
    const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
    if (!Number.isSafeInteger(number)) throw new Unreadable(`its ${name} is no number`)
    return number as number
  }

  flag(name: string): boolean {
    return this.#members[name] === true
  }

  value(name: string): unknown {
    return this.#members[name]
  }

  list(name: string): readonly unknown[] {
    const value = this.#members[name] ?? []
    if (!Array.isArray(value)) throw new Unreadable(`its ${name} is no list`)
    return value
  }
}
