import { compilePattern, type Pattern } from '../alias/pattern.js'
import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import type { RunSettings } from './run-settings.js'

export { RUN_DEFAULTS, type RunSettings } from './run-settings.js'

export type Aggregation = 'AVERAGE' | 'MIN' | 'MAX' | null
export type Direction = 'INCREASE' | 'DECREASE' | 'ANY'
export type MetricFilter =
  | {
      readonly kind: 'threshold'
      readonly aggregation: Aggregation
      readonly window: number
      readonly comparison: string
      readonly threshold: number
    }
  | {
      readonly kind: 'change'
      readonly aggregation: Aggregation
      readonly window: number
      readonly prior: number
      readonly relative: boolean
      readonly direction: Direction
      readonly amount: number
    }
  | { readonly kind: 'zscore'; readonly window: number; readonly threshold: number; readonly direction: Direction }

interface RuleBase {
  /** The settings as JSON text, the same for the same settings: triggers that ask for the same share one evaluation. */
  readonly key: string
  readonly user: string
  readonly name: Pattern | null
}
export interface StateRule extends RuleBase {
  readonly event: 'RUN_STATE'
  readonly states: ReadonlySet<string>
}
export interface MetricRule extends RuleBase {
  readonly event: 'RUN_METRIC' | 'RUN_METRIC_CHANGE' | 'RUN_METRIC_ZSCORE'
  readonly metric: string
  readonly filter: MetricFilter
  /** The filter in words, as `metric_filter` of its events: `average(loss, 5) > 0.2`. */
  readonly text: string
}
export type RunRule = StateRule | MetricRule

export const COMPARISONS: Readonly<
  Record<string, { sign: string; holds: (value: number, threshold: number) => boolean }>
> = {
  $gt: { sign: '>', holds: (value, threshold) => value > threshold },
  $gte: { sign: '≥', holds: (value, threshold) => value >= threshold },
  $lt: { sign: '<', holds: (value, threshold) => value < threshold },
  $lte: { sign: '≤', holds: (value, threshold) => value <= threshold },
  $eq: { sign: '=', holds: (value, threshold) => value === threshold },
  $ne: { sign: '≠', holds: (value, threshold) => value !== threshold },
}

const USUAL_STATES = ['running', 'finished', 'failed']
const MOST_VALUES = 10_000

/** @throws AutomationError `trigger_invalid` that says which setting is wrong */
export function compileRunRule(settings: RunSettings): RunRule {
  const { event, user } = settings
  const name = settings.runName === '' ? null : compilePattern(settings.runName)
  if (event === 'RUN_STATE') {
    const states = (settings.states.length > 0 ? settings.states : USUAL_STATES)
      .map((state) => state.toLowerCase())
      .sort()
    return { event, user, name, states: new Set(states), key: keyOf([event, user, settings.runName, states]) }
  }
  const { metric } = settings
  if (metric === '') throw invalid('the name of the metric is missing')
  const filter = filterOf(settings)
  const key = keyOf([event, user, settings.runName, metric, filter])
  return { event: event as MetricRule['event'], user, name, metric, filter, text: inWords(metric, filter), key }
}

function filterOf(settings: RunSettings): MetricFilter {
  const direction = oneOf('direction', settings.changeDirection || 'ANY', ['INCREASE', 'DECREASE', 'ANY'] as const)
  const aggregation =
    settings.aggregation === '' ? null : oneOf('aggregation', settings.aggregation, ['AVERAGE', 'MIN', 'MAX'] as const)
  switch (settings.event) {
    case 'RUN_METRIC': {
      const comparison = oneOf('comparison', settings.comparison, Object.keys(COMPARISONS))
      const threshold = numberOf('threshold', settings.threshold)
      return { kind: 'threshold', aggregation, window: countOf('window', settings.window, 1), comparison, threshold }
    }
    case 'RUN_METRIC_CHANGE': {
      const window = countOf('window', settings.window, 1)
      const amount = numberOf('amount of the change', settings.changeAmount)
      if (amount <= 0) throw invalid('the amount of the change must be above 0')
      const relative =
        oneOf('kind of the change', settings.changeType, ['RELATIVE', 'ABSOLUTE'] as const) === 'RELATIVE'
      const prior = countOf('window before', settings.priorWindow, window)
      return { kind: 'change', aggregation, window, prior, relative, direction, amount }
    }
    case 'RUN_METRIC_ZSCORE': {
      const threshold = settings.threshold === '' ? 3 : numberOf('threshold', settings.threshold)
      if (threshold <= 0) throw invalid('the threshold must be above 0')
      return { kind: 'zscore', window: countOf('window', settings.window, 30), threshold, direction }
    }
    default:
      throw invalid(`${settings.event || 'nothing'} is no event of runs`)
  }
}

