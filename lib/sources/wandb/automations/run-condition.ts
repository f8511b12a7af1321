import { RUN_DEFAULTS, type RunSettings } from '../../../automations/run-rule.js'
import { translateFilter, Untranslatable } from './condition.js'

/**
 * The filter of an automation on runs as settings of a run trigger. W&B writes the filter of the run as JSON text inside
 * the filter's JSON, and beside it `run_metric_filter` with one of three kinds, `run_state_filter`, or in older ones
 * `metric_filter` as JSON text.
 * @throws Untranslatable
 */
export function runSettings(eventType: string, filter: unknown): RunSettings {
  const whole = object(filter)
  const settings: RunSettings = { ...RUN_DEFAULTS, event: eventType, ...runOf(parsed(whole['run_filter'])) }
  if (eventType === 'RUN_STATE') {
    const { states } = object(whole['run_state_filter'])
    // without states it would fire for all of them
    if (!Array.isArray(states) || states.length === 0) throw new Untranslatable('a state filter of another kind')
    return { ...settings, states: states.map(stateOf) }
  }
  const kinds = object(whole['run_metric_filter'])
  const legacy = parsed(whole['metric_filter'])
  if (kinds['threshold_filter'] !== undefined || legacy !== null) {
    const it = object(kinds['threshold_filter'] ?? legacy)
    return {
      ...settings,
      ...metricOf(it),
      comparison: text(it['cmp_op']),
      threshold: text(it['threshold']),
      window: text(it['window_size']),
    }
  }
  if (kinds['change_filter'] !== undefined) {
    const it = object(kinds['change_filter'])
    return {
      ...settings,
      ...metricOf(it),
      window: text(it['current_window_size'] ?? it['window_size']),
      priorWindow: text(it['prior_window_size']),
      changeType: text(it['change_type']) || 'RELATIVE',
      changeDirection: text(it['change_dir']) || 'ANY',
      changeAmount: text(it['change_amount']),
    }
  }
  if (kinds['zscore_filter'] !== undefined) {
    const it = object(kinds['zscore_filter'])
    const changeDirection = text(it['change_dir']) || 'ANY'
    return {
      ...settings,
      ...metricOf(it),
      window: text(it['window_size']),
      threshold: text(it['threshold']),
      changeDirection,
    }
  }
  throw new Untranslatable('a metric filter of another kind')
}

/** The states that W&B's automations know; a run that was killed starts none there. */
const STATES = ['running', 'finished', 'failed', 'crashed']

function stateOf(value: unknown): string {
  const state = typeof value === 'string' ? value.toLowerCase() : ''
  if (!STATES.includes(state)) throw new Untranslatable(`the run state ${JSON.stringify(value)}`)
  return state
}

const metricOf = (filter: Readonly<Record<string, unknown>>) => ({
  metric: text(filter['name']),
  // the SDK's word for it is AVERAGE, older ones had AVG
  aggregation: text(filter['agg_op']) === 'AVG' ? 'AVERAGE' : text(filter['agg_op']),
})

/** The user and the name of the run; a run trigger has room for one pattern and one user. */
function runOf(filter: unknown): { runName: string; user: string } {
  let user = ''
  const steps = translateFilter(filter, ['display_name', 'displayName'], (field, condition) => {
    const wanted = typeof condition === 'string' ? condition : object(condition)['$eq']
    if (!['username', 'user', 'user.username'].includes(field) || typeof wanted !== 'string') {
      throw new Untranslatable(`the condition on ${field} of the run`)
    }
    if (user !== '' && user !== wanted) throw new Untranslatable('several users')
    user = wanted
  })
  const [step] = steps
  if (steps.length > 1 || step?.negated)
    throw new Untranslatable('several conditions, or a negated one, on the name of the run')
  return { runName: step?.pattern ?? '', user }
}

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value))

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null
  try {
    return JSON.parse(value)
  } catch {
    throw new Untranslatable('a filter that is not JSON')
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {}
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Untranslatable(`${JSON.stringify(value)} where conditions should be`)
  return value as Readonly<Record<string, unknown>>
}
