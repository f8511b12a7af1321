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

/** One word of several parts; what was quoted twice in a row is quoted once. */
export function concat(...parts: readonly Quoted[]): Quoted {
  return parts.reduce((word, part) => {
    return word.endsWith("'") && part.startsWith("'") && word !== quote('') && part !== quote('')
      ? word.slice(0, -1) + part.slice(1)
      : word + part
  }, '')
}
