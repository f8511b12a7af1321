const BACKSLASH = 0x5c
const PERCENT = 0x25
const AMPERSAND = 0x26
const SEMICOLON = 0x3b
const HASH = 0x23
const PLUS = 0x2b
const SPACE = 0x20
const LETTER_U = 0x75
const LETTER_X = 0x78
const CAPITAL_X = 0x58

/** The signs that begin an escape. */
export const ESCAPES = [BACKSLASH, PERCENT, AMPERSAND, PLUS].map((byte) => String.fromCharCode(byte))

const BEGINS_ESCAPE = new Uint8Array(256)
for (const sign of ESCAPES) BEGINS_ESCAPE[sign.charCodeAt(0)] = 1

/** Of a byte that is a hexadecimal digit its value, else -1. */
const HEX = new Int8Array(256).fill(-1)
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = Number.parseInt(digit, 16)

/** What a backslash and this byte stand for; 0 when it is no such escape. */
const AFTER_BACKSLASH = new Uint8Array(256)
for (const pair of ['""', "''", '//', '\\\\', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  AFTER_BACKSLASH[pair.charCodeAt(0)] = pair.charCodeAt(1)
}

const NAMED: ReadonlyMap<string, number> = new Map(
  Object.entries({ quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' }).map(([name, sign]) => [
    name,
    sign.charCodeAt(0),
  ]),
)
/** From `&` to `;`: a code point with some zeros before it. */
const LONGEST_ENTITY = 14

/** A loop copies so many bytes faster than a call. */
const SHORT = 64

/** A text with one level of its escapes undone. */
export interface Unescaped {
  readonly bytes: Uint8Array
  /** How many of the last bytes are the beginning of an escape that may go on. */
  readonly unfinished: number
  /** Where in the text the byte began that stands there, or the text's end. */
  readonly origin: (at: number) => number
}

/**
 * Undoes one level of the escapes of JSON, URLs, forms and HTML, all of them at once, from left to right. What belongs to
 * no escape stays; a plus is a space, as in forms.
 * @returns null when there is none
 */
export function unescaped(text: Uint8Array): Unescaped | null {
  return new Level(text).read()
}

/** The reading of one level. */
class Level {
  readonly #from: Uint8Array
  #bytes: Uint8Array = new Uint8Array()
  #length = 0
  #unfinished = 0
  /** After each escape: how far the result is, and the text. What lies between two of them is the same in both. */
  readonly #marks: number[] = []

  constructor(from: Uint8Array) {
    this.#from = from
  }

  read(): Unescaped | null {
    const from = this.#from
    const end = from.length
    let copied = 0
    for (let at = 0; at < end; ) {
      while (at < end && BEGINS_ESCAPE[from[at]!] === 0) at += 1
      if (at === end) break
      // no escape is shorter than what it stands for
      if (this.#bytes.length === 0) this.#bytes = new Uint8Array(end)
      this.#copy(copied, at)
      copied = at
      const length = this.#escape(from[at]!, at)
      if (length > 0) {
        copied = at + length
        this.#marks.push(this.#length, copied)
      }
      at += length || 1
    }
    if (this.#marks.length === 0) return null
    this.#copy(copied, end)
    return {
      bytes: this.#bytes.subarray(0, this.#length),
      unfinished: this.#unfinished,
      origin: (at) => this.#origin(at),
    }
  }

  #copy(start: number, end: number): void {
    if (end - start > SHORT) {
      this.#bytes.set(this.#from.subarray(start, end), this.#length)
      this.#length += end - start
    } else for (let at = start; at < end; at++) this.#bytes[this.#length++] = this.#from[at]!
  }

  /** What an escape stands for begins where that does; what comes after, as far after the escape as after it here. */
  #origin(at: number): number {
    const marks = this.#marks
    let low = 0
    let high = marks.length / 2
    while (low < high) {
      const middle = (low + high) >> 1
      if (marks[2 * middle]! <= at) low = middle + 1
      else high = middle
    }
    return low === 0 ? at : marks[2 * low - 1]! + at - marks[2 * low - 2]!
  }

  #put(byte: number): void {
    this.#bytes[this.#length++] = byte
  }

  /** Puts what the escape there stands for. @returns its length; 0 when it is none */
  #escape(byte: number, at: number): number {
    if (byte === PLUS) {
      this.#put(SPACE)
      return 1
    }
    if (byte === AMPERSAND) return this.#entity(at)
    if (byte === PERCENT) return this.#hex(at, at + 1, 2)
    const next = this.#from[at + 1] ?? 0
    if (next === LETTER_U) return this.#hex(at, at + 2, 4)
    if (next === LETTER_X) return this.#hex(at, at + 2, 2)
    if (at + 1 === this.#from.length) this.#unfinished = 1
    const meant = AFTER_BACKSLASH[next]!
    if (meant === 0) return 0
    this.#put(meant)
    return 2
  }

  /** Two digits are a byte, four a character. */
  #hex(at: number, first: number, count: 2 | 4): number {
    let value = 0
    for (let digit = first; digit < first + count; digit++) {
      if (digit >= this.#from.length) {
        this.#unfinished = this.#from.length - at
        return 0
      }
      const worth = HEX[this.#from[digit]!]!
      if (worth < 0) return 0
      value = value * 16 + worth
    }
    if (count === 2) this.#put(value)
    else this.#putCharacter(value)
    return first + count - at
  }

  #entity(at: number): number {
    const from = this.#from
    const most = Math.min(from.length, at + LONGEST_ENTITY)
    let end = at + 1
    while (end < most && (isLetterOrDigit(from[end]!) || from[end] === HASH)) end += 1
    if (end === from.length) this.#unfinished = end - at
    if (from[end] !== SEMICOLON || end < at + 3) return 0
    const code = from[at + 1] === HASH ? codeOf(from, at + 2, end) : named(from, at + 1, end)
    if (code === null) return 0
    this.#putCharacter(code)
    return end + 1 - at
  }

  #putCharacter(code: number): void {
    if (code < 0x80) this.#put(code)
    else for (const byte of utf8(this.#paired(code))) this.#put(byte)
  }

  /** With the second half of a pair the whole character: its first half, three bytes, is taken back. */
  #paired(code: number): number {
    const bytes = this.#bytes
    const from = this.#length - 3
    const second = bytes[from + 1] ?? 0
    const isPair = code >= 0xdc00 && code < 0xe000 && bytes[from] === 0xed && second >= 0xa0 && second < 0xb0
    if (!isPair) return code
    this.#length = from
    // the mark after the first half is in the middle of the character now
    if (this.#marks.at(-2) === from + 3) this.#marks.length -= 2
    const high = 0xd000 + (second & 0x3f) * 64 + (bytes[from + 2]! & 0x3f)
    return 0x10000 + (high - 0xd800) * 1024 + (code - 0xdc00)
  }
}

const isLetterOrDigit = (byte: number): boolean =>
  (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a)

const named = (bytes: Uint8Array, start: number, end: number): number | null =>
  NAMED.get(String.fromCharCode(...bytes.subarray(start, end))) ?? null

/** The number between `&#` or `&#x` and `;`; null when it is no code point. */
function codeOf(bytes: Uint8Array, start: number, end: number): number | null {
  const isHex = bytes[start] === LETTER_X || bytes[start] === CAPITAL_X
  const base = isHex ? 16 : 10
  const first = isHex ? start + 1 : start
  let code = 0
  for (let at = first; at < end; at++) {
    const digit = HEX[bytes[at]!]!
    if (digit < 0 || digit >= base) return null
    code = code * base + digit
  }
  return first === end || code > 0x10ffff ? null : code
}

/** As UTF-8 would, halves of pairs too. */
function utf8(code: number): number[] {
  if (code < 0x800) return [0xc0 | (code >> 6), 0x80 | (code & 0x3f)]
  if (code < 0x10000) return [0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
  return [0xf0 | (code >> 18), 0x80 | ((code >> 12) & 0x3f), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]
}
