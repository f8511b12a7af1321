import { MASK } from './secret.js'

/**
 * Masks in the texts, names and numbers of a JSON text, one by one: its layout and its shape stay. A number, `true`,
 * `false` or `null` that holds a secret becomes the text `***`.
 * @returns null when the text is no JSON
 */
export function redactJson(text: string, redact: (part: string) => string): string | null {
  try {
    JSON.parse(text)
  } catch {
    return null
  }
  const names = new Names()
  let shown = ''
  let copied = 0
  for (const { start, end, isName } of tokens(text)) {
    const written = text.slice(start, end)
    const isText = written.startsWith('"')
    const value = isText ? (JSON.parse(written) as string) : written
    const redacted = redact(value)
    if (redacted === value) continue
    const unique = isName ? names.unique(redacted) : redacted
    shown += text.slice(copied, start) + (isText ? JSON.stringify(unique) : `"${MASK}"`)
    copied = end
  }
  return shown + text.slice(copied)
}

/** Two names that are masked alike would be one member. */
class Names {
  readonly #used = new Map<string, number>()

  unique(name: string): string {
    const count = (this.#used.get(name) ?? 0) + 1
    this.#used.set(name, count)
    return count === 1 ? name : `${name} (${count})`
  }
}

const BETWEEN = new Set(' \t\r\n{}[],:')

/** Texts, numbers and words of what is known to be JSON. */
function* tokens(text: string): Generator<{ start: number; end: number; isName: boolean }> {
  for (let at = 0; at < text.length; ) {
    if (BETWEEN.has(text[at]!)) {
      at += 1
      continue
    }
    const start = at
    at = text[at] === '"' ? endOfText(text, at) : endOfWord(text, at)
    yield { start, end: at, isName: text[start] === '"' && isBeforeColon(text, at) }
  }
}

function endOfText(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

function endOfWord(text: string, start: number): number {
  let at = start
  while (at < text.length && !BETWEEN.has(text[at]!)) at += 1
  return at
}

function isBeforeColon(text: string, from: number): boolean {
  let at = from
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r' || text[at] === '\n') at += 1
  return text[at] === ':'
}
