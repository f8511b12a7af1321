import { type Answer, readEach } from '../answer.js'
import type { Skip } from '../client.js'
import { historyDocument } from '../documents.js'
import type { RunContext } from './context.js'
import type { MetricRow } from './evaluate.js'
import { AT_START, advance, behind, isRead, type Position, skipTo } from './position.js'
import type { RunSighting } from './sighting.js'

/** What is to be read of one run's history. */
export interface HistoryJob {
  readonly run: RunSighting
  readonly position: Position
  readonly metrics: readonly string[]
  /** Begins behind the rows that are there now: what was logged before the watch is not judged. */
  readonly skips: boolean
  readonly asksSystem: boolean
}

export interface Reading<J extends HistoryJob> {
  readonly job: J
  /** What was not read before, by metric and in the order of steps. */
  readonly rows: ReadonlyMap<string, readonly MetricRow[]>
  readonly position: Position
  /** The last system metrics as W&B has them; null when nobody asked. */
  readonly systemMetrics: unknown
}

/** Steps that one request reads; as many samples as steps make the answer exact. */
const SPAN = 10_000
/** Requests with exact answers, after which the rest of a run is asked for at once, however many steps it is. */
const MOST_SPANS = 5

/** A reading that goes on. */
interface Open<J extends HistoryJob> {
  readonly job: J
  readonly rows: ReadonlyMap<string, readonly MetricRow[]>
  readonly position: Position
  /** Steps up to this one were asked for. */
  readonly upTo: number
}

/**
 * Reads of these runs the rows that were not read before; a request for all of them, and more for those that logged
 * more steps than one request gives exactly. A run that cannot be read is left out, and read by the next poll.
 */
export async function readHistories<J extends HistoryJob>(
  jobs: readonly J[],
  { client, place, signal, onSkip }: Pick<RunContext, 'client' | 'place' | 'signal' | 'onSkip'>,
): Promise<Reading<J>[]> {
  const done: Reading<J>[] = []
  let open: Open<J>[] = []
  for (const job of jobs) {
    const { run, position, asksSystem } = job
    const begun = { job, rows: new Map(), position, upTo: position.step }
    // a server may say anything of the last step of a run that has no rows
    if (run.lines === 0 && !asksSystem) done.push({ job, rows: new Map(), position: AT_START, systemMetrics: null })
    else open.push(begun)
  }
  for (let round = 0; open.length > 0; round += 1) {
    const isRest = round === MOST_SPANS
    const variables = Object.fromEntries(
      open.flatMap((each, n) => [
        [`r${n}`, each.job.run.name],
        [`s${n}`, each.job.skips ? [] : specs(each, isRest)],
      ]),
    )
    const { data } = await client.ask(
      historyDocument(
        open.length,
        open.some(({ job }) => job.asksSystem),
      ),
      { entity: place.entity, project: place.project, ...variables },
      { signal, onSkip },
    )
    const project = data.at('project')
    if (project.isNull) break
    const next: Open<J>[] = []
    for (const [n, each] of open.entries()) {
      for (const taken of readEach([project.at(`r${n}`)], (answer) => take(answer, each, isRest, onSkip), onSkip))
        if (taken && 'upTo' in taken) next.push(taken)
        else if (taken) done.push(taken)
    }
    open = next
  }
  return done
}

/** All steps, and one spec for each metric, because rows hold all keys of a spec. `maxStep` is included. */
function specs<J extends HistoryJob>({ job, upTo }: Open<J>, isRest: boolean): string[] {
  const range = { minStep: upTo + 1, maxStep: isRest ? Number.MAX_SAFE_INTEGER : upTo + SPAN, samples: SPAN }
  return [['_step'], ...job.metrics.map((metric) => ['_step', metric])].map((keys) =>
    JSON.stringify({ keys, ...range }),
  )
}

/** What one answer brings: the end of a reading, or one that goes on; null when the run is gone. */
function take<J extends HistoryJob>(
  answer: Answer,
  { job, rows, position, upTo }: Open<J>,
  isRest: boolean,
  onSkip: Skip | undefined,
): Reading<J> | Open<J> | null {
  if (answer.isNull) return null
  const { run, metrics, skips, asksSystem } = job
  const [systemMetrics = null] = asksSystem
    ? readEach([answer.at('systemMetrics')], (text) => text.maybe((each) => each.json()), onSkip)
    : []
  const last = lastStep(answer)
  if (skips) {
    const there = run.lines === 0 ? AT_START : behind(last, run.lines)
    return { job, rows, position: there, systemMetrics }
  }
  const [all, ...lists] = answer.at('sampledHistory').list()
  const steps = (all?.list() ?? []).map((row) => row.at('_step').json()).filter((step) => typeof step === 'number')
  // more rows than samples were thinned out: what is missing between them comes with the next poll
  if (isRest && steps.length >= SPAN) {
    const first = Math.min(...steps)
    return { job, rows, position: skipTo(position, Math.max(upTo, first - 1)), systemMetrics }
  }
  const fresh = new Map(
    metrics.map((metric, m) => [metric, lists[m] ? readRows(lists[m], metric, position) : []] as const),
  )
  const joined = new Map(metrics.map((metric) => [metric, [...(rows.get(metric) ?? []), ...(fresh.get(metric) ?? [])]]))
  const came = [...steps, ...[...fresh.values()].flatMap((list) => list.map(({ step }) => step))]
  const reached = upTo + SPAN
  const advanced = advance(position, came, run.lines)
  // where the server is behind with the last step, rows tell that there may be more
  const hasMore = !isRest && (last > reached || (came.length > 0 && Math.max(...came) > reached - SPAN / 2))
  if (advanced.rows < run.lines && hasMore) return { job, rows: joined, position: advanced, upTo: reached }
  return { job, rows: joined, position: advanced, systemMetrics }
}

function lastStep(run: Answer): number {
  const keys = run.at('historyKeys').json()
  const step = typeof keys === 'object' && keys !== null && 'lastStep' in keys ? keys.lastStep : null
  return typeof step === 'number' ? step : -1
}

/** New rows in the order of their steps. Those whose value is no number (W&B writes NaN and infinities as texts) are left out. */
function readRows(rows: Answer, metric: string, position: Position): MetricRow[] {
  return rows
    .list()
    .map((row) => ({ step: row.at('_step').json(), value: row.at(metric).json() }))
    .filter((row): row is MetricRow => typeof row.step === 'number' && typeof row.value === 'number')
    .filter(({ step }) => !isRead(position, step))
    .sort((left, right) => left.step - right.step)
}
