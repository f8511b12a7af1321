import { MASK } from './secret.js'

/** Shorter values are masked as they are, but their encoded forms would hit half of every text. */
const ENCODED_FROM = 4

/** A pattern for every way to escape a value grows with it; longer ones (PEM keys) are searched in the plain ways. */
const PATTERN_UP_TO = 1000

/** A text that was cut off may end in the beginning of a secret; so many characters of one are worth masking. */
const START_FROM = 4

/**
 * Masks secrets in text that comes from elsewhere: an echoed request in a response, an error's message. Finds each
 * value as it is, escaped in any mixture of the ways of JSON, URLs, forms and HTML, in base64 and base64url (also
 * inside a longer encoded text, as in `Basic base64(user:password)`), and in hex.
 */
export class Redactor {
  /** In the order in which they are searched: longer secrets first, because they may contain shorter ones. */
  readonly #searched: readonly (string | RegExp)[]
  /** All of them at once, because most texts hold none; null when that would make too long a pattern. */
  readonly #any: RegExp | null
  readonly #forms: readonly string[]

  constructor(values: Iterable<string>) {
    const secrets = [...new Set(withParts(values))].sort((a, b) => b.length - a.length)
    this.#searched = secrets.flatMap((secret): (string | RegExp)[] => {
      const plain = secret.length > PATTERN_UP_TO ? escapedForms(secret) : [new RegExp(inAnyEscaping(secret), 'g')]
      return [...plain, ...encodedForms(secret), ...misreadForms(secret)]
    })
    this.#any = anyOf(this.#searched)
    this.#forms = secrets.flatMap((secret) => [
      ...escapedForms(secret),
      ...encodedForms(secret),
      ...misreadForms(secret),
    ])
  }

  redact(text: string): string {
    if (this.#any?.test(text) === false) return text
    return this.#searched.reduce<string>((rest, searched) => rest.replaceAll(searched, MASK), text)
  }

  /** For a text whose end is missing: what could be the beginning of a secret there is masked too. */
  redactCut(text: string): string {
    const redacted = this.redact(text)
    const length = Math.max(0, ...this.#forms.map((form) => startAtEnd(redacted, form)))
    return length > 0 ? redacted.slice(0, -length) + MASK : redacted
  }
}

/** The values, and of a `whsec_` signing secret the part that is the key. */
function* withParts(values: Iterable<string>): Generator<string> {
  for (const value of values) {
    if (value !== '') yield value
    if (value.startsWith('whsec_') && value.length > 'whsec_'.length) yield value.slice('whsec_'.length)
  }
}

/** V8 refuses patterns that are too long, with an error that shows them. */
const ANY_UP_TO = 32 * 1024

function anyOf(searched: readonly (string | RegExp)[]): RegExp | null {
  const pattern = searched.map((one) => (typeof one === 'string' ? escapeRegExp(one) : one.source)).join('|')
  return pattern === '' || pattern.length > ANY_UP_TO ? null : new RegExp(pattern)
}

/** How many characters at the end of `text` are the beginning of `form` (0 below `START_FROM`). */
function startAtEnd(text: string, form: string): number {
  for (let length = Math.min(text.length, form.length - 1); length >= START_FROM; length--) {
    if (text.endsWith(form.slice(0, length))) return length
  }
  return 0
}

/** A value as it is, and as JSON, URLs and forms write it. */
function escapedForms(value: string): string[] {
  const url = encodeURIComponent(Buffer.from(value).toString())
  return [...new Set([value, JSON.stringify(value).slice(1, -1), url, url.replaceAll('%20', '+')])]
}

/**
 * In base64 and hex, of the value and of what it is inside a body that is echoed whole. base64 groups three bytes, so a
 * value inside a longer text has one of three spellings; its edges mix with what surrounds it.
 */
function encodedForms(value: string): string[] {
  if (value.length < ENCODED_FROM) return []
  const forms = new Set<string>()
  for (const bytes of escapedForms(value).map((text) => Buffer.from(text))) {
    forms.add(bytes.toString('hex')).add(bytes.toString('hex').toUpperCase())
    for (const before of [0, 1, 2]) {
      const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
      const cleanStart = before === 0 ? 0 : before + 1
      const cleanEnd = base64.length - [0, 3, 2][(before + bytes.length) % 3]!
      const own = base64.slice(cleanStart, cleanEnd)
      forms.add(own).add(own.replaceAll('+', '-').replaceAll('/', '_'))
    }
  }
  return [...forms]
}

const WINDOWS_1252 = new TextDecoder('windows-1252')

/** What is read when a value's bytes are taken for Latin-1, as headers are, or for what browsers call so. */
function misreadForms(value: string): string[] {
  const bytes = Buffer.from(value)
  return bytes.length === value.length ? [] : [bytes.toString('latin1'), WINDOWS_1252.decode(bytes)]
}

/** A pattern that finds the value with each of its characters written in any of the usual ways. */
function inAnyEscaping(value: string): string {
  return Array.from(value.matchAll(/\\+|[^\\]/gsu), ([run]) => {
    if (!run.startsWith('\\')) return spellings(run)
    // each level of quoting doubles backslashes, so a run of them is counted as a whole
    return `(?:\\\\|\\\\u005[cC]|%(?:25)?5[cC]|&#92;){${run.length},${run.length * 8}}`
  }).join('')
}

const NAMED: Readonly<Record<string, string>> = { '"': '&quot;', "'": '&apos;', '&': '&amp;', '<': '&lt;', '>': '&gt;' }
const SHORT: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' }

function spellings(character: string): string {
  const plain = escapeRegExp(character)
  if (/^[A-Za-z0-9]$/.test(character)) return plain
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
  const spelled = [
    `\\\\{0,4}${plain}`,
    units.map((unit) => `\\\\{1,4}u${anyCase(unit.toString(16).padStart(4, '0'))}`).join(''),
    Array.from(Buffer.from(character), (byte) => `%(?:25)?${anyCase(byte.toString(16).padStart(2, '0'))}`).join(''),
    `&#0*${character.codePointAt(0)};`,
    `&#[xX]0*${anyCase(character.codePointAt(0)!.toString(16))};`,
  ]
  if (SHORT[character]) spelled.push(`\\\\{1,4}${SHORT[character]}`)
  if (NAMED[character]) spelled.push(NAMED[character])
  if (character === ' ') spelled.push('\\+')
  return `(?:${spelled.join('|')})`
}

function anyCase(hex: string): string {
  return hex.replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
