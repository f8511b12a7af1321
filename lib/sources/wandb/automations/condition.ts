import { compilePattern } from '../../../alias/pattern.js'
import { AutomationError } from '../../../error.js'

/** Tests on one text that one RE2 pattern cannot say together: all have to pass. */
export type Step = { readonly pattern: string; readonly negated: boolean }

/** A filter that has no translation; the message names what is not understood. */
export class Untranslatable extends Error {}

/** A text as an RE2 pattern that finds just it. */
export const quote = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&')

/**
 * Translates a filter over one field (its name may be written in several ways) to steps. W&B saves
 * `{"$or": [{"$and": [conditions]}]}`, older ones `{"$and": [conditions]}` (its SDK: automations/events.py); operators are those of the SDK
 * (_filters/operators.py) that mean something for a text. Conditions on other fields are given to `others`.
 * @throws Untranslatable
 */
export function translateFilter(
  filter: unknown,
  fields: readonly string[],
  others: (field: string, condition: unknown) => void,
): Step[] {
  return steps(filter, fields, others)
}

function steps(
  filter: unknown,
  fields: readonly string[],
  others: (field: string, condition: unknown) => void,
): Step[] {
  if (filter === null || filter === undefined) return []
  if (typeof filter !== 'object' || Array.isArray(filter))
    throw new Untranslatable(`${JSON.stringify(filter)} where conditions should be`)
  return Object.entries(filter).flatMap(([name, condition]): Step[] => {
    if (name === '$and') return list(condition).flatMap((each) => steps(each, fields, others))
    if (name === '$or') {
      const branches = list(condition)
      if (branches.length === 0) throw new Untranslatable('$or without alternatives')
      // the only alternative is none
      const among = branches.length === 1 ? others : refusesOthers
      return either(branches.map((each) => steps(each, fields, among)))
    }
    if (name === '$nor') return list(condition).map((each) => negate(steps(each, fields, refusesOthers)))
    if (name === '$not') return [negate(steps(condition, fields, refusesOthers))]
    if (name.startsWith('$')) throw new Untranslatable(`the operator ${name}`)
    if (!fields.includes(name)) {
      others(name, condition)
      return []
    }
    return conditions(condition)
  })
}

/** A condition on another field is taken beside the steps, which is right only where all of them have to hold. */
function refusesOthers(field: string): never {
  throw new Untranslatable(`a condition on ${field} that is one of several alternatives or negated`)
}

function conditions(condition: unknown): Step[] {
  if (typeof condition === 'string') return [{ pattern: `^${quote(condition)}$`, negated: false }]
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) {
    throw new Untranslatable(`the condition ${JSON.stringify(condition)}`)
  }
  return Object.entries(condition).map(([operator, wanted]): Step => {
    switch (operator) {
      case '$eq':
        return { pattern: `^${quote(text(wanted))}$`, negated: false }
      case '$ne':
        return { pattern: `^${quote(text(wanted))}$`, negated: true }
      case '$regex':
        return { pattern: expression(text(wanted)), negated: false }
      case '$contains':
        return { pattern: quote(text(wanted)), negated: false }
      case '$in':
        return { pattern: oneOf(wanted), negated: false }
      case '$nin':
        return { pattern: oneOf(wanted), negated: true }
      case '$not':
        return negate(conditions(wanted))
      default:
        throw new Untranslatable(`the operator ${operator}`)
    }
  })
}

/** One of several lists of steps: a single pattern each can be joined to one; no steps at all pass always. */
function either(branches: readonly (readonly Step[])[]): Step[] {
  const [only] = branches
  if (branches.some((branch) => branch.length === 0)) return []
  if (branches.length === 1 && only) return [...only]
  const patterns = branches.map((branch) => {
    const [step] = branch
    if (!step || branch.length > 1 || step.negated) throw new Untranslatable('alternatives of several conditions each')
    return `(?:${step.pattern})`
  })
  return [{ pattern: patterns.join('|'), negated: false }]
}

function negate(inner: readonly Step[]): Step {
  const [step] = inner
  if (!step || inner.length > 1) throw new Untranslatable('a negation of several conditions')
  return { pattern: step.pattern, negated: !step.negated }
}

/** An expression as it is, if RE2 has all of it: what another engine understands could never fire here. */
function expression(source: string): string {
  try {
    return compilePattern(source).source
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    const reasons = error.details.map(({ message }) => message).join(', ')
    throw new Untranslatable(`the expression ${source} (${reasons})`)
  }
}

const oneOf = (values: unknown) =>
  `^(?:${list(values)
    .map((value) => quote(text(value)))
    .join('|')})$`

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Untranslatable(`${JSON.stringify(value)} where a list should be`)
  return value
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Untranslatable(`${JSON.stringify(value)} where a text should be`)
  return value
}
