import type { SourceFailure } from '../watch/failure.js'
import { eachPage } from '../watch/pages.js'
import type { Draft } from '../watch/store.js'
import type { Skip, WandbClient } from './client.js'
import type { CollectionState } from './collections/state.js'
import { noteCollections, readCollections, scanCollections, type WatchContext, wishes } from './collections/watch.js'
import { isOfViewer } from './directory.js'
import { LIMITS, pollDocument } from './documents.js'
import { notFound } from './failure.js'
import type { Extra } from './newcomers.js'
import { activeFilter, noteRuns, readRecent, readRuns } from './runs/watch.js'
import { heldBack } from './server-clock.js'
import { projectFilter, type Target } from './target.js'

/** What is stored of a target itself. Times are Unix milliseconds by the server's clock. */
export interface TargetRecord {
  /** Since when each of its projects is watched; `*` is all of them. */
  readonly since: Readonly<Record<string, number>>
  /** When all collections were listed last. */
  readonly scannedAt: number
}

/** What a poller remembers of a target between two looks, and can do without after a restart. */
export interface TargetMemory {
  /** Where the rolling page goes on: null at the beginning, undefined when the first page holds everything. */
  rolling: string | null | undefined
  /** Collections to be listed, by their ids. */
  readonly backlog: Set<string>
  /** When the last look was, by the server's clock. */
  lastLook: number
  /** When a full scan was begun last. */
  scannedAt: number
  /** Nothing is there, and nobody said that there is: it is not asked for before this time. */
  absentUntil: number
  /** When details could not be had last; see `WatchContext`. */
  readonly details: { refusedAt: number }
  /** When nothing was there, by the server's clock; 0 when nobody knows of such a time. What came since is new. */
  absentAt: number
}

export const newMemory = (absentAt: number): TargetMemory => ({
  rolling: undefined,
  backlog: new Set(),
  lastLook: 0,
  scannedAt: 0,
  absentUntil: 0,
  details: { refusedAt: 0 },
  absentAt,
})

export interface LookContext {
  readonly client: WandbClient
  readonly draft: Draft
  readonly target: Target
  readonly memory: TargetMemory
  readonly appUrl: string
  readonly signal: AbortSignal
  /** Hears of what could not be read: it is left out, and looked at again by the next poll. */
  readonly onSkip: Skip
  /** What this look asks beside what it is about. */
  readonly extra: Extra | null
}

/** How often to ask for what was not there, in milliseconds. */
const LOOK_FOR_ABSENT = 60 * 60 * 1000

export const recordKey = (target: Pick<Target, 'key'>) => `w/${target.key}`

/** One look at a target: the baseline of what was never looked at, then one request for all that may have changed. */
export async function look(context: LookContext): Promise<void> {
  const { draft, target } = context
  const record = readRecord(draft, target)
  const names = target.project === null ? (target.projects ?? ['*']) : [target.project]
  const since = Object.fromEntries(
    names
      .map((name) => [name, record?.since[name] ?? record?.since['*'] ?? null] as const)
      .filter(([, at]) => at !== null),
  ) as Record<string, number>
  const missing = names.filter((name) => since[name] === undefined)
  if (target.events.size > 0 && missing.length > 0) {
    const { absentAt } = context.memory
    for (const name of absentAt > 0 ? missing : []) since[name] = absentAt
    const at = await baseline(context, since)
    for (const name of missing) since[name] ??= at
    writeRecord(draft, target, { since, scannedAt: record?.scannedAt ?? at })
  }
  await poll(context, since)
}

/** Reads every collection once; gives the time by the server's clock at which that began. */
async function baseline(context: LookContext, since: Readonly<Record<string, number>>): Promise<number> {
  let began: number | null = null
  let latest = 0
  const ended = await eachPage(
    async (after) => {
      const variables = { ...places(context.target), head: false, rolling: true, rollingAfter: after }
      const { watched, serverTime } = await ask(context, variables, false)
      began ??= serverTime
      latest = serverTime
      return watched && readCollections(watched.at('rolling'), context.onSkip)
    },
    ({ collections }) => note(context, collections, since, latest),
    { signal: context.signal },
  )
  if (ended === 'cut') context.onSkip(context.target.key, 'its list of collections has no end')
  return began ?? latest
}

