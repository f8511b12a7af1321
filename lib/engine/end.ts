import type { End } from '../store/store.js'
import type { Flight } from './lane/flights.js'

/** After a stop in order: messages that were still in the flow. */
const SUSPECT_AT_STOP_MS = 2_000

/** What the store has to know when it is closed: the requests that were cut off, and which events may not have settled. */
export function atTheEnd(flights: Iterable<Flight>, now: number): End {
  const cutOff = [...flights].filter(({ answered }) => !answered)
  const started = cutOff.map(({ delivery, startedAt }) => ({ seq: delivery.seq, at: startedAt }))
  return { now, suspectSince: now - SUSPECT_AT_STOP_MS, started }
}
