import { RE2JS, RE2JSSyntaxException } from 're2js'
import { AutomationError } from '../error.js'

/** A pattern that RE2 refuses. */
export class PatternError extends AutomationError {
  /** UTF-16 units from the start of the pattern to what is wrong; absent when it is the pattern as a whole. */
  readonly offset: number | undefined

  constructor(reason: string, offset: number | undefined, cause?: unknown) {
    const where = offset === undefined ? '' : ` (at character ${offset + 1})`
    super('pattern_invalid', `The pattern cannot be used: ${reason}${where}.`, {
      details: [{ path: 'pattern', message: `${reason}${where}` }],
      cause,
    })
    this.offset = offset
  }
}

/** What people bring from other engines, by the text where RE2 stops; the first that fits. */
const CONSTRUCTS: readonly (readonly [begins: RegExp, reason: string])[] = [
  [/^\(\?[=!]/, 'lookahead, (?=…) or (?!…), does not exist in RE2'],
  [/^\(\?<[=!]/, 'lookbehind, (?<=…) or (?<!…), does not exist in RE2'],
  [/^\(\?>/, 'an atomic group, (?>…), does not exist in RE2'],
  [/^\(\?P=/, 'a backreference, (?P=name), does not exist in RE2'],
  [/^\(\?\(/, 'a condition, (?(…)…), does not exist in RE2'],
  [/^\(\?[R0-9&]/, 'recursion does not exist in RE2'],
  [/^\(\?\|/, 'a branch reset, (?|…), does not exist in RE2'],
  [/^\(\?#/, 'a comment, (?#…), does not exist in RE2'],
  [/^\\[1-9]/, 'a backreference, such as \\1, does not exist in RE2'],
  [/^\\[kg]/, 'a backreference, \\k or \\g, does not exist in RE2'],
  [/^\\Z/, '\\Z does not exist in RE2; write \\z or $'],
  [/^\\G/, '\\G does not exist in RE2'],
  [/^\\u/, '\\u does not exist in RE2; write \\x{…}'],
  [/^\\[cC]/, 'the escapes \\c and \\C do not exist in RE2'],
  [/^\\[hHRXK]/, 'this escape of other engines does not exist in RE2'],
  [/^(?:[*+?]|\{\d+(?:,\d*)?\})\+/, 'a possessive quantifier, such as a++, does not exist in RE2'],
]

/** What RE2 says, in other words; its own are those of Go's regexp/syntax package. */
const REASONS: Readonly<Record<string, string>> = {
  'invalid character class range': 'the character class is not valid',
  'invalid escape sequence': 'this escape does not exist in RE2',
  'invalid named capture': 'a group is named as in (?P<name>…), with letters, digits and _',
  'duplicate capture group name': 'two groups have the same name',
  'invalid or unsupported Perl syntax': 'this kind of group does not exist in RE2',
  'invalid nested repetition operator': 'a quantifier follows another quantifier',
  'invalid repeat count': 'a repetition is limited to 1,000 times, nested ones together',
  'missing closing ]': 'the [ is never closed',
  'missing closing )': 'the ( is never closed',
  'unexpected )': 'the ) closes nothing',
  'missing argument to repetition operator': 'there is nothing to repeat before the quantifier',
  'trailing backslash at end of expression': 'the pattern ends in a lone backslash',
  'expression nests too deeply': 'it nests too deeply',
  'expression too large': 'it is too large',
}

/** What to tell the person who wrote `source`, when compiling it threw `error`. */
export function patternError(source: string, error: unknown): PatternError {
  if (!(error instanceof RE2JSSyntaxException)) return new PatternError('it is too large for RE2', undefined, error)
  const offset = offsetOf(source, error)
  const construct =
    offset === undefined ? undefined : CONSTRUCTS.find(([begins]) => begins.test(source.slice(offset)))?.[1]
  return new PatternError(construct ?? REASONS[error.error] ?? error.error, offset, error)
}

/** RE2 tells the text that it refuses, but not where that stands. */
function offsetOf(source: string, { error, input }: RE2JSSyntaxException): number | undefined {
  if (error === 'trailing backslash at end of expression') return source.length - 1
  if (error === 'missing closing )') return unclosedGroup(source)
  // The parser reads from left to right and stops at the first fault, so the shortest beginning of the pattern with
  // the same fault ends right behind it.
  const sameFault = (length: number) => {
    const fault = faultOf(source.slice(0, length))
    return fault?.error === error && (error === 'unexpected )' || fault.input === input)
  }
  if (input === null || !sameFault(source.length)) return undefined
  let tooShort = 0
  let longEnough = source.length
  while (longEnough - tooShort > 1) {
    const middle = (tooShort + longEnough) >> 1
    if (sameFault(middle)) longEnough = middle
    else tooShort = middle
  }
  if (error === 'unexpected )') return longEnough - 1
  const offset = source.slice(0, longEnough).lastIndexOf(input)
  return offset < 0 ? undefined : offset
}

/** With more groups the position is not worth the time it takes to find. */
const MOST_GROUPS = 50

/** The ( which, taken as a plain character, leaves one ) less to be missing. */
function unclosedGroup(source: string): number | undefined {
  const opened = source.split('(').length - 1
  if (opened > MOST_GROUPS) return undefined
  let missing = 1
  while (faultOf(source + ')'.repeat(missing))?.error === 'missing closing )') {
    if (missing++ > opened) return undefined // an open \Q takes them as text
  }
  for (let offset = source.indexOf('('); offset >= 0; offset = source.indexOf('(', offset + 1)) {
    const asCharacter = `${source.slice(0, offset)}\\${source.slice(offset)}`
    if (faultOf(asCharacter + ')'.repeat(missing - 1)) === undefined) return offset
  }
  return undefined
}

function faultOf(source: string): RE2JSSyntaxException | undefined {
  try {
    RE2JS.compile(source)
    return undefined
  } catch (error) {
    return error instanceof RE2JSSyntaxException ? error : undefined
  }
}
