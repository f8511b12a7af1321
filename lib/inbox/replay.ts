import type { ArtifactEvent } from '../events/event.js'
import type { Clock } from '../platform.js'
import type { UnroutedEvent } from '../store/event-log.js'
import type { DeliveryStore } from '../store/store.js'

const PAGE = 200
/** An event that was handed out again counts as settled when this has passed, in ms. */
const SETTLED_AFTER_MS = 60_000

/** The automations that an event starts. */
export interface Matched {
  readonly automations: readonly string[]
  /** Those among them whose senders it must reach. */
  readonly traceable: readonly string[]
}

export type Match = (source: string, event: ArtifactEvent) => Matched

/**
 * Hands out events that the flows have to see (again). They stay marked until a minute later, so that another crash in
 * between does not lose them.
 */
export class Replay {
  readonly #store: DeliveryStore
  readonly #clock: Clock
  #handed: { seq: number; at: number }[] = []

  constructor(store: DeliveryStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  async *take(match: Match): AsyncGenerator<{ source: string; event: ArtifactEvent }> {
    const handed = new Set(this.#handed.map(({ seq }) => seq))
    for (let after = 0; ; ) {
      const page = await this.#store.unroutedEvents(after, PAGE)
      await this.#count(page, match)
      const settled: number[] = []
      for (const { seq, source, event, suspect } of page) {
        after = seq
        if (handed.has(seq)) continue
        if (suspect && (await this.#hasSettled(event, match(source, event).traceable))) {
          settled.push(seq)
          continue
        }
        yield { source, event }
        this.#handed.push({ seq, at: this.#clock.now() })
      }
      if (settled.length > 0) await this.#store.markRouted(settled)
      if (page.length < PAGE) return
    }
  }

  /** What waited for the flows starts its automations now. */
  async #count(page: readonly UnroutedEvent[], match: Match): Promise<void> {
    const waited = page.filter(({ suspect }) => !suspect)
    if (waited.length === 0) return
    await this.#store.markFired(
      waited.map(({ seq, source, event }) => ({ seq, automations: match(source, event).automations })),
    )
  }

  /** Forgets what was handed out and has had its time. */
  async settle(): Promise<void> {
    const before = this.#clock.now() - SETTLED_AFTER_MS
    const settled = this.#handed.filter(({ at }) => at <= before)
    if (settled.length === 0) return
    await this.#store.markRouted(settled.map(({ seq }) => seq))
    this.#handed = this.#handed.filter(({ at }) => at > before)
  }

  async #hasSettled(event: ArtifactEvent, automations: readonly string[]): Promise<boolean> {
    if (automations.length === 0) return true
    const reached = await this.#store.automationsReached(event.event_id)
    return automations.every((id) => reached.includes(id))
  }
}
