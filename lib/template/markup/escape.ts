import { formText, formValue } from '../form-text.js'
import type { RenderedValues } from '../rendered-values.js'
import type { SecretSlot, ValueSlot } from '../slot.js'
import type { Dialect } from './dialect.js'
import { type JsonNode, type JsonText, jsonTree } from './json-tree.js'

/** Where a receiver reads markup. */
export interface Markup {
  /** The texts of a JSON payload that it reads so. */
  readonly texts: (root: JsonNode) => Iterable<[text: JsonText, dialect: Dialect]>
  /** Of a form's field. */
  readonly field?: (name: string) => Dialect | null
}

/** A payload as a template rendered it, with all that its sender has to know of it. */
export interface MarkedPayload extends RenderedValues {
  readonly text: string
  readonly slots: readonly SecretSlot[]
}

interface Replacement {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * Escapes the event's values where their receiver reads markup: a message must say what an alias says, and not call a
 * channel because of it. The template's own text stays, and so does every value in another place.
 * @param slots as checked; they move with the text
 */
export function escapeMarkup(
  { text, slots, format, values }: MarkedPayload,
  markup: Markup | undefined,
): { text: string; slots: readonly SecretSlot[] } {
  if (markup === undefined || values.length === 0) return { text, slots }
  const replacements = format === 'form' ? inForm(text, values, markup) : inJson(text, slots, values, markup)
  if (replacements.length === 0) return { text, slots }
  return replaced(text, slots, replacements)
}

function inJson(
  text: string,
  slots: readonly SecretSlot[],
  values: readonly ValueSlot[],
  { texts }: Markup,
): Replacement[] {
  const root = jsonTree(withoutHoles(text, slots))
  if (root === undefined) return []
  const dialects = new Map<number, [JsonText, Dialect]>()
  for (const [string, dialect] of texts(root)) dialects.set(string.start, [string, dialect])
  const ordered = [...dialects.values()].sort(([one], [other]) => one.start - other.start)
  return ordered.flatMap(([string, dialect]) => inString(text, string, values, dialect))
}

/** A secret that is a whole JSON value is no JSON before it is filled in: a string of its length stands for it. */
function withoutHoles(text: string, slots: readonly SecretSlot[]): string {
  let filled = ''
  let at = 0
  for (const { offset, text: written, as } of slots) {
    if (as !== 'json-value') continue
    filled += `${text.slice(at, offset)}"${'x'.repeat(written.length - 2)}"`
    at = offset + written.length
  }
  return at === 0 ? text : filled + text.slice(at)
}

function inString(text: string, { start, end }: JsonText, values: readonly ValueSlot[], dialect: Dialect) {
  const writer = dialect.begin()
  const replacements: Replacement[] = []
  let at = start
  for (const value of within(values, start, end)) {
    const from = Math.max(start, value.offset)
    const to = Math.min(end, value.offset + value.text.length)
    writer.literal(decoded(text.slice(at, from)))
    const data = decoded(text.slice(from, to))
    const written = writer.data(data)
    if (written !== data) replacements.push({ start: from, end: to, text: JSON.stringify(written).slice(1, -1) })
    at = to
  }
  return replacements
}

/** A part of a string. A template of text may have cut an escape in two, which only its receiver can understand. */
function decoded(raw: string): string {
  if (!raw.includes('\\')) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return raw
  }
}

function inForm(text: string, values: readonly ValueSlot[], { field }: Markup): Replacement[] {
  if (field === undefined) return []
  const replacements: Replacement[] = []
  let start = 0
  for (const pair of text.split('&')) {
    const end = start + pair.length
    const equals = pair.indexOf('=')
    const dialect = equals === -1 ? null : field(formValue(pair.slice(0, equals)))
    if (dialect) {
      const writer = dialect.begin()
      let at = start + equals + 1
      for (const { offset, text: written } of within(values, at, end)) {
        writer.literal(formValue(text.slice(at, offset)))
        const escaped = formText(writer.data(formValue(written)))
        if (escaped !== written) replacements.push({ start: offset, end: offset + written.length, text: escaped })
        at = offset + written.length
      }
    }
    start = end + 1
  }
  return replacements
}

/** The values that lie in a stretch of the text, or around it. They are in its order, so few have to be looked at. */
function within(values: readonly ValueSlot[], start: number, end: number): readonly ValueSlot[] {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >> 1
    const { offset, text } = values[middle]!
    if (offset + text.length <= start) low = middle + 1
    else high = middle
  }
  let last = low
  while (last < values.length && values[last]!.offset < end) last += 1
  return values.slice(low, last)
}

function replaced(text: string, slots: readonly SecretSlot[], replacements: readonly Replacement[]) {
  let escaped = ''
  let at = 0
  let next = 0
  const moved: SecretSlot[] = []
  const moveUpTo = (end: number) => {
    for (let slot = slots[next]; slot !== undefined && slot.offset < end; slot = slots[++next]) {
      moved.push({ ...slot, offset: slot.offset - at + escaped.length })
    }
  }
  for (const { start, end, text: written } of replacements) {
    moveUpTo(start)
    escaped += text.slice(at, start) + written
    at = end
  }
  moveUpTo(Number.POSITIVE_INFINITY)
  return { text: escaped + text.slice(at), slots: moved }
}