function inWords(metric: string, filter: MetricFilter): string {
  const of = (window: number, aggregation: Aggregation) =>
    aggregation === null && window === 1 ? metric : `${(aggregation ?? 'last').toLowerCase()}(${metric}, ${window})`
  switch (filter.kind) {
    case 'threshold':
      return `${of(filter.window, filter.aggregation)} ${COMPARISONS[filter.comparison]?.sign} ${filter.threshold}`
    case 'change': {
      const amount = filter.relative ? `${filter.amount * 100} %` : String(filter.amount)
      const verb = { INCREASE: 'rises', DECREASE: 'falls', ANY: 'changes' }[filter.direction]
      return `${of(filter.window, filter.aggregation)} ${verb} by at least ${amount} against the ${filter.prior} before`
    }
    case 'zscore': {
      const sign = { INCREASE: '≥', DECREASE: '≤ -', ANY: 'beyond ±' }[filter.direction]
      return `z-score(${metric}, ${filter.window}) ${sign} ${filter.threshold}`
    }
  }
}

/** What is asked of a run: by a rule, or of the events of a source that evaluates none. What is empty is any. */
export interface AskedOfRun extends Pick<RuleBase, 'user' | 'name'> {
  readonly key?: string
  readonly states?: ReadonlySet<string>
  readonly metric?: string
  /** The rule in words. */
  readonly text?: string
}

/** What of a run is not as it is asked for; `news`, `rule`: the watch made the event for other rules. */
export type RunMismatch = 'user' | 'name' | 'state' | 'news' | 'metric' | 'rule'

/** Judges an event of the type that is asked for, whether the watch made it or anybody sent it. */
export function mismatchOf(asked: AskedOfRun, event: ArtifactEvent): RunMismatch | null {
  if (asked.user !== '' && asked.user !== (event.run_author ?? '')) return 'user'
  if (asked.name !== null && !asked.name.test(event.run_name ?? '')) return 'name'
  if (event.event_type === 'RUN_STATE') {
    const { states, key } = asked
    if (states !== undefined && states.size > 0 && !acceptsState({ states }, event.run_state ?? '')) return 'state'
    const { run_rules: only } = event
    return key === undefined || !Array.isArray(only) || (only as unknown[]).includes(key) ? null : 'news'
  }
  // the watch has evaluated the rule and names it; what somebody else sends speaks for itself
  if (asked.key !== undefined && event['run_rule'] !== undefined) return event['run_rule'] === asked.key ? null : 'rule'
  return !asked.metric || asked.metric === event.metric_name ? null : 'metric'
}

/** Whether an event is one that a rule asks for. */
export const matchesRule = (rule: RunRule, event: ArtifactEvent): boolean =>
  event.event_type === rule.event && mismatchOf(rule, event) === null

export const acceptsRun = (rule: Pick<RunRule, 'user' | 'name'>, displayName: string, user: string): boolean =>
  (rule.user === '' || rule.user === user) && (rule.name === null || rule.name.test(displayName))

/** To W&B a crash is a failure, unless somebody asks for crashes by name. */
export function acceptsState({ states }: Pick<StateRule, 'states'>, state: string): boolean {
  const lower = state.toLowerCase()
  return states.has(lower) || (lower === 'crashed' && states.has('failed'))
}

/** As what a state counts for a rule that accepts it: failures and crashes are one where nobody asks for crashes. */
export const countedAs = ({ states }: Pick<StateRule, 'states'>, state: string): string =>
  ['failed', 'crashed'].includes(state.toLowerCase()) && !states.has('crashed') ? 'failure' : state

const keyOf = (content: unknown): string => JSON.stringify(content)

function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value)
  if (found === undefined) throw invalid(`the ${what} must be one of ${allowed.join(', ')}`)
  return found
}

function numberOf(what: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw invalid(`the ${what} must be a number`)
  return value
}

function countOf(what: string, text: string, usual: number): number {
  const value = text === '' ? usual : numberOf(what, text)
  if (!Number.isInteger(value) || value < 1 || value > MOST_VALUES)
    throw invalid(`the ${what} must be a whole number from 1 to ${MOST_VALUES}`)
  return value
}

const invalid = (what: string) =>
  new AutomationError('trigger_invalid', `The run trigger cannot be used: ${what}.`, {
    statusText: 'invalid run trigger',
  })
