import { AutomationError } from '../../../lib/error.js'
import type { ArtifactEvent } from '../../../lib/events/event.js'
import { parseTemplate } from '../../../lib/template/parse.js'
import { type Rendered, renderTemplate } from '../../../lib/template/render.js'
import type { MissingPolicy, Template, TemplateFormat, TemplateName } from '../../../lib/template/template.js'
import { TemplateError } from '../../../lib/template/template-error.js'

/** Something to mark in the template's text. */
export interface Finding {
  readonly kind: 'error' | 'missing' | 'unknown-secret'
  /** In UTF-16 units from the start of the text. */
  readonly offset: number
  readonly length: number
  readonly line: number
  readonly column: number
  /** The name that is missing or unknown; for an error the sentence that explains it. */
  readonly what: string
}

export interface TemplateReport {
  /** `null` when the text is no template. */
  readonly template: Template | null
  /** `null` when it cannot be rendered with this event; then `problem` says why. */
  readonly rendered: Rendered | null
  readonly problem: string | null
  readonly findings: readonly Finding[]
}

interface ReportOptions {
  readonly format: TemplateFormat
  readonly missing: MissingPolicy
  readonly event: ArtifactEvent
  readonly automationName: string
  /** Whether a secret of this name exists. */
  readonly hasSecret: (name: string) => boolean
}

/** What becomes of a template with an event, by the code of the runtime, and everything that deserves a mark. */
export function reportOn(text: string, options: ReportOptions): TemplateReport {
  const { event, automationName } = options
  let template: Template
  try {
    template = parseTemplate(text, options.format)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    const findings = error.issues.map(({ message, ...place }): Finding => ({ ...place, kind: 'error', what: message }))
    return { template: null, rendered: null, problem: error.message, findings }
  }
  const find = (kind: Finding['kind'], fits: (name: TemplateName) => boolean): Finding[] =>
    template.names
      .filter(fits)
      .map(({ name, offset, length, line, column }) => ({ kind, what: name, offset, length, line, column }))
  const unknown = find('unknown-secret', ({ kind, name }) => kind === 'secret' && !options.hasSecret(name))
  try {
    const blank = renderTemplate(template, { event, automationName, missing: 'blank' })
    const missing = find(
      'missing',
      ({ name, kind }) => kind !== 'secret' && kind !== 'bare-secret' && blank.missing.includes(name),
    )
    const findings = [...unknown, ...missing].sort((a, b) => a.offset - b.offset)
    if (options.missing === 'blank') return { template, rendered: blank, problem: null, findings }
    const problem = messageOf(() => renderTemplate(template, { event, automationName, missing: 'error' }))
    return { template, rendered: problem === null ? blank : null, problem, findings }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { template, rendered: null, problem: error.message, findings: unknown }
  }
}

function messageOf(render: () => unknown): string | null {
  try {
    render()
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error.message
    throw error
  }
}
