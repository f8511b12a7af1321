/** Slots that hold a name and nothing else. */
const PLAIN_SLOT = /\$\{(?!event\})(?:(?:event|artifact_metadata)\.)?[A-Za-z_]\w*\}/g

/**
 * Whether a template is certainly right, without the parser that would say so: what `parseTemplate` accepts too. Those
 * that people write are; of all others nothing is known.
 */
export function isPlainTemplate(text: unknown, format: unknown): boolean {
  if (typeof text !== 'string' || text.length > 100_000) return false
  // null stands where any value may stand, and spoils what is glued to it
  const filled = text.replace(PLAIN_SLOT, 'null')
  if (filled.includes('${')) return false
  if (format !== 'json') return format === 'text' || format === 'form'
  try {
    JSON.parse(filled)
    return true
  } catch {
    return false
  }
}
