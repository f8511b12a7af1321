import type { ArtifactEvent } from '../events/event.js'
import type { Timers } from '../platform.js'

/** The event that a source accepted last. */
export interface Arrival {
  readonly event: ArtifactEvent
  /** Unix milliseconds. */
  readonly at: number
}

/** A status is for people: it need not follow a burst. */
const TELL_AFTER_MS = 1_000

/** Tells of the last event of each source, a moment later and once for many. */
export class Arrivals {
  readonly #timers: Timers
  readonly #tell: (source: string, arrival: Arrival) => void
  #last = new Map<string, Arrival>()
  #timer: unknown = null

  constructor(timers: Timers, tell: (source: string, arrival: Arrival) => void) {
    this.#timers = timers
    this.#tell = tell
  }

  /** A flow may do anything to the event afterwards, so its fields are copied. */
  note(source: string, event: ArtifactEvent, at: number): void {
    this.#last.set(source, { event: { ...event }, at })
    this.#timer ??= this.#timers.setTimeout(() => this.tellNow(), TELL_AFTER_MS)
  }

  /** Before the flows stop, which forget what was not told. */
  tellNow(): void {
    if (this.#timer !== null) this.#timers.clearTimeout(this.#timer)
    this.#timer = null
    const last = this.#last
    this.#last = new Map()
    for (const [source, arrival] of last) this.#tell(source, arrival)
  }
}
