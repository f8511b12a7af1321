import { compilePattern } from '../alias/pattern.js'
import type { ArtifactEvent, EventType } from '../events/event.js'
import { type AskedOfRun, compileRunRule, mismatchOf, type RunRule, type RunSettings } from './run-rule.js'
import { runInWords } from './run-words.js'

/** What a trigger asks of runs beside its scope. */
export interface RunFilter {
  /** For whoever watches runs, one for each event of runs that the trigger waits for. */
  readonly rules: readonly RunRule[]
  /** Events that are not of runs are none of its business. Null: the trigger asks nothing of such events. */
  meets(event: ArtifactEvent): boolean | null
  /** Why, in a sentence. */
  words(event: ArtifactEvent): string
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
  if (types.length === 0) return filterOf([], () => undefined)
  if (isWatched) {
    const rules = types.map((event) => compileRunRule({ ...settings, event }))
    return filterOf(rules, ({ event_type }) => rules.find(({ event }) => event === event_type))
  }
  const { user, metric } = settings
  const name = settings.runName === '' ? null : compilePattern(settings.runName)
  const states = new Set(settings.states.map((state) => state.toLowerCase()))
  const asked = { user, name, states, metric }
  return filterOf([], ({ event_type }) => (types.includes(event_type) ? asked : undefined))
}

function filterOf(rules: readonly RunRule[], askedOf: (event: ArtifactEvent) => AskedOfRun | undefined): RunFilter {
  return {
    rules,
    meets(event) {
      if (!isOfRun(event)) return true
      const asked = askedOf(event)
      return asked === undefined ? null : mismatchOf(asked, event) === null
    },
    words(event) {
      if (!isOfRun(event)) return 'The event is not of a run.'
      const asked = askedOf(event)
      return asked === undefined
        ? 'The automation waits for no such event of runs.'
        : runInWords(asked, event, mismatchOf(asked, event))
    },
  }
}

const isOfRun = ({ event_type }: ArtifactEvent) => event_type.startsWith('RUN_')
