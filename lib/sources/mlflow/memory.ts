import type { Round } from './round.js'

/** What the looks know beside what is stored: how far a full look is, and what it made suspicious. */
export interface Memory {
  round: Round | null
  /** When the last full look ended, Unix milliseconds. */
  roundEnded: number
  /** Models that changed in a way that no version of theirs explains: one may be gone. */
  readonly suspects: Set<string>
  /** Models that a full look did not see. */
  readonly absent: Set<string>
  /** Models of which nobody knows whether they are gone, with why. */
  readonly hidden: Map<string, string>
  /** Whether all versions were on one page, the last time that somebody looked. */
  versionsFit: boolean
  /** Whether the last look saw all there is. */
  seesAll: boolean
  /** Looks that were free for a page of a full look, and all of them. */
  turn: number
  looks: number
}

export const newMemory = (): Memory => ({
  round: null,
  roundEnded: 0,
  suspects: new Set(),
  absent: new Set(),
  hidden: new Map(),
  versionsFit: true,
  seesAll: false,
  turn: 0,
  looks: 0,
})