async function poll(context: LookContext, since: Readonly<Record<string, number>>): Promise<void> {
  const { draft, target, memory, appUrl, client, signal, onSkip } = context
  const rolls = memory.rolling !== undefined
  const variables = {
    ...places(target),
    head: true,
    rolling: rolls,
    rollingAfter: memory.rolling ?? null,
    recentAfter: null,
    activeAfter: null,
    active: target.project === null ? null : activeFilter(draft, { entity: target.entity, project: target.project }),
  }
  const { watched, serverTime } = await ask(context, variables, target.runs.length > 0, context.extra)
  if (!watched) return
  if (target.events.size > 0) {
    const head = readCollections(watched.at('head'), onSkip)
    const rolling = rolls ? readCollections(watched.at('rolling'), onSkip) : null
    await note(context, [...(rolling?.collections ?? []), ...head.collections], since, serverTime)
    memory.rolling = head.next === null ? undefined : (rolling?.next ?? null)
  }
  if (target.runs.length > 0 && target.project !== null) {
    const place = {
      entity: target.entity,
      project: target.project,
      organization: target.organization,
      appUrl,
      seenAt: serverTime,
    }
    const more = (list: 'recent' | 'active') => async (after: string) => {
      const next = await ask(context, { ...variables, head: false, rolling: false, [`${list}After`]: after }, true)
      if (!next.watched) throw vanished(target)
      return next.watched.at(list)
    }
    const reading = { signal, onSkip }
    const recent = await readRecent(watched.at('recent'), draft, place, more('recent'), reading)
    const active = await readRuns(watched.at('active'), () => false, more('active'), reading)
    await noteRuns([...active, ...recent], {
      client,
      draft,
      rules: target.runs,
      place,
      signal,
      onSkip,
      lastLook: memory.lastLook,
      absentAt: memory.absentAt,
    })
  }
  memory.lastLook = serverTime
}

async function note(
  context: LookContext,
  collections: Parameters<typeof noteCollections>[0],
  since: Readonly<Record<string, number>>,
  serverTime: number,
): Promise<void> {
  const unlisted = await noteCollections(collections, watchContext(context, since, serverTime))
  for (const id of unlisted) context.memory.backlog.add(id)
}

const watchContext = (
  context: LookContext,
  since: Readonly<Record<string, number>>,
  serverTime: number,
): WatchContext => ({
  client: context.client,
  draft: context.draft,
  target: context.target,
  signal: context.signal,
  onSkip: context.onSkip,
  since: (project) => {
    const at = since[project] ?? since['*'] ?? null
    return at === null ? null : heldBack(at, { serverTime, lastLook: context.memory.lastLook })
  },
  serverTime,
  lastLook: context.memory.lastLook,
  details: context.memory.details,
})

/** Lists some of the collections that wait for it; the rest keeps waiting. */
export async function scan(context: LookContext): Promise<void> {
  const { draft, memory } = context
  const ids = [...memory.backlog].slice(0, LIMITS.scan)
  const record = readRecord(draft, context.target)
  if (record && ids.length > 0) await scanCollections(ids, watchContext(context, record.since, memory.lastLook))
  for (const id of ids) memory.backlog.delete(id)
  if (record && memory.backlog.size === 0) {
    writeRecord(draft, context.target, { ...record, scannedAt: memory.lastLook })
  }
}

/**
 * Which of its collections a full scan lists: all when something is watched that a usual look may not see, else those
 * with long lists of aliases. Null when it is not yet time, `every` milliseconds after the last one.
 */
export function dueForScan(
  { draft, target, memory }: LookContext,
  every: number,
): ((state: CollectionState) => boolean) | null {
  const { unlinks, tags } = wishes(target)
  const record = readRecord(draft, target)
  if (record === null || memory.lastLook - Math.max(record.scannedAt, memory.scannedAt) < every) return null
  memory.scannedAt = memory.lastLook
  return (state) => unlinks || tags || state.aliasesListedAt !== null
}

function readRecord(draft: Draft, target: Target): TargetRecord | null {
  const text = draft.get(recordKey(target))
  return text === null ? null : (JSON.parse(text) as TargetRecord)
}

const writeRecord = (draft: Draft, target: Target, record: TargetRecord) =>
  draft.set(recordKey(target), JSON.stringify(record))

const places = (target: Target) => ({ entity: target.entity, project: target.project, projects: projectFilter(target) })

async function ask(
  { client, target, memory, signal, onSkip }: LookContext,
  variables: object,
  runs: boolean,
  extra: Extra | null = null,
) {
  const within = target.project === null ? 'entity' : 'project'
  const { tags } = wishes(target)
  const collections = target.events.size > 0
  const { directory = false, entities = [] } = extra ?? {}
  const wanted = { within, collections, tags, runs, directory, projectsOf: entities.length } as const
  const { data, serverTime } = await client.ask(
    (offers) => pollDocument(wanted, offers),
    { ...variables, ...Object.fromEntries(entities.map((entity, n) => [`p${n}`, entity])) },
    // who the key belongs to is no condition of the rest
    { signal, onSkip, tolerates: isOfViewer },
  )
  const watched = data.at('watched').maybe((answer) => answer)
  extra?.hear(data, serverTime, onSkip)
  if (!watched) memory.absentAt = serverTime
  if (!watched && !target.implied) throw vanished(target)
  if (!watched) memory.absentUntil = serverTime + LOOK_FOR_ABSENT
  return { watched, serverTime }
}

function vanished(target: Target): SourceFailure {
  const what = target.project === null ? target.entity : `${target.entity}/${target.project}`
  const message = `W&B knows no ${what}, or the API key may not see it. Check the names in the triggers and the key's access.`
  return notFound(what, message)
}
