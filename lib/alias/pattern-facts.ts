import type { Pattern } from './pattern.js'

/** Go's regexp/syntax `EmptyBeginText`. */
const BEGIN_TEXT = 4

/** Whether a match can only be at the beginning of a text. Some that are say no. */
export const isAnchored = (pattern: Pattern): boolean => {
  const condition: unknown = pattern.re2.re2().cond
  return typeof condition === 'number' && condition > 0 && (condition & BEGIN_TEXT) !== 0
}

/** What re2js knows of a pattern and uses itself to pass over texts quickly (its `Prefilter`; not documented). */
interface Prefilter {
  readonly type: number
  readonly str: string
  readonly subs: readonly Prefilter[]
}
const EXACT = 1
const AND = 2
const OR = 3

/**
 * Texts without which a pattern cannot match, as conditions of which each holds for every match: at least one of its
 * texts stands in it. None when nothing is known.
 */
export function requiredTexts(pattern: Pattern): string[][] {
  const prefilter: unknown = pattern.re2.re2().prefilter
  return isPrefilter(prefilter) ? conditions(prefilter) : []
}

const isPrefilter = (value: unknown): value is Prefilter =>
  typeof value === 'object' && value !== null && 'type' in value && 'str' in value && 'subs' in value

function conditions({ type, str, subs }: Prefilter): string[][] {
  if (type === EXACT && str !== '') return [[str]]
  if (type === AND) return subs.flatMap(conditions)
  if (type !== OR) return []
  const each = subs.map((sub) => conditions(sub)[0])
  return each.every((texts) => texts !== undefined) ? [each.flat()] : []
}
