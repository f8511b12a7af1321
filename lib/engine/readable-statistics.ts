import type { StoreAccess } from '../store/guard/access.js'
import type { Statistics } from '../store/statistics.js'

/** The store's statistics; while it does not work each call rejects with its problem. */
export function readableStatistics(store: Statistics, access: StoreAccess): Statistics {
  return {
    hours: (query) => access.use(() => store.hours(query)),
    automationSums: (ids, since) => access.use(() => store.automationSums(ids, since)),
    webhookSums: (ids, since) => access.use(() => store.webhookSums(ids, since)),
  }
}
