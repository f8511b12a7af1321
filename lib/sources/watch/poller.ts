import type { WatchTrigger } from '../../automations/watch-trigger.js'
import type { AutomationError } from '../../error.js'
import type { Watch, WatchOptions } from '../kind.js'
import { asFailure } from './failure.js'
import { Pace } from './pace.js'
import type { Skipped } from './skips.js'
import type { WatchStatus } from './status.js'
import { Draft, loadOf, SERVER } from './store.js'

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

/** No timer of Node.js is longer. */
const LONGEST_TIMER = 2 ** 31 - 1

/** So many things that were left out are named. */
const MOST_NAMED = 50

/** Polls one registry for all triggers of a source, again and again. State and events move together; see `WatchStore`. */
export class RegistryPoller implements Watch {
  readonly #options: PollerOptions
  readonly #looks: Looks
  readonly #pace: Pace
  #triggers: readonly WatchTrigger[] = []
  #parts: Map<string, string> | null = null
  #revision = 0
  #timer: unknown = null
  #abort: AbortController | null = null
  #running: Promise<void> | null = null
  #isBusy = false
  /** Other triggers came while a poll was under way. */
  #isOutdated = false
  #lastPoll: number | null = null
  /** When the last look that saw everything began; undefined when the last one did not. */
  #seenSince: number | undefined
  #skipped = new Map<string, Skipped>()

  constructor(looks: Looks, options: PollerOptions) {
    this.#looks = looks
    this.#options = options
    this.#pace = new Pace(options)
  }

  setTriggers(triggers: readonly WatchTrigger[]): void {
    this.#triggers = triggers
    this.#isOutdated = this.#isBusy
    if (!this.#abort || this.#isBusy) return
    this.#options.timers.clear(this.#timer)
    this.#plan(Math.max(0, this.#looks.client.heldUntil - this.#options.now()))
  }

  start(): void {
    if (this.#abort) return
    this.#abort = new AbortController()
    this.#status('starting', null, null)
    this.#plan(0)
  }

  async stop(): Promise<void> {
    this.#abort?.abort()
    this.#abort = null
    this.#options.timers.clear(this.#timer)
    await this.#running
  }

  #plan(ms: number): void {
    const turn = () => {
      this.#running = this.#turn()
    }
    this.#timer = this.#options.timers.set(turn, Math.min(ms, LONGEST_TIMER))
  }

  async #turn(): Promise<void> {
    const { signal } = this.#abort ?? {}
    if (!signal) return
    const { now } = this.#options
    const began = now()
    this.#isBusy = true
    const failure = await this.poll(signal).then(() => null, asFailure)
    this.#isBusy = false
    if (signal.aborted) return
    const paced = failure ? this.#pace.afterFailure(failure) : this.#pace.afterSuccess()
    const due = this.#isOutdated ? 0 : paced
    this.#isOutdated = false
    const wait = Math.max(due, this.#looks.client.heldUntil - now())
    if (!failure) this.#lastPoll = began
    const kind = failure ? 'failing' : this.#triggers.length === 0 ? 'idle' : 'watching'
    this.#status(kind, now() + wait, failure)
    this.#plan(wait)
  }

  /** One poll. Rejects with what went wrong; what was stored until then is, and the next poll sees the rest. */
  async poll(signal: AbortSignal = new AbortController().signal): Promise<void> {
    const parts = await this.#loaded()
    const began = this.#options.now()
    this.#skipped = new Map()
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
      revision: this.#revision + 1,
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

  async #loaded(): Promise<Map<string, string>> {
    const { store, source } = this.#options
    if (this.#parts) return this.#parts
    const { revision, parts } = await loadOf(store, source, this.#looks.server)
    this.#revision = revision
    this.#parts = parts
    this.#looks.forget?.()
    return parts
  }

  async #commit(draft: Draft): Promise<void> {
    if (draft.isEmpty) return
    const { store, source, now } = this.#options
    const next = this.#revision + 1
    const { changes, events } = draft
    const seen = this.#seenSince === undefined ? {} : { unseenFor: Math.max(0, now() - this.#seenSince) }
    try {
      await store.commit({ source, expected: this.#revision, next, parts: changes, events, ...seen })
    } catch (error) {
      // whether it was stored, or who else did, is only known to the store
      this.#parts = null
      throw error
    }
    this.#revision = next
    for (const [key, text] of changes) {
      if (text === null) this.#parts?.delete(key)
      else this.#parts?.set(key, text)
    }
    changes.clear()
    events.splice(0)
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
