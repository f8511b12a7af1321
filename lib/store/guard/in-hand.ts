import type { Log, Timers } from '../../platform.js'
import type { Opening } from '../store.js'
import type { SetAside, Suspect, Suspects } from '../suspects.js'
import { asideInWords } from './aside-in-words.js'

/** After two ends in a row, what was in hand at the second waits so long: an end meanwhile has another reason. */
const QUIET_MS = 2_000
/** So many events or outputs are in hand at once; of deliveries, lanes send a few at a time anyway. */
const MOST_AT_ONCE = { delivery: Number.POSITIVE_INFINITY, event: 100, output: 100 } as const

/** A suspect that is being handled. Each of these may be called more than once. */
export interface Hand {
  /** It was let go, since nothing was heard of it for a while. */
  readonly isOver: boolean
  /** It is looked at again, after a while in which it was not. */
  again(): Promise<void> | undefined
  /** It was handled. */
  done(): void
  /** It is not handled any more, and may be later. */
  letGo(): void
}

/**
 * Notes what is being handled, as long as it is a suspect: when the process dies, the next one knows who was there. Those
 * that were there the last time are handled one after the other, so that the next end tells which of them it was.
 */
export class InHand {
  readonly #timers: Timers
  readonly #log: Log
  #suspects: Suspects | null = null
  /** Resolves when the accused one that is in hand is not any more. */
  #line: Promise<void> | null = null
  readonly #held = { delivery: 0, event: 0, output: 0 }
  #waiting: (() => void)[] = []

  constructor(timers: Timers, log: Log) {
    this.#timers = timers
    this.#log = log
  }

  /** The store was opened: with suspects, or with none after an end in order, and nothing is noted then. */
  begin({ suspects, setAside }: Pick<Opening, 'suspects' | 'setAside'>): void {
    this.#suspects = suspects
    this.tell(setAside)
  }

  /** These were set aside. */
  tell(setAside: readonly SetAside[]): void {
    for (const each of setAside) this.#log.error(asideInWords(each))
  }

  /** It may have been handled when the process died, or another one that has the same store. */
  async doubt(suspect: Suspect): Promise<void> {
    await this.#suspects?.doubt?.(suspect)
  }

  /** It was taken from the store, and is not handled now. */
  passOver(suspect: Suspect): void {
    this.#suspects?.passOver?.(suspect)
  }

  has(suspect: Suspect): boolean {
    return this.#suspects?.has(suspect) ?? false
  }

  /**
   * Resolves when a suspect may be handled, with what is to be told of it; null when it is none.
   * @param hold how long it is in hand at most while nothing is heard of it, in milliseconds
   * @throws the signal's reason when that aborts before its turn; AutomationError when it cannot be noted
   */
  async take(suspect: Suspect, hold: number, signal?: AbortSignal): Promise<Hand | null> {
    const suspects = this.#suspects
    if (!suspects?.has(suspect)) return null
    const free = suspects.isAccused(suspect) ? await this.#alone(signal) : await this.#withOthers(suspect.kind)
    try {
      const noted = suspects.take(suspect)
      if (noted !== undefined) await noted
    } catch (error) {
      free()
      throw error
    }
    const hand = new NotedHand(suspects, suspect, { timers: this.#timers, hold, free })
    if (signal?.aborted) hand.letGo()
    signal?.throwIfAborted()
    return hand
  }

  async #alone(signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#line ?? new Promise<void>((resolve) => this.#timers.setTimeout(resolve, QUIET_MS))
    let over = () => {}
    const line = new Promise<void>((resolve) => {
      over = resolve
    })
    this.#line = line
    // those that come later, when another one that has the store has died, wait anew
    const ended = () => {
      if (this.#line === line) this.#line = null
    }
    let isFree = false
    const free = () => {
      if (isFree) return
      isFree = true
      over()
      this.#timers.setTimeout(ended, QUIET_MS)
    }
    try {
      await (signal ? Promise.race([before, aborted(signal)]) : before)
      return free
    } catch (error) {
      // the others in line have theirs all the same
      before.then(free).catch(() => {})
      throw error
    }
  }

  async #withOthers(kind: Suspect['kind']): Promise<() => void> {
    const held = this.#held
    while (held[kind] >= MOST_AT_ONCE[kind]) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    held[kind]++
    return () => {
      held[kind]--
      for (const look of this.#waiting.splice(0)) look()
    }
  }
}

class NotedHand implements Hand {
  readonly #suspects: Suspects
  readonly #suspect: Suspect
  readonly #timers: Timers
  readonly #timer: unknown
  #free: (() => void) | null
  #cleared = false

  constructor(
    suspects: Suspects,
    suspect: Suspect,
    { timers, hold, free }: { readonly timers: Timers; readonly hold: number; readonly free: () => void },
  ) {
    this.#suspects = suspects
    this.#suspect = suspect
    this.#timers = timers
    this.#free = free
    this.#timer = timers.setTimeout(() => this.letGo(), hold)
  }

  get isOver(): boolean {
    return this.#free === null
  }

  again(): Promise<void> | undefined {
    if (!this.isOver || this.#cleared) return undefined
    // what cannot be noted is handled all the same: an answer is there
    return this.#suspects.take(this.#suspect)?.catch(() => {})
  }

  done(): void {
    if (!this.#cleared) this.#suspects.clear(this.#suspect)
    this.#cleared = true
    this.#end()
  }

  letGo(): void {
    if (!this.isOver) this.#suspects.letGo(this.#suspect)
    this.#end()
  }

  #end(): void {
    this.#timers.clearTimeout(this.#timer)
    this.#free?.()
    this.#free = null
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
