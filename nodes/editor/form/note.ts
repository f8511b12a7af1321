import { element, newId } from '../element.js'

/** A line below a field that says what is wrong with it, or what it means; screen readers hear it change. */
export class Note {
  static readonly #fields = new WeakSet<Element>()
  readonly #line = element('div', { class: 'aa-note', role: 'status', 'aria-live': 'polite', id: newId('note') })
  readonly #field: Element

  /** @param field what the note is about; the note goes below its row */
  constructor(field: JQuery | Element) {
    this.#field = (field instanceof Element ? field : field.get(0)) as Element
    Note.#fields.add(this.#field)
    const row = this.#field.closest('.form-row') ?? this.#field
    row.after(this.#line)
    const described = this.#field.getAttribute('aria-describedby')
    this.#field.setAttribute('aria-describedby', [described, this.#line.id].filter(Boolean).join(' '))
  }

  /** Whether this field has a note. */
  static isBelow(field: JQuery): boolean {
    const [element] = field.get()
    return element !== undefined && Note.#fields.has(element)
  }

  say(kind: 'error' | 'warning' | 'info', text: string): void {
    this.#line.className = `aa-note aa-${kind}`
    if (this.#line.textContent !== text) this.#line.textContent = text
    this.#field.setAttribute('aria-invalid', String(kind === 'error' && text !== ''))
  }

  clear(): void {
    this.say('info', '')
  }
}
