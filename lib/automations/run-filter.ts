import { compilePattern } from '../alias/pattern.js'
import type { ArtifactEvent, EventType } from '../events/event.js'
import { acceptsRun, acceptsState, compileRunRule, matchesRule, type RunRule, type RunSettings } from './run-rule.js'

/** What a trigger asks of runs beside its scope. */
export interface RunFilter {
  /** For whoever watches runs, one for each event of runs that the trigger waits for. */
  readonly rules: readonly RunRule[]
  /** Events that are not of runs are none of its business. */
  accepts(event: ArtifactEvent): boolean
}

/**
 * The settings of a trigger about runs.
 * @param events the trigger's events, of every kind
 * @param isWatched the source evaluates metrics itself. Of other sources the sender has: there only the run, its state
 *   and the metric's name are looked at, and what is left empty is any.
 * @throws AutomationError `trigger_invalid` or `pattern_invalid`
 */
export function compileRunFilter(
  settings: Omit<RunSettings, 'event'>,
  events: Iterable<string>,
  isWatched: boolean,
): RunFilter {
  const types = [...events].filter((type) => type.startsWith('RUN_')) as EventType[]
  if (types.length === 0) return { rules: [], accepts: () => true }
  if (isWatched) {
    const rules = types.map((event) => compileRunRule({ ...settings, event }))
    return { rules, accepts: (event) => !isOfRun(event) || rules.some((rule) => matchesRule(rule, event)) }
  }
  const run = { user: settings.user, name: settings.runName === '' ? null : compilePattern(settings.runName) }
  const states = new Set(settings.states.map((state) => state.toLowerCase()))
  return {
    rules: [],
    accepts(event) {
      if (!isOfRun(event)) return true
      if (!acceptsRun(run, event.run_name ?? '', event.run_author ?? '')) return false
      if (event.event_type === 'RUN_STATE') return states.size === 0 || acceptsState({ states }, event.run_state ?? '')
      return settings.metric === '' || settings.metric === event.metric_name
    },
  }
}

const isOfRun = ({ event_type }: ArtifactEvent) => event_type.startsWith('RUN_')
