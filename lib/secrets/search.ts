import { Automaton, type Stretch, united } from './automaton.js'
import { MASK } from './secret.js'
import { ESCAPES, type Unescaped, unescaped } from './unescape.js'

/** A text that was cut off may end in the beginning of a secret; so many bytes of one are worth masking. */
const START_FROM = 4

/** Undoing escapes may leave less of a text than it had. */
const UNESCAPED_FROM = 4

/** JSON in JSON in a URL in a form: so many levels of escapes are undone. */
const LEVELS = 4

/** Longer texts are looked through by pieces, because undoing escapes takes several times their size. */
const PIECE = 256 * 1024

/** One byte of a text may be written with so many: a character as \u00e9 inside JSON inside a URL, and the like. */
const WRITTEN_WITH = 12

/** So many texts the engine finds in less time than it takes to look at each byte here. */
const FEW = 24

const ASCII = /^[\0-\x7f]*$/

/** Whether nothing in a text begins an escape. */
const isPlain = (text: string): boolean => !ESCAPES.some((sign) => text.includes(sign))

const ENCODER = new TextEncoder()

/** Many texts that are looked for at once, as they are and with escapes undone. */
export class Search {
  readonly #automaton: Automaton
  readonly #piece: number
  readonly #overlap: number
  /** What is looked for, where the engine's own search for each is the quickest; null where it is not, or cannot. */
  readonly #few: readonly string[] | null

  constructor(forms: readonly string[]) {
    const wanted = new Map<string, Uint8Array>()
    const want = (bytes: Uint8Array) => wanted.set(Buffer.from(bytes).toString('latin1'), bytes)
    for (const form of forms) {
      const bytes = ENCODER.encode(form)
      want(bytes)
      // what looks like an escape in it is undone with those around it
      for (const { bytes: plain, unfinished } of levels(bytes)) {
        if (plain.length >= UNESCAPED_FROM) want(plain)
        if (unfinished > 0 && plain.length - unfinished >= UNESCAPED_FROM) want(plain.subarray(0, -unfinished))
      }
    }
    this.#automaton = new Automaton([...wanted.values()])
    const all = [...wanted.keys()]
    this.#few = all.length <= FEW && all.every((form) => ASCII.test(form)) ? all : null
    this.#overlap = this.#automaton.longest * WRITTEN_WITH
    this.#piece = Math.max(PIECE, this.#overlap * 4)
  }

  mask(text: string, { cut }: { cut: boolean }): string {
    if (!cut && this.#few !== null && isPlain(text) && !this.#few.some((form) => text.includes(form))) return text
    const bytes = ENCODER.encode(text)
    const found: Stretch[] = []
    let begun = bytes.length
    for (let from = 0; from === 0 || from + this.#overlap < bytes.length; from += this.#piece - this.#overlap) {
      begun = this.#find(bytes.subarray(from, from + this.#piece), from, found)
    }
    if (cut && begun < bytes.length) found.push({ start: begun, end: bytes.length })
    return found.length === 0 ? text : masked(bytes, united(found))
  }

  /** @returns where the beginning of something stands at the end of the piece; its end when none does */
  #find(piece: Uint8Array, offset: number, found: Stretch[]): number {
    const begun = this.#automaton.search(piece, (start, end) =>
      found.push({ start: offset + start, end: offset + end }),
    )
    let first = begun >= START_FROM ? piece.length - begun : piece.length
    for (const { bytes, origin, unfinished } of levels(piece)) {
      const onFound = (start: number, end: number) =>
        found.push({ start: offset + origin(start), end: offset + origin(end) })
      const ends = [bytes.length - this.#automaton.search(bytes, onFound)]
      if (unfinished > 0) {
        const whole = bytes.subarray(0, -unfinished)
        ends.push(whole.length - this.#automaton.search(whole.subarray(-this.#automaton.longest), () => {}))
      }
      for (const [at, end] of ends.entries()) {
        const length = bytes.length - (at === 0 ? 0 : unfinished) - end
        if (length >= START_FROM) first = Math.min(first, origin(end))
      }
    }
    return offset + first
  }
}

/** A text with one level of escapes undone, with two, and so on; `origin` is always the place in the text itself. */
function* levels(text: Uint8Array): Generator<Unescaped> {
  let level = unescaped(text)
  for (let count = 1; level !== null; count++) {
    yield level
    if (count === LEVELS) return
    const { origin } = level
    const deeper = unescaped(level.bytes)
    level = deeper && { ...deeper, origin: (at) => origin(deeper.origin(at)) }
  }
}

function masked(bytes: Uint8Array, stretches: readonly Stretch[]): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let shown = ''
  let from = 0
  for (const { start, end } of stretches) {
    shown += text.toString('utf8', from, start) + MASK
    from = end
  }
  return shown + text.toString('utf8', from)
}
