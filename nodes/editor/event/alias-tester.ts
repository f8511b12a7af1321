import { element, fill, newId } from '../element.js'

/** What happens to one alias or tag, in words. */
export interface Verdict {
  readonly taken: boolean
  readonly words: string
}

interface TesterOptions {
  readonly label: string
  readonly hint: string
  /** Comma-separated; what people try first. */
  readonly examples: string
  /** `null` when nothing can be said, because what is tested is not valid. */
  readonly judge: (subject: string) => Verdict | null
}

/**
 * A field for aliases or tags, and what would become of each: words and a mark, colour only on top. What is typed here
 * is not saved.
 */
export class AliasTester {
  readonly #options: TesterOptions
  readonly #field: HTMLInputElement
  readonly #chips: HTMLUListElement

  constructor(parent: Element, options: TesterOptions) {
    this.#options = options
    const id = newId('tester')
    this.#field = element('input', { type: 'text', id, autocomplete: 'off', spellcheck: 'false' })
    this.#field.value = options.examples
    this.#chips = element('ul', { class: 'aa-chips', 'aria-live': 'polite', 'aria-label': options.label })
    parent.append(
      element(
        'div',
        { class: 'form-row' },
        element(
          'label',
          { for: id },
          element('i', { class: 'fa fa-flask', 'aria-hidden': 'true' }),
          ` ${options.label}`,
        ),
        ' ',
        this.#field,
      ),
      element('div', { class: 'aa-hint' }, options.hint),
      this.#chips,
    )
    this.#field.addEventListener('input', () => this.update())
  }

  /** Judges anew, after what is tested has changed. */
  update(): void {
    const subjects = [...new Set(this.#field.value.split(/[,\n]/).map((subject) => subject.trim()))].filter(Boolean)
    fill(this.#chips, ...subjects.map((subject) => this.#chip(subject)))
  }

  #chip(subject: string): HTMLLIElement {
    const verdict = this.#options.judge(subject)
    if (!verdict) return element('li', { class: 'aa-chip' }, element('b', {}, subject))
    return element(
      'li',
      { class: `aa-chip ${verdict.taken ? 'aa-yes' : 'aa-no'}` },
      element('i', { class: `fa ${verdict.taken ? 'fa-check' : 'fa-minus'}`, 'aria-hidden': 'true' }),
      ' ',
      element('b', {}, subject),
      ` ${verdict.words}`,
    )
  }
}
