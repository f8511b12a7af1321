/** Letters and digits, classes of them, escapes and dots; each may repeat. */
const ATOM = /(?:[\w :/@=,-]|\.|\\[dws./-]|\[(?:a-z|A-Z|0-9|\w)+\])[*+?]?/g

/**
 * Whether a pattern is certainly right, without the engine that would say so: what `compilePattern` accepts too. Those
 * that people write are; of all others nothing is known.
 */
export function isPlainPattern(source: unknown): boolean {
  if (typeof source !== 'string' || source.length > 500) return false
  let left = source.replace(ATOM, 'a')
  for (let before = ''; before !== left; ) {
    before = left
    left = left.replace(/\((?:\?:)?[a^$|]*\)[*+?]?/g, 'a')
  }
  return /^[a^$|]*$/.test(left)
}
