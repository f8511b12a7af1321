import { AliasFilter, parseRules } from '../../alias/filter.js'
import { AutomationError } from '../../error.js'
import { subjectOf } from '../../events/subject.js'
import { parseTemplate } from '../../template/parse.js'
import { renderTemplate } from '../../template/render.js'
import type { TemplateFormat } from '../../template/template.js'
import { listed, subjectInWords } from '../words.js'
import type { NodeJudge } from './carried.js'

type Settings = Readonly<Record<string, unknown>>

/** A node that cannot work hands every message to Catch. */
function unusable(error: unknown, id: string): NodeJudge {
  if (!(error instanceof AutomationError)) throw error
  return () => dropped(error, id)
}

const dropped = (error: AutomationError, by: string) => ({
  verdict: 'drops' as const,
  reason: error.message,
  outputs: null,
  carried: { kind: 'failed' as const, by, error },
})

/** @param settings of an `alias-filter`, as they were saved or typed */
export function aliasFilterJudge(settings: Settings, id: string): NodeJudge {
  let filter: AliasFilter
  try {
    filter = new AliasFilter({
      rules: parseRules(String(settings['rules'] ?? '')),
      otherwise: Boolean(settings['otherwise']),
      checkAll: Boolean(settings['checkAll']),
    })
  } catch (error) {
    return unusable(error, id)
  }
  return (event, carried) => {
    const outputs = filter.outputs(subjectOf(event))
    const has = subjectInWords(event)
    const labels = outputs.map((output) => filter.labels[output] ?? '')
    const isRest = Boolean(settings['otherwise']) && outputs[0] === filter.labels.length - 1
    if (outputs.length === 0) {
      const reason = `${has}; no rule matches it, and there is no output for the rest.`
      return { verdict: 'drops', reason, outputs, carried }
    }
    const reason = isRest
      ? `${has}; no rule matches it, so it leaves by the output for the rest.`
      : `${has}, and the ${labels.length === 1 ? 'rule' : 'rules'} ${listed(labels)} ${labels.length === 1 ? 'matches' : 'match'} it.`
    return { verdict: 'passes', reason, outputs, carried }
  }
}

/** @param settings of a `payload-template` */
export function templateJudge(settings: Settings, id: string): NodeJudge {
  const { template: text, format, missing } = settings
  let template: ReturnType<typeof parseTemplate>
  try {
    if (typeof text !== 'string') throw NO_TEXT
    template = parseTemplate(text, format as TemplateFormat)
  } catch (error) {
    return unusable(error, id)
  }
  return (event, _, automationName) => {
    try {
      const options = { event, automationName, missing: missing === 'error' ? 'error' : 'blank' } as const
      const rendered = renderTemplate(template, options)
      const size = `The template makes ${counted(rendered.text.length, 'character')} of it`
      const reason =
        rendered.missing.length === 0
          ? `${size}.`
          : `${size}; the event has no value for ${listed(rendered.missing)}, which stays empty.`
      const { text, slots, values } = rendered
      const { format } = template
      return {
        verdict: 'passes',
        reason,
        outputs: null,
        carried: { kind: 'rendered', by: id, text, slots, rendered: { format, values }, missing: rendered.missing },
      }
    } catch (error) {
      if (!(error instanceof AutomationError)) throw error
      return dropped(error, id)
    }
  }
}

const NO_TEXT = new AutomationError('template_invalid', 'The template is no text.', {
  details: [{ path: 'template', message: 'must be a text' }],
})

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
