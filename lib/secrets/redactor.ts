import { redactJson } from './redact-json.js'
import { Search } from './search.js'
import { formsOf, partsOf } from './spellings.js'

/** A longer text costs more to keep than to look through again, in characters. */
const LONGEST_KEPT = 4096

/**
 * Masks secrets in every text that comes from elsewhere: an echoed request in an answer, an error's message, an event.
 * Finds each value as it is, escaped in any mixture of the ways of JSON, URLs, forms and HTML, in base64 and base64url
 * (also inside a longer encoded text, as in `Basic base64(user:password)`), and in hex; each line of a text of several
 * lines and each value of a JSON text by itself. Values under six characters are not searched for.
 *
 * The time grows with the length of the text alone: no regular expression looks at it.
 */
export class Redactor {
  readonly #forms: readonly string[]
  readonly #plain: Search
  #lowerCase: Search | null = null
  /** The last text and the last name that held no secret: an endpoint gives thousands of the same answer. */
  #clean = ''
  #cleanName = ''

  constructor(values: Iterable<string>) {
    const forms = new Set<string>()
    for (const part of partsOf(values)) for (const form of formsOf(part)) forms.add(form)
    this.#forms = [...forms]
    this.#plain = new Search(this.#forms)
  }

  redact(text: string): string {
    if (this.#forms.length === 0 || text === this.#clean) return text
    const shown = this.#plain.mask(text, { cut: false })
    if (shown === text && text.length <= LONGEST_KEPT) this.#clean = text
    return shown
  }

  /** For a text whose end is missing: what could be the beginning of a secret there is masked too. */
  redactCut(text: string): string {
    return this.#forms.length === 0 ? text : this.#plain.mask(text, { cut: true })
  }

  /** JSON stays the JSON that it was, but for the values and names that hold a secret; anything else is a text. */
  redactJson(text: string): string {
    const redacted = this.redact(text)
    return redacted === text ? text : (redactJson(text, (each) => this.redact(each)) ?? redacted)
  }

  /** The name of a header, which Node.js gives in small letters. */
  redactName(name: string): string {
    if (this.#forms.length === 0 || name === this.#cleanName) return name
    this.#lowerCase ??= new Search(this.#forms.map((form) => form.toLowerCase()))
    const lower = name.toLowerCase()
    const masked = this.#lowerCase.mask(lower, { cut: false })
    if (masked !== lower) return masked
    if (name.length <= LONGEST_KEPT) this.#cleanName = name
    return name
  }
}
