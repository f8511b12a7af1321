import { acceptsRun, type MetricRule } from '../../../automations/run-rule.js'
import type { Answer } from '../answer.js'
import { historyDocument } from '../documents.js'
import { REST, type RunContext } from './context.js'
import { evaluate, type MetricRow, type RunMetrics } from './evaluate.js'
import { isOfSystem } from './metric.js'
import { reportMetric } from './report.js'
import { isActive, type RunSighting } from './sighting.js'

interface FollowContext extends RunContext {
  /** Since when the project's runs are watched, Unix milliseconds by the server's clock. */
  readonly since: number
  readonly isBaseline: boolean
  /** Whether a run had ended by the look before this one. */
  readonly hadEnded: (run: RunSighting) => boolean
}

/** What is stored of a run's metrics. */
interface StoredMetrics extends RunMetrics {
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

/** Steps that one request reads; as many samples as steps make the answer exact. */
const SPAN = 10_000
/** Requests with exact answers before a run's rest is read at once, however many steps it is. */
const MOST_SPANS = 5
const RUNS_PER_REQUEST = 20
const STORE_EVERY = 5 * 60 * 1000

const keyOf = ({ place }: FollowContext, run: RunSighting) => `m/${place.entity}/${place.project}/${run.name}`

/** Reads what was logged since the last look in runs that have more rows than then, and reports the rules that hold. */
export async function followMetrics(
  seen: readonly RunSighting[],
  rules: readonly MetricRule[],
  context: FollowContext,
): Promise<void> {
  const { draft, place, isBaseline, since, hadEnded } = context
  const jobs: Job[] = []
  for (const run of new Map(seen.map((each) => [each.name, each])).values()) {
    const wanted = rules.filter((rule) => acceptsRun(rule, run.displayName, run.user))
    const text = draft.recall(keyOf(context, run))
    const before = text === null ? null : (JSON.parse(text) as StoredMetrics)
    const isNew = !isBaseline && run.createdAt >= since
    const asksSystem = wanted.some(({ metric }) => isOfSystem(metric))
    const isSame = before?.lines === run.lines && !(asksSystem && before.heartbeatAt < run.heartbeatAt)
    if (wanted.length === 0 || isSame) continue
    // what ended before anybody watched has nothing to tell, and what ended and is forgotten has told it
    if (before === null && !isActive(run.state) && (!isNew || hadEnded(run))) continue
    jobs.push({ run, rules: wanted, before, skips: before === null && !isNew })
  }
  for (let start = 0; start < jobs.length; start += RUNS_PER_REQUEST)
    await read(jobs.slice(start, start + RUNS_PER_REQUEST), context)
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

interface Job {
  readonly run: RunSighting
  readonly rules: readonly MetricRule[]
  readonly before: StoredMetrics | null
  /** Begins at the last step that is there now: what was logged before the watch is not judged. */
  readonly skips: boolean
}

async function read(jobs: readonly Job[], context: FollowContext): Promise<void> {
  const { client, place, signal } = context
  let open = jobs.map((job) => ({
    job,
    from: job.before?.step ?? -1,
    rows: new Map<string, MetricRow[]>(),
    last: -1,
    system: NO_SYSTEM,
  }))
  const asksSystem = jobs.some(({ rules }) => rules.some(({ metric }) => isOfSystem(metric)))
  const done: typeof open = []
  for (let round = 0; open.length > 0; round += 1) {
    const variables = Object.fromEntries(
      open.flatMap(({ job, from, last }, n) => [
        [`r${n}`, job.run.name],
        [`s${n}`, job.skips ? [] : specs(job, from, round < MOST_SPANS ? from + SPAN : last)],
      ]),
    )
    const { data } = await client.ask(
      historyDocument(open.length, asksSystem),
      { entity: place.entity, project: place.project, ...variables },
      signal,
    )
    const next: typeof open = []
    for (const [n, each] of open.entries()) {
      const answer = data.at('project').maybe((project) => project.at(`r${n}`).maybe((run) => run))
      if (!answer) continue
      const last = lastStep(answer)
      const system = asksSystem ? readSystem(answer, each.job) : NO_SYSTEM
      const metrics = metricsOf(each.job)
      for (const [m, rows] of answer.at('sampledHistory').list().entries()) {
        const metric = metrics[m] ?? ''
        each.rows.set(metric, [...(each.rows.get(metric) ?? []), ...readRows(rows, metric)])
      }
      const reached = each.job.skips || round >= MOST_SPANS || last <= each.from + SPAN
      ;(reached ? done : next).push({ ...each, from: each.from + SPAN, last, system })
    }
    open = next
  }
  for (const { job, rows, last, system } of done) note(job, rows, last, system, context)
}

/** Metrics of the history. */
const metricsOf = ({ rules }: Job) =>
  [...new Set(rules.map(({ metric }) => metric))].filter((name) => !isOfSystem(name))

/** One spec for each metric, because rows hold all keys of a spec. `maxStep` is included. */
const specs = (job: Job, from: number, to: number) =>
  metricsOf(job).map((metric) =>
    JSON.stringify({ keys: ['_step', metric], minStep: from + 1, maxStep: to, samples: SPAN }),
  )

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
function readSystem(run: Answer, { run: { heartbeatAt }, rules }: Job): SystemMetrics {
  const json = run.at('systemMetrics').maybe((text) => text.json())
  const values = new Map(Object.entries(typeof json === 'object' && json !== null ? json : {}))
  const logged = values.get('_timestamp')
  const at = typeof logged === 'number' ? Math.round(logged * 1000) : heartbeatAt
  const rows = new Map<string, MetricRow[]>()
  for (const { metric } of rules.filter((rule) => isOfSystem(rule.metric))) {
    const value = values.get(metric)
    if (typeof value === 'number') rows.set(metric, [{ step: at, value }])
  }
  return { at, rows }
}

function lastStep(run: Answer): number {
  const keys = run.at('historyKeys').json()
  const step = typeof keys === 'object' && keys !== null && 'lastStep' in keys ? keys.lastStep : null
  return typeof step === 'number' ? step : -1
}

/** Rows whose value is no number (W&B writes NaN and infinities as texts) are left out. */
function readRows(rows: Answer, metric: string): MetricRow[] {
  return rows
    .list()
    .map((row) => ({ step: row.at('_step').json(), value: row.at(metric).json() }))
    .filter((row): row is MetricRow => typeof row.step === 'number' && typeof row.value === 'number')
}

function note(
  { run, rules, before, skips }: Job,
  rows: ReadonlyMap<string, readonly MetricRow[]>,
  last: number,
  system: SystemMetrics,
  context: FollowContext,
): void {
  const { draft, place } = context
  const key = keyOf(context, run)
  const memory = before ?? { step: skips ? last : -1, values: {} }
  const firedAt = new Map(Object.entries(before?.fired ?? {}).filter(([, at]) => place.seenAt - at < REST))
  const rests = (rule: MetricRule) => firedAt.has(rule.key)
  const ofSystem = rules.filter(({ metric }) => isOfSystem(metric))
  const ofHistory = rules.filter((rule) => !ofSystem.includes(rule))
  const history = evaluate(memory, rows, ofHistory, rests, last)
  const systemMemory = { step: before?.systemAt ?? 0, values: memory.values }
  const machine = evaluate(systemMemory, skips ? new Map() : system.rows, ofSystem, rests, system.at)
  const fired = [...history.fired, ...machine.fired]
  for (const each of fired) {
    firedAt.set(each.rule.key, place.seenAt)
    draft.events.push(reportMetric(run, each, place))
  }
  const storedAt = before?.storedAt ?? 0
  const isDue = before === null || fired.length > 0 || place.seenAt - storedAt >= STORE_EVERY
  const stored: StoredMetrics = {
    step: history.next.step,
    values: { ...history.next.values, ...machine.next.values },
    lines: run.lines,
    systemAt: machine.next.step,
    heartbeatAt: run.heartbeatAt,
    fired: Object.fromEntries(firedAt),
    storedAt: isDue ? place.seenAt : storedAt,
  }
  if (isDue) draft.set(key, JSON.stringify(stored))
  draft.progress.set(key, JSON.stringify(stored))
}
