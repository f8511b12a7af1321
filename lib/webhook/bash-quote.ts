/** Part of a word of a Bash command, safe whatever it holds. */
export type Quoted = string

/** Between single quotes nothing is special but the quote itself, so any text without NUL is safe. */
export function quote(text: string): Quoted {
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A variable's value as it is, neither split nor expanded again. */
export function variable(name: string): Quoted {
  return `"$${name}"`
}

/** One word of several parts; what was quoted twice in a row is quoted once, and nothing at all is an empty word. */
export function concat(parts: readonly Quoted[]): Quoted {
  const filled = parts.filter((part) => part !== EMPTY && part !== '')
  if (filled.length === 0) return EMPTY
  return filled
    .map((part, index) => {
      const start = part.startsWith("'") && filled[index - 1]?.endsWith("'") ? 1 : 0
      const end = part.endsWith("'") && filled[index + 1]?.startsWith("'") ? -1 : part.length
      return part.slice(start, end)
    })
    .join('')
}

const EMPTY = quote('')
