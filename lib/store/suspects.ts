import type { DeliveryError } from '../delivery/delivery.js'
import { isSample } from '../events/sample-source.js'
import { idOf } from './id-text.js'

/** What may have ended the process by being handled, by the store's own number of it: an output is that of a delivery. */
export interface Suspect {
  readonly kind: 'delivery' | 'event' | 'output'
  readonly seq: number
}

/**
 * What a store held when it was opened after an end that nobody had ordered: any of it may have been the reason. What is
 * noted here survives the death of the process, though not a power loss, which is nobody's fault.
 */
export interface Suspects {
  /** Whether it was there, and has not been handled since. */
  has(suspect: Suspect): boolean
  /** Whether it was in hand at the last end: if it is at the next one too, it is set aside. */
  isAccused(suspect: Suspect): boolean
  /**
   * It may have been in hand at an end, though nobody took it from the store: resolves when it is known what it is, and
   * nobody else has it in hand. A store with one owner, to which all are suspects, need not know.
   */
  doubt?(suspect: Suspect): Promise<void>
  /** Notes that it is in hand; nothing of it may be looked at before that was noted. */
  take(suspect: Suspect): Promise<void> | undefined
  /** It was taken from the store, and is not handled now. */
  passOver?(suspect: Suspect): void
  /** It is not in hand any more. */
  letGo(suspect: Suspect): void
  /** It was handled and nothing happened, or a person wants it tried: it is no suspect any more. */
  clear(suspect: Suspect): void
}

/** Something that was in hand at two ends in a row, after a first one that made it a suspect. */
export interface SetAside {
  readonly kind: Suspect['kind']
  /** Of the delivery or the event. */
  readonly id: string
}

/** Why a delivery has failed that was set aside. */
export const SET_ASIDE: DeliveryError = {
  code: 'set_aside',
  message:
    'Node-RED ended three times in a row while this delivery was handled, so it is set aside and not tried again by itself. Redeliver it to try it again.',
}

/** An event that was set aside, as a person is told of it. */
export const eventAside = (source: string, eventId: string): SetAside => {
  const id = idOf(eventId)
  return { kind: 'event', id: isSample(source) ? `${id} (made by a trigger's button)` : id }
}
