/** A delivery's status and an event's, as stores keep them: as numbers. */
export const STATUSES = ['pending', 'delivered', 'failed', 'dry-run'] as const
export const PENDING = 0

/**
 * Whether the flows have seen an event: not yet, yes, or yes but it may not have settled. Aside: it was there when the
 * process died, three times in a row, and goes to no flow until a person says so.
 */
export const ROUTING = { waiting: 0, routed: 1, suspect: 2, aside: 3 } as const
