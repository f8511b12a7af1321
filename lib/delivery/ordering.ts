/** What waits for what among the deliveries of a webhook: nothing, or each for those before it about the same collection. */
export const ORDERINGS = ['none', 'collection'] as const
export type Ordering = (typeof ORDERINGS)[number]
