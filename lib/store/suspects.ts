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
  /** Notes that it is in hand; nothing of it may be looked at before. */
  take(suspect: Suspect): void
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
