import { AutomationError } from '../../../lib/error.js'
import type { ArtifactEvent } from '../../../lib/events/event.js'
import { parseTemplate } from '../../../lib/template/parse.js'
import { type Rendered, renderTemplate } from '../../../lib/template/render.js'
import type { MissingPolicy, Template, TemplateFormat } from '../../../lib/template/template.js'
import { TemplateError } from '../../../lib/template/template-error.js'
import { type Finding, foreignFindings, type Surroundings, secretFindings } from './template-findings.js'

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
  readonly around: Surroundings
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
  const always = [...secretFindings(template, options.around), ...foreignFindings(text)]
  try {
    const blank = renderTemplate(template, { event, automationName, missing: 'blank' })
    const findings = [...always, ...missingFindings(template, blank.missing)].sort((a, b) => a.offset - b.offset)
    if (options.missing === 'blank') return { template, rendered: blank, problem: null, findings }
    const problem = messageOf(() => renderTemplate(template, { event, automationName, missing: 'error' }))
    return { template, rendered: problem === null ? blank : null, problem, findings }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { template, rendered: null, problem: error.message, findings: always }
  }
}

const missingFindings = ({ names }: Template, missing: readonly string[]): Finding[] =>
  names
    .filter(({ name, kind }) => kind !== 'secret' && kind !== 'bare-secret' && missing.includes(name))
    .map(({ name, offset, length, line, column }) => ({ kind: 'missing', what: name, offset, length, line, column }))

function messageOf(render: () => unknown): string | null {
  try {
    render()
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error.message
    throw error
  }
}
