import { AutomationError } from '../error.js'
import { compilePattern, LONGEST_MATCHED, type Pattern } from './pattern.js'
import { PatternSet } from './pattern-set.js'

export interface Rule {
  readonly pattern: Pattern
  /** What the output is called; the pattern itself when nobody named it. */
  readonly label: string
}

export interface AliasFilterOptions {
  readonly rules: readonly Rule[]
  /** Whether there is a last output, for what no rule matches. */
  readonly otherwise: boolean
  /** Whether all rules that match count, not only the first. */
  readonly checkAll: boolean
}

/**
 * Reads the rules as they are saved: JSON text of `[{"pattern": …, "label": …}]`, the label optional.
 * @throws AutomationError `rules_invalid`, or `pattern_invalid` naming the rule, counted from 1
 */
export function parseRules(text: string): readonly Rule[] {
  let rules: unknown
  try {
    rules = JSON.parse(text)
  } catch (cause) {
    throw invalid('they are not JSON', '', cause)
  }
  if (!Array.isArray(rules)) throw invalid('they are not a list', '')
  return rules.map(parseRule)
}

function parseRule(rule: unknown, index: number): Rule {
  const path = `[${index}]`
  const { pattern, label } = Object(rule) as { pattern?: unknown; label?: unknown }
  if (typeof pattern !== 'string' || pattern === '')
    throw invalid(`rule ${index + 1} has no pattern`, `${path}.pattern`)
  if (label !== undefined && label !== null && typeof label !== 'string') {
    throw invalid(`the label of rule ${index + 1} is no text`, `${path}.label`)
  }
  try {
    return { pattern: compilePattern(pattern), label: label || pattern }
  } catch (cause) {
    if (!(cause instanceof AutomationError)) throw cause
    throw new AutomationError(cause.code, `Rule ${index + 1}: ${cause.message}`, {
      statusText: `rule ${index + 1}: invalid pattern`,
      details: cause.details.map(({ message }) => ({ path: `${path}.pattern`, message })),
      cause,
    })
  }
}

const invalid = (reason: string, path: string, cause?: unknown) =>
  new AutomationError('rules_invalid', `The rules cannot be used: ${reason}.`, {
    details: [{ path, message: reason }],
    cause,
  })

const unusable = (why: string) =>
  new AutomationError(
    'event_invalid',
    `The alias or tag of the event ${why}; a node before the alias-filter put it there.`,
  )

/** Decides by an alias or tag which outputs an event leaves by. */
export class AliasFilter {
  /** One for each output. */
  readonly labels: readonly string[]
  readonly #patterns: PatternSet
  readonly #options: AliasFilterOptions

  constructor(options: AliasFilterOptions) {
    this.#options = options
    this.#patterns = new PatternSet(options.rules.map(({ pattern }) => pattern))
    this.labels = [...options.rules.map(({ label }) => label), ...(options.otherwise ? ['otherwise'] : [])]
  }

  /**
   * Numbers of the outputs, from 0, in rising order; the last one is "otherwise", if there is one.
   * @throws AutomationError `event_invalid` for a subject that no event can have: a flow made it
   */
  outputs(subject: unknown): number[] {
    if (typeof subject !== 'string') throw unusable('is no text')
    if (subject.length > LONGEST_MATCHED) throw unusable(`has ${subject.length} characters, too many to be matched`)
    const { rules, otherwise, checkAll } = this.#options
    const matching = this.#patterns.match(subject)
    if (matching.length === 0) return otherwise ? [rules.length] : []
    return checkAll ? matching : matching.slice(0, 1)
  }
}
