import type { AutomationError } from '../error.js'
import type { WatchStatus } from './wandb/watch-status.js'

/** How a source stands. A config node has no status of its own in the editor, so its triggers show this. */
export interface SourceState {
  /** Why it takes no events; null when all is well. */
  readonly problem: AutomationError | null
  /** The last request that was refused since an event was accepted. */
  readonly refused: AutomationError | null
  /** Things a registry told since the flows started that are no events of ours. */
  readonly ignored: number
  /** How its polls go; null of a source that is told. */
  readonly watch: WatchStatus | null
}

const WELL: SourceState = { problem: null, refused: null, ignored: 0, watch: null }

/** The states of all sources, and who wants to know. */
export class SourceStates {
  readonly #states = new Map<string, SourceState>()
  readonly #watchers = new Map<string, Set<() => void>>()
  /** Why nothing can be stored, whichever source it comes from. */
  #store: AutomationError | null = null

  of(source: string): SourceState {
    const state = this.#states.get(source) ?? WELL
    return this.#store ? { ...state, problem: this.#store } : state
  }

  change(source: string, change: Partial<SourceState>): void {
    this.#states.set(source, { ...(this.#states.get(source) ?? WELL), ...change })
    for (const watcher of this.#watchers.get(source) ?? []) watcher()
  }

  /** The source's node is made anew, with other settings perhaps. */
  reset(source: string): void {
    this.#states.delete(source)
  }

  set storeProblem(problem: AutomationError | null) {
    this.#store = problem
    for (const watchers of this.#watchers.values()) for (const watcher of watchers) watcher()
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
