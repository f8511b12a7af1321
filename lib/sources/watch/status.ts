import type { AutomationError } from '../../error.js'
import type { Skipped } from './skips.js'

/** How a watch goes, after each poll. */
export interface WatchStatus {
  /** `idle`: no trigger uses the source. */
  readonly kind: 'starting' | 'watching' | 'failing' | 'idle'
  /** When the last poll that saw everything began, Unix milliseconds; null when there was none. */
  readonly lastPoll: number | null
  /** When the next poll begins; null when none is planned. */
  readonly nextPoll: number | null
  /** How many things are asked for, and how many collections wait for a full listing. */
  readonly targets: number
  readonly backlog: number
  /** Requests since the start. */
  readonly requests: number
  /** What the last poll, or the last plan, could not read; it goes on without, and tries again. */
  readonly skipped: readonly Skipped[]
  /** What the server lacks, and the watch goes without. */
  readonly lacks: readonly Lacking[]
  readonly error: AutomationError | null
}

/** Something that a server does not have, and what is missing without it, in words. */
export interface Lacking {
  readonly name: string
  readonly without: string
}
