import schema from './event.schema.json'
import { VOCABULARY } from './vocabulary.js'

/**
 * What a sender means that can fill variables into texts only, as W&B does with the payload of a webhook: each value
 * arrives as a text, and a variable that it does not know stays as it was written.
 * @returns `undefined`, which is absent, for the field's own variable, such as `${alias}` in `alias`; the number or
 *   numbers that a text holds, or texts in a list, where the field is one; every other value as it is
 */
export function filledText(name: string, value: unknown): unknown {
  if (Array.isArray(value)) return NUMERIC.get(name)?.each?.(value) ?? value
  if (typeof value !== 'string' || value === '') return value
  if (value === `\${${name}}`) return undefined
  const field = NUMERIC.get(name)
  return field?.texts.test(value) ? field.read(value) : value
}

/** Fields that are a text still, though it is one that the schema takes for a number: it has more digits than are kept. */
export const unkept = (event: Readonly<Record<string, unknown>>): string[] =>
  [...NUMERIC].flatMap(([name, { texts }]) => {
    const value = event[name]
    return typeof value === 'string' && value !== '' && texts.test(value) ? [name] : []
  })

/** Metadata without the members whose own variable, such as `${artifact_metadata.KEY}` in `KEY`, was not filled. */
export function filledMetadata(metadata: unknown): unknown {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return metadata
  const members = metadata as Record<string, unknown>
  const isFilled = (key: string) => members[key] !== `\${artifact_metadata.${key}}`
  if (Object.keys(members).every(isFilled)) return metadata
  return Object.fromEntries(Object.entries(members).filter(([key]) => isFilled(key)))
}

interface Numeric {
  readonly texts: RegExp
  read(text: string): unknown
  /** Of a list, in which each may be a text. */
  each?(list: readonly unknown[]): unknown[]
}

interface Pattern {
  readonly pattern?: string
}

/** The fields that are numbers. Which texts they may be is the schema's to say, so that it never passes one unread. */
const NUMERIC = new Map(
  VOCABULARY.flatMap(({ name, type }): [string, Numeric][] => {
    if (type !== 'integer' && type !== 'number' && type !== 'numbers') return []
    const { pattern, items } = (schema.properties as Record<string, Pattern & { readonly items?: Pattern }>)[name] ?? {}
    if (pattern === undefined) return []
    const texts = new RegExp(pattern, 'u')
    if (items?.pattern === undefined) return [[name, { texts, read: type === 'integer' ? readWhole : Number }]]
    const one = new RegExp(items.pattern, 'u')
    const readOne = (value: unknown) => (typeof value === 'string' && one.test(value) ? Number(value) : value)
    return [[name, { texts, read: readNumbers, each: (list) => list.map(readOne) }]]
  }),
)

/** As it is when the number would be another one. */
function readWhole(text: string): number | string {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : text
}

/** As JSON or CSV has them, or as Go prints them: `[0.5, 0.25]`, `0.5,0.25`, `[0.5 0.25]`. */
function readNumbers(text: string): number[] {
  return (text.match(/[^[\], ]+/g) ?? []).map(Number)
}
