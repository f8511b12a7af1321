import { acceptsRun, acceptsState, countedAs, type MetricRule, type StateRule } from '../../../automations/run-rule.js'
import { eachPage } from '../../watch/pages.js'
import type { Draft } from '../../watch/store.js'
import { type Answer, readEach } from '../answer.js'
import type { Skip } from '../client.js'
import { heldBack } from '../server-clock.js'
import { compareRuns, type RunsState } from './compare.js'
import { REST, type RunContext } from './context.js'
import { followMetrics } from './follow.js'
import { type RunPlace, reportState } from './report.js'
import { isActive, type RunSighting, readRun } from './sighting.js'

/** The part of the state that holds a project's runs: since when they are watched, and what they were. */
interface StoredRuns extends RunsState {
  readonly since: number
  /** When a state of a run was last reported, Unix milliseconds, as `run state`, or `run failure`. */
  readonly told: Readonly<Record<string, number>>
}

const keyOf = ({ entity, project }: RunPlace) => `r/${entity}/${project}`

/**
 * What to ask for beside the newest heartbeats: the runs that went on at the last look, by name, because a run whose
 * heartbeats have stopped never rises among the newest; at first all that go on.
 */
export function activeFilter(draft: Draft, place: Pick<RunPlace, 'entity' | 'project'>): string {
  const text = draft.get(keyOf(place as RunPlace))
  if (text === null) return JSON.stringify({ state: { $in: ['running', 'pending'] } })
  const { runs } = JSON.parse(text) as StoredRuns
  return JSON.stringify({ name: { $in: Object.keys(runs).filter((name) => isActive(runs[name] ?? '')) } })
}

/**
 * The newest heartbeats, as many pages as hold something newer than the last look.
 * @param more asks for the page after a cursor
 */
export async function readRecent(
  first: Answer,
  draft: Draft,
  place: Pick<RunPlace, 'entity' | 'project'>,
  more: (after: string) => Promise<Answer>,
  reading: Reading = {},
): Promise<RunSighting[]> {
  const text = draft.get(keyOf(place as RunPlace))
  const mark = text === null ? Number.POSITIVE_INFINITY : (JSON.parse(text) as StoredRuns).mark
  return readRuns(first, (page) => page.some(({ heartbeatAt }) => heartbeatAt <= mark), more, reading)
}

interface Reading {
  readonly signal?: AbortSignal | undefined
  readonly onSkip?: Skip | undefined
}

/** The runs of a list, page by page until one is the last, or says that it `reached` far enough. */
export async function readRuns(
  first: Answer,
  reached: (page: readonly RunSighting[]) => boolean,
  more: (after: string) => Promise<Answer>,
  { signal, onSkip }: Reading = {},
): Promise<RunSighting[]> {
  const runs: RunSighting[] = []
  await eachPage(
    async (after) => (after === null ? first : await more(after)).connection(),
    ({ nodes }) => {
      const seen = readEach(
        nodes.map(({ node }) => node),
        readRun,
        onSkip,
      )
      runs.push(...seen)
      return reached(seen)
    },
    { signal },
  )
  return runs
}

/** What is known of a project that was not there at `absentAt`: whatever is older was somewhere out of sight. */
function unseen(seen: readonly RunSighting[], absentAt: number): StoredRuns | null {
  if (absentAt === 0) return null
  const old = seen.filter(({ createdAt }) => createdAt < absentAt)
  const runs = Object.fromEntries(old.map(({ name, state }) => [name, state]))
  // a heartbeat of that very second is one of a new run
  return { mark: absentAt - 1, runs, changes: absentAt, since: absentAt, told: {} }
}

/** Compares runs with what is known and puts events and the new state into the draft. */
export async function noteRuns(seen: readonly RunSighting[], context: RunContext): Promise<void> {
  const { draft, rules, place } = context
  const key = keyOf(place)
  const text = draft.get(key)
  const stored = text === null ? unseen(seen, context.absentAt) : (JSON.parse(text) as StoredRuns)
  const clock = { serverTime: place.seenAt, lastLook: context.lastLook }
  const before = stored && { ...stored, mark: heldBack(stored.mark, clock) }
  const { changes, next } = compareRuns(before, seen, place.seenAt)
  const told = new Map(Object.entries(before?.told ?? {}).filter(([, at]) => place.seenAt - at < REST))
  const stateRules = rules.filter((rule): rule is StateRule => rule.event === 'RUN_STATE')
  for (const [index, { run }] of changes.entries()) {
    const wanted = stateRules.filter(
      (rule) => acceptsRun(rule, run.displayName, run.user) && acceptsState(rule, run.state),
    )
    const nameFor = (rule: StateRule) => `${run.name} ${countedAs(rule, run.state)}`
    const news = wanted.filter((rule) => !told.has(nameFor(rule)))
    if (news.length === 0) continue
    for (const rule of news) told.set(nameFor(rule), place.seenAt)
    const only = news.length < wanted.length ? news.map(({ key: rule }) => rule) : null
    draft.events.push(reportState(run, (before?.changes ?? place.seenAt) + index, place, only))
  }
  const since = before?.since ?? place.seenAt
  if (text === null || changes.length > 0) {
    draft.set(key, JSON.stringify({ ...next, since, told: Object.fromEntries(told) } satisfies StoredRuns))
  }
  const metrics = rules.filter((rule): rule is MetricRule => rule.event !== 'RUN_STATE')
  if (metrics.length === 0) return
  const states = new Map(Object.entries(before?.runs ?? {}))
  const hadEnded = ({ name }: RunSighting) => !isActive(states.get(name) ?? 'running')
  await followMetrics(seen, metrics, { ...context, since, isBaseline: before === null, hadEnded })
}
