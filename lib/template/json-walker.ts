import { quoted } from './quoted.js'
import type { Problem } from './template-error.js'

/** Where a slot stands: inside a JSON string, or where a JSON value may stand. */
export type JsonPlace = 'json-text' | 'json-value'

type State =
  | 'value'
  | 'first-element'
  | 'key'
  | 'first-key'
  | 'colon'
  | 'comma'
  | 'done'
  | 'string'
  | 'escape'
  | 'unicode'

const EXPECTED: Readonly<Record<State, string>> = {
  value: 'a value',
  'first-element': 'a value or ]',
  key: 'a key in double quotes',
  'first-key': 'a key in double quotes or }',
  colon: 'a colon',
  comma: 'a comma or the end of the list or object',
  done: 'nothing more',
  string: 'the closing quote of a string',
  escape: 'the rest of an escape after \\',
  unicode: 'four hexadecimal digits after \\u',
}

const WHOLE_VALUE = 'Outside quotes a slot is a whole JSON value'
const SEPARATE = 'Put a comma between them, or all of it into one string.'

const SPACE = /[ \t\r\n]*/y
/** Numbers, `true`, `false`, `null`, and whatever somebody took for one. */
const WORD = /[^ \t\r\n,:{}[\]"]+/y
const VALUE_WORD = /^(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)$/
/** Everything that stands for itself in a string: no quote, no backslash, no control character. */
const PLAIN = /[ !#-[\]-\uFFFF]*/y

/**
 * Reads JSON text (RFC 8259) that has holes in it, and knows of each hole whether it lies inside a string or where a
 * value may stand. Used where a template is parsed, and once more where secrets are put into what it rendered.
 */
export class JsonWalker {
  #state: State = 'value'
  /** The objects and arrays that are open. */
  readonly #open: ('{' | '[')[] = []
  #inKey = false
  #hexDigits = 0
  /** Whether a hole, standing for a whole value, ended just here. */
  #afterHole = false
  #stringsClosed = 0

  get outsideStrings(): boolean {
    return this.#state !== 'string' && this.#state !== 'escape' && this.#state !== 'unicode'
  }

  /** How many strings were closed so far. */
  get stringsClosed(): number {
    return this.#stringsClosed
  }

  /**
   * Reads the text up to the next hole.
   * @param base what to add to offsets in problems
   * @returns what is wrong with it; nothing more can be read after that
   */
  text(text: string, base: number): Problem | null {
    let at = 0
    while (at < text.length) {
      if (this.#state === 'string') {
        at = skip(PLAIN, text, at)
        const char = text[at]
        if (char === '"') this.#closeString()
        else if (char === '\\') this.#state = 'escape'
        else if (char !== undefined) return problem(base + at, 1, controlCharacter(char))
        at += 1
      } else if (this.#state === 'escape' || this.#state === 'unicode') {
        if (!this.#escape(text[at]!)) return problem(base + at, 1, badEscape(text[at]!))
        at += 1
      } else {
        const start = skip(SPACE, text, at)
        if (start > at) this.#afterHole = false
        at = start
        if (at === text.length) break
        const word = wordAt(text, at)
        const message = this.#structure(word)
        if (message !== null) return problem(base + at, word.length, message)
        at += word.length
        this.#afterHole = false
      }
    }
    return null
  }

  /** @returns where the hole stands, or in a sentence why none may stand there */
  hole(): JsonPlace | { readonly message: string } {
    switch (this.#state) {
      case 'string':
        return 'json-text'
      case 'value':
      case 'first-element':
        this.#afterHole = true
        this.#endValue()
        return 'json-value'
      case 'escape':
        return {
          message: 'A slot may not follow a single backslash, which would act on it; write \\\\ for a backslash.',
        }
      case 'unicode':
        return { message: 'A slot may not stand inside \\u…: four hexadecimal digits have to follow.' }
      case 'key':
      case 'first-key':
        return { message: 'A slot may not be a bare key; put it in double quotes.' }
      case 'colon':
        return { message: 'There is a colon missing between the key and this slot.' }
      case 'comma':
      case 'done':
        return { message: `${WHOLE_VALUE}, and here it is glued to another. ${SEPARATE}` }
    }
  }

  /** @returns what is missing at the end of the text */
  end(): string | null {
    if (this.#state === 'done') return null
    return `The JSON is not complete: ${EXPECTED[this.#state]} should follow.`
  }

  #escape(char: string): boolean {
    if (this.#state === 'escape') {
      if (char === 'u') {
        this.#state = 'unicode'
        this.#hexDigits = 0
        return true
      }
      this.#state = 'string'
      return '"\\/bfnrt'.includes(char)
    }
    this.#hexDigits += 1
    if (this.#hexDigits === 4) this.#state = 'string'
    return /[0-9A-Fa-f]/.test(char)
  }

  #closeString(): void {
    this.#stringsClosed += 1
    if (this.#inKey) this.#state = 'colon'
    else this.#endValue()
  }

  #endValue(): void {
    this.#state = this.#open.length === 0 ? 'done' : 'comma'
  }

  #structure(word: string): string | null {
    const state = this.#state
    const wantsValue = state === 'value' || state === 'first-element'
    const wantsKey = state === 'key' || state === 'first-key'
    const innermost = this.#open.at(-1)
    switch (word) {
      case '"':
        if (!wantsValue && !wantsKey) break
        this.#inKey = wantsKey
        this.#state = 'string'
        return null
      case '{':
      case '[':
        if (!wantsValue) break
        this.#open.push(word)
        this.#state = word === '{' ? 'first-key' : 'first-element'
        return null
      case '}':
      case ']':
        if (innermost === (word === '}' ? '{' : '[')) {
          if (state === 'comma' || state === 'first-key' || state === 'first-element') {
            this.#open.pop()
            this.#endValue()
            return null
          }
          const afterComma = state === 'key' || (state === 'value' && word === ']')
          if (afterComma) return `There is a comma too many before this ${word}.`
        }
        break
      case ':':
        if (state !== 'colon') break
        this.#state = 'value'
        return null
      case ',':
        if (state !== 'comma') break
        this.#state = innermost === '{' ? 'key' : 'value'
        return null
      default:
        if (!wantsValue) break
        if (!VALUE_WORD.test(word)) return notJson(word)
        this.#endValue()
        return null
    }
    return this.#unexpected(word, innermost)
  }

  #unexpected(word: string, innermost: '{' | '[' | undefined): string {
    if (this.#afterHole && !',:]}'.includes(word)) {
      return `${WHOLE_VALUE}, and ${quoted(word)} is glued to it. ${SEPARATE}`
    }
    if (this.#state === 'done') return `The JSON is complete before ${quoted(word)}; nothing may follow.`
    const expected = this.#state === 'comma' ? `a comma or ${innermost === '{' ? '}' : ']'}` : EXPECTED[this.#state]
    return `JSON has ${expected} here, not ${quoted(word)}.`
  }
}

const problem = (offset: number, length: number, message: string): Problem => ({ offset, length, message })

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  pattern.test(text)
  return pattern.lastIndex
}

function wordAt(text: string, at: number): string {
  const end = skip(WORD, text, at)
  return end > at ? text.slice(at, end) : text[at]!
}

function badEscape(char: string): string {
  return `A backslash in a string is followed by ${quoted(char)}, which JSON does not know; a backslash itself is written \\\\.`
}

function controlCharacter(char: string): string {
  if (char === '\t') return 'A string may not hold a tab; write \\t instead.'
  const isBreak = char === '\n' || char === '\r'
  if (isBreak) return 'A string may not hold a line break; write \\n instead, or close its quote.'
  return `A string may not hold the control character ${quoted(char)}; write it as an escape.`
}

function notJson(word: string): string {
  if (word.startsWith('//') || word.startsWith('/*')) return 'JSON has no comments.'
  if (word.startsWith("'")) return 'JSON has double quotes around text, not single ones.'
  return `${quoted(word)} is no JSON value; text stands in double quotes.`
}
