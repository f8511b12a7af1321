import { AutomationError } from '../error.js'

/** What one owner of a store works on at a time, and no other: the lane of a webhook, or the watch of a source. */
export type Thing = `webhook/${string}` | `source/${string}`

export const laneOf = (webhook: string): Thing => `webhook/${webhook}`

/** The id of the webhook whose lane it is; null for another thing. */
export const webhookOf = (thing: Thing): string | null => (thing.startsWith('webhook/') ? thing.slice(8) : null)

/** The right to work on a thing, until it is lost. */
export interface Lease {
  readonly thing: Thing
  /** Greater with each owner of the thing. What is recorded under a smaller one than the newest is refused: `lease_lost`. */
  readonly fence: number
}

export const leaseLost = (webhook: string): AutomationError =>
  new AutomationError(
    'lease_lost',
    `Another owner of the store works on the webhook ${webhook} now; nothing was changed.`,
  )
