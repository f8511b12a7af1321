import type { ArtifactEvent } from '../events/event.js'
import type { Clock } from '../platform.js'
import type { UnroutedEvent } from '../store/event-log.js'
import type { Hand, InHand } from '../store/guard/in-hand.js'
import type { DeliveryStore } from '../store/store.js'
import { HOLD_MS } from './hand-again.js'

const PAGE = 200
/** An event that was handed out again counts as settled when this has passed, in ms. */
const SETTLED_AFTER_MS = 60_000

/** The automations that an event starts. */
export interface Matched {
  readonly automations: readonly string[]
  /** Those among them whose senders it must reach. */
  readonly traceable: readonly string[]
}

/** An event that the flows have to see (again). */
export interface HandedAgain {
  readonly source: string
  readonly event: ArtifactEvent
  /** Of one that may have ended the process: to be told when it has reached its senders. */
  readonly hand: Hand | null
}

export type Match = (source: string, event: ArtifactEvent) => Matched

/**
 * Hands out events that the flows have to see (again). They stay marked until a minute later, so that another crash in
 * between does not lose them.
 */
export class Replay {
  readonly #store: DeliveryStore
  readonly #clock: Clock
  readonly #inHand: InHand
  #handed: { seq: number; at: number }[] = []

  constructor(store: DeliveryStore, clock: Clock, inHand: InHand) {
    this.#inHand = inHand
    this.#store = store
    this.#clock = clock
  }

  async *take(match: Match): AsyncGenerator<HandedAgain> {
    const handed = new Set(this.#handed.map(({ seq }) => seq))
    for (let after = 0; ; ) {
      const page = await this.#store.unroutedEvents(after, PAGE)
      const isNoted = ({ seq }: UnroutedEvent) => this.#inHand.has({ kind: 'event', seq })
      await this.#count(
        page.filter((each) => !isNoted(each)),
        match,
      )
      const settled: number[] = []
      const counted: Promise<void>[] = []
      for (const each of page) {
        const { seq, source, event, suspect } = each
        after = seq
        if (handed.has(seq)) {
          this.#inHand.passOver({ kind: 'event', seq })
          continue
        }
        let hand: Hand | null = null
        if (isNoted(each)) {
          hand = await this.#inHand.take({ kind: 'event', seq }, HOLD_MS)
          counted.push(this.#count([each], match))
          counted.at(-1)?.catch(() => {}) // thrown below, unless the store fails at something else before
        }
        if (suspect && (await this.#hasSettled(event, match(source, event).traceable))) {
          hand?.done()
          settled.push(seq)
          continue
        }
        yield { source, event, hand }
        this.#handed.push({ seq, at: this.#clock.now() })
      }
      await Promise.all(counted)
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
