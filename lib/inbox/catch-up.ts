import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import { isSample } from '../events/sample-source.js'
import type { CursorMove, KnownEvent } from '../store/event-log.js'
import type { Hand } from '../store/guard/in-hand.js'
import type { EventKeeper } from './event-keeper.js'

/** Where the store keeps what was handed over and has not settled. */
const KEY = 'catch-up'
/** An event whose message reached no sender in this time has none to reach, in ms; … */
const WINDOW_MS = 60_000
/** … and a second branch of the flow is at most so far behind the first. */
const GRACE_MS = 2_000
/** How long the next events wait for those before them to reach their senders. */
const PATIENCE_MS = 2_000
/** Of a write that somebody else was quicker than. */
const MOST_TRIES = 5

interface Entry {
  readonly automation: string
  readonly source: string
  readonly eventId: string
  readonly at: number
  settledAt: number | null
}

export interface CatchUpParts {
  readonly keeper: () => Promise<EventKeeper>
  /** Hands an event to one automation. @returns false when it is not at work, or the flows are stopped */
  readonly emit: (automation: string, event: ArtifactEvent) => boolean
  /** Whether an event that was handed over and may not have settled goes to the automation again. */
  readonly isUnfinished: (automation: string, event: ArtifactEvent, isSettled: boolean) => Promise<boolean>
  /** Whether the flows run: while they do not, nobody may want the store. */
  readonly isRunning: () => boolean
  readonly now: () => number
  /** Calls back after some milliseconds. */
  readonly later: (call: () => void, ms: number) => void
}

/**
 * Hands past events to one automation alone, so that nothing of it is lost: what is on its way through a flow is noted
 * in the store before, and handed over again when a crash or a redeploy caught it there.
 */
export class CatchUp {
  readonly #parts: CatchUpParts
  readonly #open = new Map<string, Entry>()
  /** Of those that may have ended the process. */
  readonly #hands = new Map<string, Hand>()
  /** Keys that the store has and that are not needed any more. */
  #over: string[] = []
  /** The value of the store's cursor; undefined until it was read. */
  #value: string | null | undefined
  #writing: Promise<void> = Promise.resolve()
  #waiting: (() => void)[] = []
  #sweeping = false

  constructor(parts: CatchUpParts) {
    this.#parts = parts
  }

