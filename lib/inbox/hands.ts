import type { Hand } from '../store/guard/in-hand.js'
import type { Handed, InFlight } from './in-flight.js'

/** The events in the flows that may have ended the process before, until they have reached their senders. */
export class Hands {
  readonly #hands = new Map<string, Hand>()

  note(handed: Handed, hand: Hand): void {
    for (const [key, { isOver }] of this.#hands) {
      if (!isOver) break
      this.#hands.delete(key)
    }
    this.#hands.set(keyOf(handed), hand)
  }

  /** It has reached a sender: the last one that it was to reach, unless it is still in flight. */
  settled(handed: Handed, inFlight: Pick<InFlight, 'isOpen'>): void {
    if (this.#hands.size === 0 || inFlight.isOpen(handed)) return
    this.#hands.get(keyOf(handed))?.done()
    this.#hands.delete(keyOf(handed))
  }
}

const keyOf = ({ source, eventId }: Handed) => `${source} ${eventId}`
