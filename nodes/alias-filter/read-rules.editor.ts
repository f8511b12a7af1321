export interface EditedRule {
  readonly pattern: string
  readonly label: string
}

/** Rules as they are saved, valid or not; `null` when they are no list at all. */
export function readRules(text: string): EditedRule[] | null {
  try {
    const rules: unknown = JSON.parse(text)
    if (!Array.isArray(rules)) return null
    return rules.map((rule) => {
      const { pattern, label } = Object(rule) as { pattern?: unknown; label?: unknown }
      return { pattern: String(pattern ?? ''), label: String(label ?? '') }
    })
  } catch {
    return null
  }
}
