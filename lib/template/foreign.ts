import { isVocabularyName } from '../events/vocabulary.js'
import { scan } from './scan.js'

/** A placeholder of another system that stands in a template, where it is text like any other. */
export interface ForeignPlaceholder {
  /** As it is written. */
  readonly text: string
  /** In UTF-16 units from the start of the template. */
  readonly offset: number
  /** The variable that was probably meant; `null` when none is like it. */
  readonly variable: string | null
}

/** Mustache, Jinja and Liquid, ERB and its kin, Ruby and Vault, the shell: each around something that is like a name. */
const FOREIGN =
  /\{\{[^{}]{1,80}\}\}|\{%[^{}%]{1,80}%\}|<%[^<>%]{1,80}%>|[#@]\{[A-Za-z_][\w.]{0,80}\}|\$\([A-Za-z_][\w.]{0,80}\)|\{[A-Za-z_][\w.]{0,80}\}/g

/**
 * What in a template looks as if another system were to fill it in, such as `{{payload.alias}}`: it would be sent as it
 * stands. `${{ … }}` is left alone, and so is `{name}` unless the vocabulary has the name.
 */
export function foreignPlaceholders(template: string): ForeignPlaceholder[] {
  return scan(template).pieces.flatMap((piece) => {
    if (piece.kind !== 'literal') return []
    const found = [...template.slice(piece.start, piece.end).matchAll(FOREIGN)].map(({ 0: text, index }) => ({
      text,
      offset: piece.start + index,
      variable: variableIn(text),
    }))
    return found.filter(({ text, variable }) => variable !== null || !/^\{[^{%]/.test(text))
  })
}

/** The last name inside, past `msg.payload.` and the like. */
function variableIn(placeholder: string): string | null {
  const names = placeholder.match(/[A-Za-z_]\w*/g) ?? []
  return names.findLast(isVocabularyName) ?? null
}
