import type { WatchTrigger } from '../../automations/watch-trigger.js'
import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import { asFailure } from '../watch/failure.js'
import { KeptState } from '../watch/kept-state.js'
import { Pace } from '../watch/pace.js'
import { Rounds } from '../watch/rounds.js'
import { type Skipped, Skips } from '../watch/skips.js'
import type { WatchStatus } from '../watch/status.js'
import { Draft, SERVER, type WatchStore } from '../watch/store.js'
import type { WandbClient } from './client.js'
import { type CollectionState, readState } from './collections/state.js'
import { OF_ONE_TARGET } from './failure.js'
import { LEARNED, Lessons } from './lessons.js'
import { dueForScan, type LookContext, look, newMemory, recordKey, scan, type TargetMemory } from './look.js'
import type { Extra } from './newcomers.js'
import { lackingOf } from './offers.js'
import { Planner } from './planner.js'
import { covers, isCovered, type Target } from './target.js'

export interface PollerOptions {
  /** The id of the source. */
  readonly source: string
  readonly client: WandbClient
  readonly store: WatchStore
  /** Where people see W&B; see `appUrlOf`. */
  readonly appUrl: string
  /** Milliseconds between two polls; at least 1 s. */
  readonly interval: number
  /** Milliseconds between two full scans of what a usual look may not see; a day when left out. */
  readonly fullScanEvery?: number
  /** Requests of a full scan that one poll makes at most. */
  readonly scanRequests?: number
  readonly now: () => number
  readonly timers: { set(callback: () => void, ms: number): unknown; clear(timer: unknown): void }
  readonly random: () => number
  /** Called with the events of each commit, in their order, after they are stored. */
  readonly onEvents: (events: readonly ArtifactEvent[]) => void
  readonly onStatus: (status: WatchStatus) => void
}

const DAY = 24 * 60 * 60 * 1000

/** Watches one W&B server for all triggers of a source. State and events move together; see `WatchStore`. */
export class WandbPoller {
  readonly #options: Required<PollerOptions>
  readonly #pace: Pace
  readonly #planner: Planner
  readonly #lessons: Lessons
  readonly #rounds: Rounds
  readonly #kept: KeptState
  #skips = new Skips()
  readonly #progress = new Map<string, string>()
  readonly #memories = new Map<string, TargetMemory>()
  #lastPoll: number | null = null
  /** How many targets the poll saw. */
  #seen = 0

