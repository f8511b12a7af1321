import { RE2JS } from 're2js'
import { PatternError, patternError } from './pattern-error.js'

/**
 * Texts that are longer match nothing: some patterns take 10 µs for each character. Whatever an event holds is shorter
 * (1,024 characters, which may be two UTF-16 units each); a flow can make it longer.
 */
export const LONGEST_MATCHED = 2 * 1024

/** A pattern that is longer is not looked at. */
const LONGEST_PATTERN = 10_000

/**
 * A regular expression in RE2's syntax as Go's `regexp` has it, searched for anywhere in a text. Its time grows with
 * the text alone, whatever the pattern: an event from outside cannot make it slow.
 */
export class Pattern {
  readonly source: string
  readonly #re2: RE2JS

  /** Use {@link compilePattern}. */
  constructor(source: string, re2: RE2JS) {
    this.source = source
    this.#re2 = re2
  }

  /** A text that is too long matches nothing. */
  test(text: string): boolean {
    return text.length <= LONGEST_MATCHED && this.#re2.test(text)
  }

  /** The compiled program, for those who look into it. */
  get re2(): RE2JS {
    return this.#re2
  }
}

/**
 * The empty pattern matches everything.
 * @throws PatternError (`pattern_invalid`) that names what RE2 does not have, and where it stands
 */
export function compilePattern(source: string): Pattern {
  if (source.length > LONGEST_PATTERN)
    throw new PatternError(`it has more than ${LONGEST_PATTERN} characters`, undefined)
  try {
    return new Pattern(source, RE2JS.compile(source))
  } catch (error) {
    throw patternError(source, error)
  }
}
