import schema from './event.schema.json'
import { VOCABULARY } from './vocabulary.js'

/**
 * What a sender means that can fill variables into texts only, as W&B does with the payload of a webhook: each value
 * arrives as a text, and a variable that it does not know stays as it was written.
 * @returns `undefined`, which is absent, for the field's own variable, such as `${alias}` in `alias`; the number or
 *   numbers that a text holds, where the field is one; every other value as it is
 */
export function filledText(name: string, value: unknown): unknown {
  if (typeof value !== 'string' || value === '') return value
  if (value === `\${${name}}`) return undefined
  const field = NUMERIC.get(name)
  return field?.texts.test(value) ? field.read(value) : value
}

/** Metadata without the members whose own variable, such as `${artifact_metadata.KEY}` in `KEY`, was not filled. */
export function filledMetadata(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return metadata
  const members = metadata as Record<string, unknown>
  const isFilled = (key: string) => members[key] !== `\${artifact_metadata.${key}}`
  if (Object.keys(members).every(isFilled)) return metadata
  return Object.fromEntries(Object.entries(members).filter(([key]) => isFilled(key)))
}

/** The fields that are numbers. Which texts they may be is the schema's to say, so that it never passes one unread. */
const NUMERIC = new Map(
  VOCABULARY.flatMap(({ name, type }) => {
    if (type !== 'integer' && type !== 'number' && type !== 'numbers') return []
    const { pattern } = (schema.properties as Record<string, { readonly pattern?: string }>)[name] ?? {}
    if (pattern === undefined) return []
    return [[name, { texts: new RegExp(pattern, 'u'), read: type === 'numbers' ? readNumbers : Number }] as const]
  }),
)

/** As JSON or CSV has them, or as Go prints them: `[0.5, 0.25]`, `0.5,0.25`, `[0.5 0.25]`. */
function readNumbers(text: string): number[] {
  return (text.match(/[^[\], ]+/g) ?? []).map(Number)
}
