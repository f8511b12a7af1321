import type { AutomationError } from '../error.js'
import type { Arrival } from './arrivals.js'
import type { WatchStatus } from './watch/status.js'

/** How a source stands. A config node has no status of its own in the editor, so its triggers show this. */
export interface SourceState {
  /** Why it takes no events; null when all is well. */
  readonly problem: AutomationError | null
  /** The requests that were refused since an event was accepted. */
  readonly refused: Refusals | null
  /** Things a registry told since the flows started that are no events of ours. */
  readonly ignored: number
  /** How its polls go; null of a source that is told. */
  readonly watch: WatchStatus | null
  /** The event that was accepted last, whichever automations it started; null when there was none since the start. */
  readonly last: Arrival | null
}

export interface Refusals {
  readonly count: number
  readonly last: AutomationError
  /** When that was, in Unix milliseconds. */
  readonly at: number
}

const WELL: SourceState = { problem: null, refused: null, ignored: 0, watch: null, last: null }

/** The states of all sources, and who wants to know. */
export class SourceStates {
  readonly #states = new Map<string, SourceState>()
  readonly #watchers = new Map<string, Set<() => void>>()
  /** Told of every change of any of them. */
  onChange: () => void = () => {}
  /** Why nothing can be stored, whichever source it comes from. */
  #store: AutomationError | null = null

  of(source: string): SourceState {
    const state = this.#states.get(source) ?? WELL
    return this.#store ? { ...state, problem: this.#store } : state
  }

  change(source: string, change: Partial<SourceState>): void {
    this.#states.set(source, { ...(this.#states.get(source) ?? WELL), ...change })
    for (const watcher of this.#watchers.get(source) ?? []) watcher()
    this.onChange()
  }

  refuse(source: string, last: AutomationError, at: number): void {
    const count = (this.of(source).refused?.count ?? 0) + 1
    this.change(source, { refused: { count, last, at } })
  }

  /** The source's node is made anew, with other settings perhaps; what it brought is still what came last. */
  reset(source: string): void {
    const { last } = this.#states.get(source) ?? WELL
    this.#states.set(source, { ...WELL, last })
  }

  /** What came before is of another time, with another store. */
  forgetLast(): void {
    for (const [source, state] of this.#states) this.#states.set(source, { ...state, last: null })
  }

  set storeProblem(problem: AutomationError | null) {
    this.#store = problem
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher()
    this.onChange()
  }

  /** Calls back at each change; the function that is returned ends that. */
  watch(source: string, watcher: () => void): () => void {
    const watchers = this.#watchers.get(source) ?? new Set()
    this.#watchers.set(source, watchers.add(watcher))
    return () => {
      watchers.delete(watcher)
      if (watchers.size === 0) this.#watchers.delete(source)
    }
  }
}
