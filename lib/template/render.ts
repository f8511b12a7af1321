import { AutomationError } from '../error.js'
import { checkGrowth, checkSize } from './size.js'
import type { SecretSlot, ValueSlot } from './slot.js'
import type { MissingPolicy, Template, TemplateData } from './template.js'
import { isMissing, write, writeMissing } from './write.js'

export interface RenderOptions extends TemplateData {
  readonly missing: MissingPolicy
}

export interface Rendered {
  /** The payload, in which secrets still read as the template wrote them. */
  readonly text: string
  /** Where the secrets go, in the order of the text. */
  readonly slots: readonly SecretSlot[]
  /** Where values of the event stand, in the order of the text: what is not the template's own. */
  readonly values: readonly ValueSlot[]
  /** The names that the event has no value for, each once. */
  readonly missing: readonly string[]
}

/**
 * Fills a template with an event, in one pass: values are never searched for slots. Secrets stay slots.
 * @throws AutomationError `variable_missing` (with `missing: 'error'`), `payload_too_large` (over 1 MiB of UTF-8;
 *   rendering stops there), `event_invalid` (a flow put something into the event that JSON cannot say)
 */
export function renderTemplate(template: Template, options: RenderOptions): Rendered {
  const slots: SecretSlot[] = []
  const values: ValueSlot[] = []
  const missing = new Set<string>()
  let text = ''
  for (const part of template.parts) {
    if (typeof part === 'string') {
      text += part
    } else if (part.kind === 'secret') {
      slots.push({ name: part.name, offset: text.length, text: part.text, as: part.as })
      text += part.text
    } else {
      const value = part.read(options)
      if (isMissing(value)) {
        missing.add(part.name)
        text += writeMissing(part.as)
      } else {
        const written = write(value, part.as)
        values.push({ offset: text.length, text: written })
        text += written
      }
    }
    checkGrowth(text)
  }
  if (options.missing === 'error' && missing.size > 0) throw variableMissing([...missing], options)
  checkSize(text)
  return { text, slots, values, missing: [...missing] }
}

function variableMissing(names: readonly string[], { event }: TemplateData): AutomationError {
  const list = names.map((name) => `\${${name}}`).join(', ')
  const message = `This ${event.event_type} event has no value for ${list}, and the template is set to fail then.`
  return new AutomationError('variable_missing', message, {
    statusText: names.length === 1 ? `no ${names[0]}`.slice(0, 30) : `${names.length} variables missing`,
    details: names.map((name) => ({ path: name, message: `\${${name}} is missing.` })),
  })
}
