import { AutomationError } from '../error.js'
import { lineIndex } from './lines.js'

/** Something that is wrong with a part of a text. */
export interface Problem {
  /** In UTF-16 units from the start of the text. */
  readonly offset: number
  /** In UTF-16 units; 0 when something is missing there. */
  readonly length: number
  /** A sentence for a person. */
  readonly message: string
}

export interface TemplateIssue extends Problem {
  /** From 1. */
  readonly line: number
  /** From 1, in UTF-16 units, as code editors count. */
  readonly column: number
}

/** A person repairs a few at a time; a text that is no template at all has one at every turn. */
const MOST_ISSUES = 50

/** A text that is no template: code `template_invalid`, with every place that has to change. */
export class TemplateError extends AutomationError {
  override readonly name = 'TemplateError'
  /** In the order of the text; never empty. */
  readonly issues: readonly TemplateIssue[]

  /** @param problems at least one, in any order */
  constructor(text: string, problems: readonly Problem[]) {
    const positionOf = lineIndex(text)
    const issues = [...problems]
      .sort((a, b) => a.offset - b.offset)
      .slice(0, MOST_ISSUES)
      .map((problem) => ({ ...problem, ...positionOf(problem.offset) }))
    const { line, column, message } = issues[0]!
    const more = problems.length - 1
    const others = more === 0 ? '' : more === 1 ? ' One more place is wrong.' : ` ${more} more places are wrong.`
    super('template_invalid', `Line ${line}, column ${column} of the template: ${message}${others}`, {
      statusText: `template: line ${line}, column ${column}`,
      details: issues.map((issue) => ({ path: `line ${issue.line}, column ${issue.column}`, message: issue.message })),
    })
    this.issues = issues
  }
}
