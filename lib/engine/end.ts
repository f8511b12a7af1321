import type { End } from '../store/store.js'
import type { Flight } from './lane/flights.js'
import { SUSPECT } from './options.js'

/** What the store has to know when it is closed: the requests that were cut off, and which events may not have settled. */
export function atTheEnd(flights: Iterable<Flight>, now: number): End {
  const cutOff = [...flights].filter(({ answered, waits }) => !answered && !waits)
  const started = cutOff.map(({ delivery, startedAt }) => ({ seq: delivery.seq, fence: delivery.fence, at: startedAt }))
  return { now, suspectSince: now - SUSPECT.atStop, started }
}