  /**
   * Resolves when all of it is noted, was handed over, and has reached senders, or had the time to.
   * @throws AutomationError `store_unavailable`; nothing was handed over then
   */
  async hand(automation: string, events: readonly KnownEvent[]): Promise<void> {
    const aside = events.filter(({ isAside }) => isAside === true)
    if (aside.length > 0) await (await this.#parts.keeper()).handAgain.noLongerAside(aside.map(({ seq }) => seq))
    const at = this.#parts.now()
    const added = events.map(({ source, event }) => {
      const entry: Entry = { automation, source, eventId: event.event_id, at, settledAt: null }
      return { key: keyOf(entry), entry, event }
    })
    const counted = added.filter(({ entry }) => !isSample(entry.source)).map(() => automation)
    await this.#note(
      added.map(({ key }) => key),
      counted,
    )
    for (const { key, entry } of added) this.#open.set(key, entry)
    // flows that were stopped meanwhile get it when they start
    for (const { event } of added) if (!this.#parts.emit(automation, event)) break
    await this.#settling(added.map(({ key }) => key))
    this.#sweepLater()
  }

  /** A message of an automation reached a sender's queue, or a filter dropped it. */
  settled(automation: string, source: string, eventId: string): void {
    const entry = this.#open.get(keyOf({ automation, source, eventId }))
    if (!entry || entry.settledAt !== null) return
    entry.settledAt = this.#parts.now()
    this.#done(keyOf(entry))
    for (const look of this.#waiting.splice(0)) look()
  }

  /** The flows run (again): what a crash or a redeploy caught on its way goes to its automation once more. */
  async resume(): Promise<void> {
    const keeper = await this.#parts.keeper()
    await this.#read(keeper)
    for (const [key, entry] of [...this.#open]) {
      const { automation, source, eventId, settledAt } = entry
      const known = await keeper.event(source, eventId)
      const hand = known && !known.isAside ? await keeper.handAgain.take(known.seq) : null
      // it may have been set aside while it waited for its turn
      const now = hand === null ? known : await keeper.event(source, eventId)
      if (now?.isAside) hand?.letGo()
      else if (hand !== null) this.#hands.set(key, hand)
      const event = now?.isAside ? undefined : now?.event
      const isWanted = event && (await this.#parts.isUnfinished(automation, event, settledAt !== null))
      if (isWanted && this.#parts.emit(automation, event)) {
        this.#open.set(key, { ...entry, at: this.#parts.now(), settledAt: null })
        continue
      }
      this.#done(key)
      if (this.#open.get(key) === entry) this.#forget(key)
    }
    if (this.#open.size > 0 || this.#over.length > 0) this.#sweepLater()
  }

  /** What an earlier process left behind. */
  async #read(keeper: EventKeeper): Promise<void> {
    if (this.#value !== undefined) return
    const { value, parts } = await keeper.cursor(KEY)
    this.#value = value
    for (const [key, at] of parts) {
      const [automation, source, eventId] = JSON.parse(key) as [string, string, string]
      if (!this.#open.has(key)) this.#open.set(key, { automation, source, eventId, at: Number(at), settledAt: null })
    }
  }

  /**
   * Writes what is new, and takes away what is over, one write after the other.
   * @param fires the automations that it starts, to be counted
   */
  #note(added: readonly string[], fires: readonly string[] = []): Promise<void> {
    const writing = this.#writing.then(() => this.#write(added, fires))
    this.#writing = writing.catch(() => {})
    return writing
  }

  async #write(added: readonly string[], fires: readonly string[]): Promise<void> {
    const keeper = await this.#parts.keeper()
    for (let tries = 1; ; tries += 1) {
      await this.#read(keeper)
      const over = this.#over.splice(0)
      if (added.length === 0 && over.length === 0) return
      try {
        await keeper.accept(KEY, [], { routed: true, cursor: this.#move(added, over, fires) })
        return
      } catch (error) {
        this.#over.push(...over)
        // whatever became of that write: the next one begins with what is there
        this.#value = undefined
        const isMoved = error instanceof AutomationError && error.code === 'cursor_moved'
        if (!isMoved || tries === MOST_TRIES) throw error
      }
    }
  }

  #move(added: readonly string[], over: readonly string[], fires: readonly string[]): CursorMove {
    const expected = this.#value ?? null
    const next = String(Number(expected ?? 0) + 1)
    this.#value = next
    const now = this.#parts.now()
    const at = String(now)
    const parts = new Map<string, string | null>()
    for (const key of over) parts.set(key, null)
    for (const key of added) parts.set(key, at)
    return { key: KEY, expected, next, parts, ...(fires.length > 0 && { fires: { at: now, automations: fires } }) }
  }

  /** Resolves when these have settled, or were given the time to. */
  async #settling(keys: readonly string[]): Promise<void> {
    const isOver = () => keys.every((key) => this.#open.get(key)?.settledAt !== null)
    if (isOver()) return
    await new Promise<void>((resolve) => {
      const look = () => {
        if (isOver()) resolve()
        else this.#waiting.push(look)
      }
      this.#waiting.push(look)
      this.#parts.later(resolve, PATIENCE_MS)
    })
  }

  #sweepLater(): void {
    if (this.#sweeping) return
    this.#sweeping = true
    this.#parts.later(() => {
      this.#sweeping = false
      // flows that start again sweep again
      if (this.#parts.isRunning()) this.#sweep()
    }, GRACE_MS)
  }

  #sweep(): void {
    const now = this.#parts.now()
    for (const [key, { at, settledAt }] of this.#open) {
      if (settledAt === null ? now - at >= WINDOW_MS : now - settledAt >= GRACE_MS) this.#forget(key)
    }
    // a store that fails now is written to the next time; until then it only remembers too much
    this.#note([]).catch(() => {})
    if (this.#open.size > 0) this.#sweepLater()
  }

  #done(key: string): void {
    this.#hands.get(key)?.done()
    this.#hands.delete(key)
  }

  #forget(key: string): void {
    this.#open.delete(key)
    this.#hands.delete(key)
    this.#over.push(key)
  }
}

const keyOf = ({ automation, source, eventId }: Pick<Entry, 'automation' | 'source' | 'eventId'>): string =>
  JSON.stringify([automation, source, eventId])
