import type { StoreAccess } from '../store/guard/access.js'
import type { DeliveryStore } from '../store/store.js'
import type { Intake } from './intake.js'
import type { Metrics } from './lane/counters.js'
import type { Lanes } from './lanes.js'

interface MetricsParts {
  readonly store: DeliveryStore
  readonly access: StoreAccess
  readonly lanes: Lanes
  readonly intake: Intake
}

/** How an engine stands at a moment, in Unix milliseconds. */
export async function metricsOf({ store, access, lanes, intake }: MetricsParts, now: number): Promise<Metrics> {
  const oldest = access.works ? await store.oldestPending() : null
  return {
    ...intake.counts,
    webhooks: lanes.metrics,
    queueAgeMs: oldest === null ? 0 : Math.max(0, now - oldest),
    storeWorks: access.works,
  }
}
