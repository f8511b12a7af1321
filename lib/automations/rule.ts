import { AutomationError } from '../error.js'
import { compileRunFilter, type RunFilter } from './run-filter.js'
import { RUN_DEFAULTS, type RunSettings } from './run-rule.js'
import { compileTrigger, type Trigger, type TriggerSettings } from './trigger.js'

/** The saved properties of an `artifact-event` that say what starts it. */
export interface RuleSettings extends TriggerSettings, Omit<RunSettings, 'event'> {}

/** What starts an automation: everything that its node says about it, compiled. */
export interface AutomationRule {
  readonly trigger: Trigger
  readonly runs: RunFilter
}

/**
 * @param isWatched whether its source evaluates the metrics of runs itself
 * @throws AutomationError `trigger_invalid` or `pattern_invalid`
 */
export function compileRule(settings: RuleSettings, isWatched: boolean): AutomationRule {
  checkTypes(settings)
  const trigger = compileTrigger(settings)
  const { event: _, ...defaults } = RUN_DEFAULTS
  return { trigger, runs: compileRunFilter({ ...defaults, ...settings }, trigger.events, isWatched) }
}

const TEXTS = ['scope', 'entity', 'project', 'collection', 'pattern'] as const
const LISTS = ['events', 'states'] as const

/** Flows that were written by hand, and calls of the admin interface, hold anything. */
function checkTypes(settings: RuleSettings): void {
  const { event: _, states: __, ...runTexts } = RUN_DEFAULTS
  for (const name of [...TEXTS, ...(Object.keys(runTexts) as (keyof typeof runTexts)[])]) {
    const value: unknown = settings[name]
    if (value !== undefined && typeof value !== 'string') throw wrongType(name, 'must be a text')
  }
  for (const name of LISTS) {
    const value: unknown = settings[name]
    if (value === undefined) continue
    if (!Array.isArray(value) || value.some((each) => typeof each !== 'string')) {
      throw wrongType(name, 'must be a list of texts')
    }
  }
}

const wrongType = (path: string, message: string) =>
  new AutomationError('trigger_invalid', `The automation cannot be used: ${path} ${message}.`, {
    statusText: `invalid ${path}`,
    details: [{ path, message }],
  })
