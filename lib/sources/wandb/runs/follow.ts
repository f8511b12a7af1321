import type { Answer } from '../answer.js'
import { historyDocument } from '../documents.js'
import { REST, type RunContext } from './context.js'
import { evaluate, type MetricRow, type RunMetrics } from './evaluate.js'
import { reportMetric } from './report.js'
import { acceptsRun, type MetricRule } from './rule.js'
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
    if (wanted.length === 0 || before?.lines === run.lines) continue
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
  let open = jobs.map((job) => ({ job, from: job.before?.step ?? -1, rows: new Map<string, MetricRow[]>(), last: -1 }))
  const done: typeof open = []
  for (let round = 0; open.length > 0; round += 1) {
    const variables = Object.fromEntries(
      open.flatMap(({ job, from, last }, n) => [
        [`r${n}`, job.run.name],
        [`s${n}`, job.skips ? [] : specs(job, from, round < MOST_SPANS ? from + SPAN : last)],
      ]),
    )
    const { data } = await client.ask(
      historyDocument(open.length),
      { entity: place.entity, project: place.project, ...variables },
      signal,
    )
    const next: typeof open = []
    for (const [n, each] of open.entries()) {
      const answer = data.at('project').maybe((project) => project.at(`r${n}`).maybe((run) => run))
      if (!answer) continue
      const last = lastStep(answer)
      const metrics = metricsOf(each.job)
      for (const [m, rows] of answer.at('sampledHistory').list().entries()) {
        const metric = metrics[m] ?? ''
        each.rows.set(metric, [...(each.rows.get(metric) ?? []), ...readRows(rows, metric)])
      }
      const reached = each.job.skips || round >= MOST_SPANS || last <= each.from + SPAN
      ;(reached ? done : next).push({ ...each, from: each.from + SPAN, last })
    }
    open = next
  }
  for (const { job, rows, last } of done) note(job, rows, last, context)
}

const metricsOf = ({ rules }: Job) => [...new Set(rules.map(({ metric }) => metric))]

/** One spec for each metric, because rows hold all keys of a spec. `maxStep` is included. */
const specs = (job: Job, from: number, to: number) =>
  metricsOf(job).map((metric) =>
    JSON.stringify({ keys: ['_step', metric], minStep: from + 1, maxStep: to, samples: SPAN }),
  )

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
  context: FollowContext,
): void {
  const { draft, place } = context
  const key = keyOf(context, run)
  const memory = before ?? { step: skips ? last : -1, values: {} }
  const firedAt = new Map(Object.entries(before?.fired ?? {}).filter(([, at]) => place.seenAt - at < REST))
  const { fired, next } = evaluate(memory, rows, rules, (rule) => firedAt.has(rule.key), last)
  for (const each of fired) {
    firedAt.set(each.rule.key, place.seenAt)
    draft.events.push(reportMetric(run, each, place))
  }
  const storedAt = before?.storedAt ?? 0
  const isDue = before === null || fired.length > 0 || place.seenAt - storedAt >= STORE_EVERY
  const stored: StoredMetrics = {
    ...next,
    lines: run.lines,
    fired: Object.fromEntries(firedAt),
    storedAt: isDue ? place.seenAt : storedAt,
  }
  if (isDue) draft.set(key, JSON.stringify(stored))
  draft.progress.set(key, JSON.stringify(stored))
}
