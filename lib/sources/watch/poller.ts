import type { WatchTrigger } from '../../automations/watch-trigger.js'
import type { AutomationError } from '../../error.js'
import type { Watch, WatchOptions } from '../kind.js'
import { asFailure } from './failure.js'
import { KeptState } from './kept-state.js'
import { Pace } from './pace.js'
import { Rounds } from './rounds.js'
import type { Skipped } from './skips.js'
import type { WatchStatus } from './status.js'
import { Draft, SERVER } from './store.js'

/** What one kind of registry does in a poll. */
export interface Looks {
  /** Which server it is, and whatever else makes what was seen worthless when it changes. */
  readonly server: string
  /** Looks, and puts into the draft what is to be stored: state and events. What it keeps elsewhere must not matter. */
  look(draft: Draft, poll: Poll): Promise<void>
  /** What was seen in memory is of another time: the state was read anew. */
  forget?(): void
  /** Whether the last look saw everything that there is, so that the next one tells of nothing older. */
  readonly seesAll?: boolean
  readonly client: { readonly requests: number; readonly heldUntil: number }
}

export interface Poll {
  readonly triggers: readonly WatchTrigger[]
  /** The number of the state that this poll makes. */
  readonly revision: number
  readonly signal: AbortSignal
  /** Stores what the draft has until now, and empties it. */
  commit(): Promise<void>
  /** Hears of what was left out. */
  readonly onSkip: (what: string, why: string) => void
}

export interface PollerOptions extends WatchOptions {
  /** Milliseconds between two polls. */
  readonly interval: number
}

/** So many things that were left out are named. */
const MOST_NAMED = 50

/** Polls one registry for all triggers of a source, again and again. State and events move together; see `WatchStore`. */
export class RegistryPoller implements Watch {
  readonly #options: PollerOptions
  readonly #looks: Looks
  readonly #pace: Pace
  readonly #rounds: Rounds
  readonly #kept: KeptState
  #triggers: readonly WatchTrigger[] = []
  #lastPoll: number | null = null
  /** When the last look that saw everything began; undefined when the last one did not. */
  #seenSince: number | undefined
  #skipped = new Map<string, Skipped>()

  constructor(looks: Looks, options: PollerOptions) {
    this.#looks = looks
    this.#options = options
    this.#pace = new Pace(options)
    this.#kept = new KeptState({ ...options, server: looks.server })
    this.#rounds = new Rounds({
      timers: options.timers,
      held: () => looks.client.heldUntil - options.now(),
      round: (signal) => this.#round(signal),
    })
  }

  setTriggers(triggers: readonly WatchTrigger[]): void {
    this.#triggers = triggers
    this.#rounds.hasten()
  }

  start(): void {
    if (this.#rounds.haveBegun) return
    this.#status('starting', null, null)
    this.#rounds.begin()
  }

  stop(): Promise<void> {
    return this.#rounds.end()
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { now } = this.#options
    const began = now()
    const failure = await this.poll(signal).then(() => null, asFailure)
    if (signal.aborted) return
    const wait = this.#rounds.goOn(failure ? this.#pace.afterFailure(failure) : this.#pace.afterSuccess())
    if (!failure) this.#lastPoll = began
    const kind = failure ? 'failing' : this.#triggers.length === 0 ? 'idle' : 'watching'
    this.#status(kind, now() + wait, failure)
  }

  /** One poll. Rejects with what went wrong; what was stored until then is, and the next poll sees the rest. */
  async poll(signal: AbortSignal = new AbortController().signal): Promise<void> {
    if (await this.#kept.load()) this.#looks.forget?.()
    const began = this.#options.now()
    this.#skipped = new Map()
    const { parts } = this.#kept
    const draft = new Draft(parts)
    const triggers = this.#triggers
    if (triggers.length === 0) {
      // what is watched again begins with a baseline
      for (const key of parts.keys()) if (key !== SERVER) draft.set(key, null)
      await this.#commit(draft)
      this.#looks.forget?.()
      return
    }
    const poll = (): Poll => ({
      triggers,
      revision: this.#kept.revision + 1,
      signal,
      commit: () => this.#commit(draft),
      onSkip: (what, why) => {
        if (this.#skipped.size < MOST_NAMED) this.#skipped.set(what, { what, why })
      },
    })
    await this.#looks.look(draft, poll())
    signal.throwIfAborted()
    await this.#commit(draft)
    this.#seenSince = this.#looks.seesAll ? began : undefined
  }

  async #commit(draft: Draft): Promise<void> {
    if (draft.isEmpty) return
    const since = this.#seenSince
    await this.#kept.commit(draft, since === undefined ? undefined : Math.max(0, this.#options.now() - since))
    draft.changes.clear()
    draft.events.splice(0)
  }

  #status(kind: WatchStatus['kind'], nextPoll: number | null, error: AutomationError | null): void {
    this.#options.onStatus({
      kind,
      lastPoll: this.#lastPoll,
      nextPoll,
      targets: 1,
      backlog: 0,
      requests: this.#looks.client.requests,
      skipped: [...this.#skipped.values()],
      lacks: [],
      error,
    })
  }
}
