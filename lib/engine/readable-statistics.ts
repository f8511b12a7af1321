import type { Clock } from '../platform.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { Statistics } from '../store/statistics.js'

export interface ReadableStatistics extends Statistics {
  /** Unix milliseconds by the clock by which they were counted, which is not this machine's where several share a store. */
  now(): number
}

/** The store's statistics; while it does not work each call rejects with its problem. */
export function readableStatistics(store: Statistics, access: StoreAccess, clock: Clock): ReadableStatistics {
  return {
    now: () => clock.now(),
    hours: (query) => access.use(() => store.hours(query)),
    automationSums: (ids, since) => access.use(() => store.automationSums(ids, since)),
    webhookSums: (ids, since) => access.use(() => store.webhookSums(ids, since)),
  }
}
