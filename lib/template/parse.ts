import { isSecretName } from '../events/vocabulary.js'
import { formLayout } from './form-text.js'
import { jsonPlaces } from './json-places.js'
import { lineIndex, textStart } from './lines.js'
import { readSlot } from './names.js'
import { readerOf } from './read.js'
import { type Piece, scan } from './scan.js'
import type { SecretSlot } from './slot.js'
import { TEMPLATE_FORMATS, type Template, type TemplateFormat, type TemplateName } from './template.js'
import { type Problem, TemplateError } from './template-error.js'
import { wellFormed, wellFormedJson } from './write.js'

export type { Template } from './template.js'

/**
 * Parses a template once, so that rendering cannot fail on it. With the format `json` what it renders is valid JSON
 * for any event; an empty or blank one is `{}`.
 *
 * Two things differ from W&B (docs.wandb.ai, "Create a webhook automation", payload variables): W&B leaves names that
 * it does not know as they are, and it sorts and compacts the JSON.
 * @throws TemplateError (code `template_invalid`) with line and column of everything that is wrong
 */
export function parseTemplate(text: string, format: TemplateFormat): Template {
  if (!TEMPLATE_FORMATS.includes(format)) throw unknownFormat(text)
  if (format === 'json' && text.slice(textStart(text)).trim() === '') return { format, names: [], parts: ['{}'] }

  const { pieces, unclosed } = scan(text)
  const problems: Problem[] = unclosed ? [unclosed] : []
  const json = format === 'json' ? jsonPlaces(text, pieces, unclosed === null) : null
  if (json?.problem) problems.push(json.problem)
  const names: TemplateName[] = []
  const parts: Template['parts'][number][] = []
  const positionOf = lineIndex(text)

  const use = (piece: Piece, name: string, kind: TemplateName['kind']) => {
    const { start, end } = piece
    names.push({ name, kind, offset: start, length: end - start, ...positionOf(start) })
  }
  const say = (literal: string) => {
    const last = parts.length - 1
    if (typeof parts[last] === 'string') parts[last] += literal
    else parts.push(literal)
  }

  for (const piece of pieces) {
    const as = json === null ? (format === 'form' ? 'form' : 'raw') : (json.places.get(piece) ?? 'json-text')
    const written = text.slice(piece.start, piece.end)
    switch (piece.kind) {
      case 'literal':
      case 'expression':
        say(literalText(piece.text, as))
        break
      case 'bare':
        // A name that no secret can have stays as it is written.
        if (!isSecretName(piece.name)) {
          say(as === 'form' ? formLayout(written) : written)
          break
        }
        use(piece, piece.name, 'bare-secret')
        parts.push({ kind: 'secret', name: piece.name, as, text: written })
        break
      case 'slot': {
        const slot = readSlot(written)
        if (slot.kind === 'refused') {
          problems.push({ offset: piece.start, length: written.length, message: slot.message })
          break
        }
        const { kind, name } = slot
        use(piece, name, kind)
        if (kind === 'token' || kind === 'secret') parts.push({ kind: 'secret', name, as, text: written })
        else parts.push({ kind: 'variable', name, as, read: readerOf(name, kind) })
      }
    }
  }
  if (problems.length > 0) throw new TemplateError(text, problems)
  return { format, names, parts }
}

/** A piece of the template's own text as it is sent. */
function literalText(text: string, as: SecretSlot['as']): string {
  if (as === 'form') return formLayout(text)
  return as === 'raw' ? wellFormed(text) : wellFormedJson(text)
}

/** A misspelt format must not send a payload that nobody escaped. */
function unknownFormat(text: string): TemplateError {
  const message = `The format is none of ${TEMPLATE_FORMATS.join(', ')}; choose one in the dialog of the payload-template.`
  return new TemplateError(text, [{ offset: 0, length: 0, message }])
}
