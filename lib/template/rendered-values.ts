import { isObject } from '../json.js'
import type { ValueSlot } from './slot.js'
import { TEMPLATE_FORMATS, type TemplateFormat } from './template.js'

/** What a payload's template says about it beside its secrets. */
export interface RenderedValues {
  readonly format: TemplateFormat
  /** Where values of the event stand in the payload, in the order of the text. */
  readonly values: readonly ValueSlot[]
}

const NOT_RENDERED: RenderedValues = { format: 'text', values: [] }

/**
 * Reads what came with a payload. Between template and sender a flow can put anything into a message: values that are
 * not where they were are none, as what a flow writes into a payload is its own.
 * @param text the payload; `null` when it is no text
 */
export function readRenderedValues(text: string | null, rendered: unknown): RenderedValues {
  const format = formatOf(rendered)
  if (text === null || format === undefined) return NOT_RENDERED
  const values: ValueSlot[] = []
  let end = 0
  for (const candidate of candidatesOf(rendered)) {
    const { offset, text: written } = isObject(candidate) ? candidate : {}
    if (typeof written !== 'string' || typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < end) {
      return { format, values: [] }
    }
    if (!text.startsWith(written, offset)) return { format, values: [] }
    end = offset + written.length
    values.push({ offset, text: written })
  }
  return { format, values }
}

/** The format alone; undefined when nothing was rendered. */
export function formatOf(rendered: unknown): TemplateFormat | undefined {
  return isObject(rendered) ? TEMPLATE_FORMATS.find((format) => format === rendered['format']) : undefined
}

const candidatesOf = (rendered: unknown): readonly unknown[] =>
  isObject(rendered) && Array.isArray(rendered['values']) ? rendered['values'] : []
