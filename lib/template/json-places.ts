import { type JsonPlace, JsonWalker } from './json-walker.js'
import type { Piece } from './scan.js'
import type { Problem } from './template-error.js'

export interface JsonPlaces {
  /** Where each slot stands. */
  readonly places: ReadonlyMap<Piece, JsonPlace>
  /** The first thing that keeps the text from being JSON around its slots. */
  readonly problem: Problem | null
}

/**
 * Reads a template as JSON that has holes in it where the slots are.
 * @param complete whether the pieces are all of the text
 */
export function jsonPlaces(text: string, pieces: readonly Piece[], complete: boolean): JsonPlaces {
  const walker = new JsonWalker()
  const places = new Map<Piece, JsonPlace>()
  for (const piece of pieces) {
    const problem = isText(piece) ? walkText(walker, text, piece) : walkSlot(walker, piece, places)
    if (problem) return { places, problem }
  }
  const missing = complete ? walker.end() : null
  return { places, problem: missing === null ? null : { offset: text.length, length: 0, message: missing } }
}

const isText = (piece: Piece) => piece.kind === 'literal' || piece.kind === 'expression'

function walkText(walker: JsonWalker, text: string, { kind, start, end }: Piece): Problem | null {
  const outside = walker.outsideStrings
  const strings = walker.stringsClosed
  const whole = { offset: start, length: end - start }
  if (kind === 'expression' && outside) {
    return { ...whole, message: 'A ${{ … }} is sent as text; put it inside double quotes.' }
  }
  const problem = walker.text(text.slice(start, end), start)
  if (kind === 'expression' && walker.stringsClosed > strings) {
    return { ...whole, message: 'This ${{ is not closed within its string: its }} is missing.' }
  }
  return problem
}

function walkSlot(walker: JsonWalker, piece: Piece, places: Map<Piece, JsonPlace>): Problem | null {
  const { start, end } = piece
  const whole = { offset: start, length: end - start }
  if (piece.kind === 'bare' && walker.outsideStrings) {
    const message = `$${piece.name} without braces stands only inside double quotes; write \${${piece.name}}.`
    return { ...whole, message }
  }
  const place = walker.hole()
  if (typeof place !== 'string') return { ...whole, ...place }
  places.set(piece, place)
  return null
}