  constructor(options: PollerOptions) {
    this.#options = { fullScanEvery: DAY, scanRequests: 5, ...options }
    this.#pace = new Pace(options)
    this.#planner = new Planner(options)
    this.#lessons = new Lessons(this.#options)
    this.#kept = new KeptState({ ...options, server: options.appUrl })
    this.#rounds = new Rounds({
      timers: options.timers,
      held: () => options.client.heldUntil - options.now(),
      round: (signal) => this.#round(signal),
    })
  }

  /**
   * Says what is to be watched: all triggers of the source at once. What is watched no longer is forgotten. When polling
   * has begun the next poll is at once.
   */
  setTriggers(triggers: readonly WatchTrigger[]): void {
    this.#planner.triggers = triggers
    this.#rounds.hasten()
  }

  /** What the last poll, or the last plan, could not read. */
  get skipped(): readonly Skipped[] {
    const all = [...this.#planner.skips.all, ...this.#skips.all]
    return [...new Map(all.map((each) => [each.what, each])).values()]
  }

  /** Begins to poll, at once. */
  start(): void {
    if (this.#rounds.haveBegun) return
    this.#status('starting', null, null)
    this.#rounds.begin()
  }

  /** Ends polling; resolves when nothing is under way any more. A poll that was under way may be stored or not. */
  stop(): Promise<void> {
    return this.#rounds.end()
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { now } = this.#options
    const began = now()
    const failure = await this.poll(signal).then(() => null, asFailure)
    if (signal.aborted) return
    // a name that is wrong in one trigger must not slow down the others
    const slows = failure !== null && !(this.#seen > 0 && OF_ONE_TARGET.includes(failure.code))
    const wait = this.#rounds.goOn(slows ? this.#pace.afterFailure(failure) : this.#pace.afterSuccess())
    if (!failure) this.#lastPoll = began
    const kind = failure ? 'failing' : this.#planner.targets?.length === 0 ? 'idle' : 'watching'
    this.#status(kind, now() + wait, failure)
  }

  /**
   * One poll of everything. Rejects with the first failure, after the targets that can be asked all the same were
   * asked; what was found until then is stored, and the next poll sees the rest.
   */
  async poll(signal: AbortSignal = new AbortController().signal): Promise<void> {
    if (await this.#kept.load()) this.#lessons.recall(this.#kept.parts.get(LEARNED))
    const planner = this.#planner
    if (planner.triggers.length === 0) {
      planner.clear()
      this.#skips = new Skips()
      await this.#prune([])
      return
    }
    this.#seen = 0
    this.#skips = new Skips()
    await this.#lessons.check(signal)
    const visited = new Set<string>()
    let failure = await this.#visitAll(await this.#planned(signal), visited, signal)
    if (planner.newcomers?.hasNews) {
      planner.outdate()
      failure ??= await this.#visitAll(await this.#planned(signal), visited, signal)
    }
    failure ??= planner.failure()
    if (planner.targets?.length === 0 && planner.newcomers?.isEmpty === false) planner.askAgain()
    await this.#keepLessons(signal)
    if (failure !== null) throw failure
  }

  /** Gives the first failure. Targets in `visited` are passed by, and the others are put there. */
  async #visitAll(targets: readonly Target[], visited: Set<string>, signal: AbortSignal): Promise<unknown> {
    let failure: unknown = null
    let extra = visited.size === 0 ? this.#planner.newcomers : null
    for (const target of targets.filter(({ key }) => !visited.has(key))) {
      visited.add(target.key)
      try {
        if (await this.#visit(target, extra, signal)) extra = null
        this.#seen += 1
      } catch (error) {
        failure ??= error
        // anything else is wrong with all
        if (!(error instanceof AutomationError) || !OF_ONE_TARGET.includes(error.code)) break
      }
    }
    return failure
  }

  /** Says whether the target was asked for. */
  async #visit(target: Target, extra: Extra | null, signal: AbortSignal): Promise<boolean> {
    const { client, appUrl, fullScanEvery, scanRequests } = this.#options
    const memory = this.#memories.get(target.key) ?? newMemory(this.#planner.newcomers?.missingAt(target) ?? 0)
    this.#memories.set(target.key, memory)
    if (memory.absentUntil > this.#options.now()) return false
    const onSkip = this.#skips.note
    const context = (draft: Draft): LookContext => ({ client, draft, target, memory, appUrl, signal, onSkip, extra })
    const draft = this.#draft()
    try {
      await look(context(draft))
    } catch (error) {
      // a cursor may be what the server did not like: the next round of pages begins anew
      if (memory.rolling !== undefined) memory.rolling = null
      throw error
    }
    await this.#commit(draft)
    // it is there, and this is stored: what is asked about it from now on begins with a baseline
    if (memory.lastLook > memory.absentAt) memory.absentAt = 0
    const due = memory.backlog.size === 0 ? dueForScan(context(this.#draft()), fullScanEvery) : null
    for (const id of due ? this.#collectionsOf(target, due) : []) memory.backlog.add(id)
    for (let count = 0; count < scanRequests && memory.backlog.size > 0; count += 1) {
      const listing = this.#draft()
      await scan(context(listing))
      await this.#commit(listing)
    }
    return true
  }

  #collectionsOf(target: Target, wanted: (state: CollectionState) => boolean): string[] {
    const states = [...this.#kept.parts]
      .filter(([key]) => key.startsWith('c/'))
      .map(([key, text]) => ({ key, state: readState(text) }))
    return states
      .filter(({ state }) => covers(target, state.entity, state.project) && wanted(state))
      .map(({ key }) => key.slice(2))
  }

  async #planned(signal: AbortSignal): Promise<readonly Target[]> {
    const { targets, isNew } = await this.#planner.plan(signal)
    if (isNew) await this.#prune(targets)
    return targets
  }

  /** What was learned about the server outlives a restart. */
  async #keepLessons(signal: AbortSignal): Promise<void> {
    const draft = this.#draft()
    draft.set(LEARNED, await this.#lessons.text(signal))
    await this.#commit(draft)
  }

  /** Forgets what is watched no longer, so that it begins with a baseline when it is watched again. */
  async #prune(targets: readonly Target[]): Promise<void> {
    const draft = this.#draft()
    for (const key of this.#memories.keys())
      if (!targets.some((target) => target.key === key)) this.#memories.delete(key)
    const records = new Set(targets.filter(({ events }) => events.size > 0).map(recordKey))
    const runs = targets.filter((target) => target.runs.length > 0).map(({ entity, project }) => `${entity}/${project}`)
    for (const [key, text] of this.#kept.parts) {
      const kept = key.startsWith('c/')
        ? isCovered(targets, readState(text))
        : key.startsWith('w/')
          ? records.has(key)
          : key === SERVER ||
            key === LEARNED ||
            runs.some((place) => key === `r/${place}` || key.startsWith(`m/${place}/`))
      if (!kept) draft.set(key, null)
    }
    await this.#commit(draft)
  }

  #draft(): Draft {
    return new Draft(this.#kept.parts, this.#progress)
  }

  async #commit(draft: Draft): Promise<void> {
    if (!draft.isEmpty) {
      try {
        await this.#kept.commit(draft)
      } catch (error) {
        this.#progress.clear()
        throw error
      }
    }
    for (const [key, text] of draft.progress) this.#progress.set(key, text)
    for (const key of draft.changes.keys()) if (draft.changes.get(key) === null) this.#progress.delete(key)
    if (draft.events.length > 0) this.#options.onEvents(draft.events)
  }

  #status(kind: WatchStatus['kind'], nextPoll: number | null, error: AutomationError | null): void {
    const { onStatus, client } = this.#options
    const backlog = [...this.#memories.values()].reduce((sum, memory) => sum + memory.backlog.size, 0)
    const { requests } = client
    onStatus({
      kind,
      lastPoll: this.#lastPoll,
      nextPoll,
      targets: this.#planner.targets?.length ?? 0,
      backlog,
      requests,
      skipped: this.skipped,
      lacks: lackingOf(client.knowledge.learned.lacks),
      error,
    })
  }
}
