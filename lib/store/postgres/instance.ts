/** What has not said for so long that it is alive, is not: its leases go to others. Milliseconds. */
export const LIFE_MS = 6_000

/** A process with the store open. */
export interface Instance {
  readonly id: number
  /** Small, and its own while it lives. */
  readonly slot: number
}
