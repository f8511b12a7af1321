import { RE2JS } from 're2js'
import { patternError } from './pattern-error.js'

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

  test(text: string): boolean {
    return this.#re2.test(text)
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
  try {
    return new Pattern(source, RE2JS.compile(source))
  } catch (error) {
    throw patternError(source, error)
  }
}
