import { textStart } from './lines.js'
import type { Problem } from './template-error.js'

/** A stretch of a template's text, from `start` up to `end` (UTF-16 units). The pieces of a scan lie side by side. */
export type Piece =
  /** `text` is what is sent for it: the stretch with dollar pairs halved. */
  | { readonly kind: 'literal'; readonly start: number; readonly end: number; readonly text: string }
  /** `${{ … }}` with the dollars before it: another system's expression, sent as it stands. */
  | { readonly kind: 'expression'; readonly start: number; readonly end: number; readonly text: string }
  /** `${ … }`. */
  | { readonly kind: 'slot'; readonly start: number; readonly end: number }
  /** `$NAME` with all dollars before it. */
  | { readonly kind: 'bare'; readonly start: number; readonly end: number; readonly name: string }

export interface Scan {
  readonly pieces: readonly Piece[]
  /** A slot that is never closed: nothing after it can be understood. */
  readonly unclosed: Problem | null
}

const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_]*/y

/**
 * Sets apart what stands for itself (text, dollar pairs, `${{ … }}`) from slots. In a run of dollars before `{` each
 * pair is one literal dollar, and an odd last one makes the slot, which ends at the first `}`. Takes any text, in time
 * that grows with its length alone.
 */
export function scan(text: string): Scan {
  const pieces: Piece[] = []
  let at = textStart(text)
  let literalStart = at
  let halved = ''
  let copiedUpTo = at
  let expressionsEnd = false

  const endLiteral = (end: number) => {
    if (end > literalStart) {
      pieces.push({ kind: 'literal', start: literalStart, end, text: halved + text.slice(copiedUpTo, end) })
    }
    halved = ''
  }
  const begin = (offset: number) => {
    at = offset
    literalStart = offset
    copiedUpTo = offset
  }
  const unclosed = (offset: number, length: number, message: string): Scan => {
    endLiteral(offset)
    return { pieces, unclosed: { offset, length, message } }
  }

  for (;;) {
    const start = text.indexOf('$', at)
    if (start === -1) break
    let after = start + 1
    while (text[after] === '$') after += 1
    const dollars = after - start

    if (text[after] !== '{') {
      IDENTIFIER.lastIndex = after
      const name = IDENTIFIER.exec(text)?.[0]
      if (name === undefined) {
        at = after
        continue
      }
      endLiteral(start)
      begin(after + name.length)
      pieces.push({ kind: 'bare', start, end: at, name })
      continue
    }

    if (text[after + 1] === '{') {
      const close: number = expressionsEnd ? -1 : text.indexOf('}}', after + 2)
      expressionsEnd ||= close === -1
      if (close !== -1) {
        endLiteral(start)
        begin(close + 2)
        pieces.push({ kind: 'expression', start, end: at, text: text.slice(start, at) })
        continue
      }
      if (dollars % 2 === 1) return unclosed(after - 1, 3, 'This ${{ is never closed: its }} is missing.')
    }

    halved += text.slice(copiedUpTo, start) + '$'.repeat(dollars >> 1)
    copiedUpTo = after
    at = after
    if (dollars % 2 === 0) continue
    const close = text.indexOf('}', after)
    copiedUpTo = after - 1
    if (close === -1) return unclosed(after - 1, 2, 'This slot is never closed: its } is missing.')
    endLiteral(after - 1)
    begin(close + 1)
    pieces.push({ kind: 'slot', start: after - 1, end: at })
  }
  endLiteral(text.length)
  return { pieces, unclosed: null }
}
