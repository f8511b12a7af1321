import { acceptsRun, type MetricRule } from '../../../automations/run-rule.js'
import { isObject } from '../../../json.js'
import { REST, type RunContext } from './context.js'
import { evaluate, type LastValues, type MetricRow } from './evaluate.js'
import { type HistoryJob, type Reading, readHistories } from './history.js'
import { isOfSystem } from './metric.js'
import { AT_START, isBehind, type Position } from './position.js'
import { reportMetric } from './report.js'
import { isActive, type RunSighting } from './sighting.js'

interface FollowContext extends RunContext {
  /** Since when the project's runs are watched, Unix milliseconds by the server's clock. */
  readonly since: number
  readonly isBaseline: boolean
  /** Whether a run had ended by the look before this one. */
  readonly hadEnded: (run: RunSighting) => boolean
}

/** What is stored of a run's metrics. Earlier versions stored of a position its step only. */
interface StoredMetrics extends Partial<Position> {
  readonly step: number
  readonly values: LastValues
  /** How many rows the run had when it was read. */
  readonly lines: number
  /** When the system metrics that were read last were logged, Unix milliseconds; 0 before the first. */
  readonly systemAt: number
  /** The run's heartbeat when they were read, likewise. */
  readonly heartbeatAt: number
  /** When rules fired, by their keys, Unix milliseconds by the server's clock. */
  readonly fired: Readonly<Record<string, number>>
  /** When this was stored; it is stored anew when something fires, and else every few minutes. */
  readonly storedAt: number
}

const positionOf = ({ step, above = [], lines, rows = lines, waits = 0 }: StoredMetrics): Position => ({
  step,
  above,
  rows,
  waits,
})

const RUNS_PER_REQUEST = 20
const STORE_EVERY = 5 * 60 * 1000

const keyOf = ({ place }: FollowContext, run: RunSighting) => `m/${place.entity}/${place.project}/${run.name}`

/** Reads what was logged since the last look in runs that have rows that were not read, and reports the rules that hold. */
export async function followMetrics(
  seen: readonly RunSighting[],
  rules: readonly MetricRule[],
  context: FollowContext,
): Promise<void> {
  const { draft, place, isBaseline, since, hadEnded } = context
  const jobs: FollowJob[] = []
  for (const run of new Map(seen.map((each) => [each.name, each])).values()) {
    const wanted = rules.filter((rule) => acceptsRun(rule, run.displayName, run.user))
    const text = draft.recall(keyOf(context, run))
    const before = text === null ? null : (JSON.parse(text) as StoredMetrics)
    const isNew = !isBaseline && run.createdAt >= since
    const asksSystem = wanted.some(({ metric }) => isOfSystem(metric))
    const isSame =
      before?.lines === run.lines &&
      !isBehind(positionOf(before), run.lines) &&
      !(asksSystem && before.heartbeatAt < run.heartbeatAt)
    if (wanted.length === 0 || isSame) continue
    // what ended before anybody watched has nothing to tell, and what ended and is forgotten has told it
    if (before === null && !isActive(run.state) && (!isNew || hadEnded(run))) continue
    const skips = before === null && !isNew
    jobs.push({
      run,
      rules: wanted,
      before,
      position: before ? positionOf(before) : AT_START,
      metrics: [...new Set(wanted.map(({ metric }) => metric))].filter((name) => !isOfSystem(name)),
      skips,
      asksSystem,
    })
  }
  for (let start = 0; start < jobs.length; start += RUNS_PER_REQUEST)
    for (const reading of await readHistories(jobs.slice(start, start + RUNS_PER_REQUEST), context))
      note(reading, context)
  // a run that ended and fired nothing lately needs no memory
  for (const run of seen) {
    const key = keyOf(context, run)
    const text = isActive(run.state) ? null : draft.get(key)
    const fired = text === null ? [] : Object.values((JSON.parse(text) as StoredMetrics).fired)
    if (
      text !== null &&
      !fired.some((at) => place.seenAt - at < REST) &&
      !jobs.some((job) => job.run.name === run.name)
    )
      draft.set(key, null)
  }
}

interface FollowJob extends HistoryJob {
  readonly rules: readonly MetricRule[]
  readonly before: StoredMetrics | null
}

interface SystemMetrics {
  /** When they were logged, Unix milliseconds. */
  readonly at: number
  readonly rows: ReadonlyMap<string, readonly MetricRow[]>
}
const NO_SYSTEM: SystemMetrics = { at: 0, rows: new Map() }

/**
 * The last value of each system metric: W&B gives all of them only thinned out, or together at the price of the whole
 * run. Rows are numbered by their time, which is that of the heartbeat where the server does not say.
 */
function readSystem(json: unknown, { run: { heartbeatAt }, rules }: FollowJob): SystemMetrics {
  const values = new Map(Object.entries(isObject(json) ? json : {}))
  const logged = values.get('_timestamp')
  const at = typeof logged === 'number' ? Math.round(logged * 1000) : heartbeatAt
  const rows = new Map<string, MetricRow[]>()
  for (const { metric } of rules.filter((rule) => isOfSystem(rule.metric))) {
    const value = values.get(metric)
    if (typeof value === 'number') rows.set(metric, [{ step: at, value }])
  }
  return { at, rows }
}

function note({ job, rows, position, systemMetrics }: Reading<FollowJob>, context: FollowContext): void {
  const { draft, place } = context
  const { run, rules, before, skips, asksSystem } = job
  const key = keyOf(context, run)
  const firedAt = new Map(Object.entries(before?.fired ?? {}).filter(([, at]) => place.seenAt - at < REST))
  const rests = (rule: MetricRule) => firedAt.has(rule.key)
  const ofSystem = rules.filter(({ metric }) => isOfSystem(metric))
  const ofHistory = rules.filter((rule) => !ofSystem.includes(rule))
  const values = before?.values ?? {}
  const history = evaluate(values, rows, ofHistory, rests)
  const system = asksSystem ? readSystem(systemMetrics, job) : NO_SYSTEM
  const isNews = !skips && system.at > (before?.systemAt ?? 0)
  const machine = evaluate(values, isNews ? system.rows : new Map(), ofSystem, rests)
  const fired = [...history.fired, ...machine.fired]
  for (const each of fired) {
    firedAt.set(each.rule.key, place.seenAt)
    draft.events.push(reportMetric(run, each, place))
  }
  const storedAt = before?.storedAt ?? 0
  const isDue = before === null || fired.length > 0 || place.seenAt - storedAt >= STORE_EVERY
  const stored: StoredMetrics = {
    ...position,
    values: { ...history.values, ...machine.values },
    lines: run.lines,
    systemAt: Math.max(before?.systemAt ?? 0, system.at),
    heartbeatAt: run.heartbeatAt,
    fired: Object.fromEntries(firedAt),
    storedAt: isDue ? place.seenAt : storedAt,
  }
  if (isDue) draft.set(key, JSON.stringify(stored))
  draft.progress.set(key, JSON.stringify(stored))
}
