import { AutomationError } from '../error.js'
import { compilePattern, type Pattern } from './pattern.js'

/** What people call the version that counts, most usual first. */
const USUAL = ['production', 'staging', 'champion', 'latest', 'candidate', 'dev', 'v3']

/** A text that the pattern matches, for a sample event; `undefined` when the pattern is too odd to find one. */
export function exampleOf(pattern: Pattern): string | undefined {
  return USUAL.find((text) => pattern.test(text)) ?? [spell(pattern.source)].find((text) => text && pattern.test(text))
}

/** The same for a pattern as it is typed; `undefined` also when any text will do, and while it is no pattern yet. */
export function exampleFor(pattern: string | undefined): string | undefined {
  if (!pattern) return undefined
  try {
    return exampleOf(compilePattern(pattern))
  } catch (error) {
    if (error instanceof AutomationError) return undefined
    throw error
  }
}

/** One character of a class, an escape or a dot. */
const TOKEN =
  /\\[pP]\{[^}]*\}|\\[pP][A-Z]|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|./suy
const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:,\d*)?\})\??/y
const GROUP = /\((?:\?(?:P?<\w+>|[a-zA-Z-]*:))?/y
const EMPTY = /\^|\$|\\[AzbB]|\(\?[a-zA-Z-]+\)/y

/** Reads the first alternative of everything, once; what it gets wrong, the pattern itself will refuse. */
function spell(source: string): string | undefined {
  let at = 0
  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at
    const found = token.exec(source)
    if (found) at = token.lastIndex
    return found
  }

  const alternatives = (): string => {
    const first = sequence()
    while (source[at] === '|') {
      at++
      sequence()
    }
    return first
  }

  const sequence = (): string => {
    let text = ''
    while (at < source.length && source[at] !== '|' && source[at] !== ')') text += repeated()
    return text
  }

  const repeated = (): string => {
    if (take(EMPTY)) return ''
    const once = piece()
    const quantifier = take(QUANTIFIER)
    return once.repeat(Math.min(Number(quantifier?.[1] ?? 1), 100))
  }

  const piece = (): string => {
    if (take(GROUP)) {
      const inside = alternatives()
      at++
      return inside
    }
    const token = take(TOKEN)
    if (!token) throw new SyntaxError('too odd')
    return character(token[0])
  }

  try {
    return alternatives()
  } catch {
    return undefined
  }
}

const LETTERS = '1abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ023456789-_. /'

function character(token: string): string {
  if (!/^[\\[.]/.test(token)) return token
  const one = compilePattern(`^(?:${token})$`)
  return [...LETTERS, ...token].find((letter) => one.test(letter)) ?? ''
}
