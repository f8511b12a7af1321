import { Redactor } from '../../secrets/redactor.js'

/** An answer of a registry as it is read: whole, as text. */
export interface TextAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
}

/** Headers that a failure may quote; the others are read by programs alone, as they came. */
const QUOTED = ['content-type', 'location', 'www-authenticate', 'server']

/**
 * Takes the key out of what a watched registry says, in whichever form it is there, before anything reads it: no error,
 * name or event can show it then. JSON keeps its shape. Every client of a registry has one.
 */
export class AnswerMask {
  readonly #others: readonly string[]
  #key: string | null = null
  #redactor = new Redactor([])

  /** @param others what else nobody may be told: the password of a proxy in between */
  constructor(others: readonly string[] = []) {
    this.#others = others
  }

  answer(key: string, { status, headers, text }: TextAnswer): TextAnswer {
    const redactor = this.#redactorFor(key)
    const shown = Object.entries(headers).map(([name, value]) => {
      return [name, value !== undefined && QUOTED.includes(name) ? redactor.redact(value) : value] as const
    })
    return { status, headers: Object.fromEntries(shown), text: redactor.redactJson(text) }
  }

  /** Why there is no answer, in the words of whatever stands in between. */
  reason(key: string, error: unknown): string {
    return this.#redactorFor(key).redact(error instanceof Error ? error.message : String(error))
  }

  #redactorFor(key: string): Redactor {
    if (key !== this.#key) {
      this.#key = key
      // of a user and a password the second is a secret by itself
      this.#redactor = new Redactor([key, key.slice(key.indexOf(':') + 1), ...this.#others])
    }
    return this.#redactor
  }
}
