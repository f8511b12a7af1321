import type { StoredDelivery } from '../../../dist/lib/delivery/stored.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import type { AttemptRecord, NewRecord } from '../../../dist/lib/store/delivery-queue.js'
import type { Lease, Thing } from '../../../dist/lib/store/lease.js'
import type { DeliveryStore, Start } from '../../../dist/lib/store/store.js'

/** Noon of an ordinary day; every test's clock starts here. */
export const NOON = Date.UTC(2026, 10, 24, 12)

export function start(now = NOON): Start {
  return { now, suspectWithin: 60_000, rerouteWithin: 5_000 }
}

export function end(now = NOON) {
  return { now, suspectSince: now, started: [] }
}

export function event(id: string, more: Partial<ArtifactEvent> = {}): ArtifactEvent {
  return {
    event_type: 'LINK_ARTIFACT',
    entity_name: 'acme',
    project_name: 'wandb-registry-model',
    event_id: id,
    event_time: new Date(NOON).toISOString(),
    artifact_collection_name: 'churn',
    ...more,
  }
}

export function record(id: string, more: Partial<NewRecord> = {}): NewRecord {
  return {
    id,
    event: event(`event of ${id}`),
    automation: { id: 'auto', name: 'On link' },
    webhook: { id: 'hook', name: 'CI' },
    sender: { id: 'send', name: 'Send' },
    payload: Buffer.from(`{"for":"${id}"}`),
    slots: [],
    message: null,
    orderKey: 'churn',
    createdAt: NOON,
    ordered: false,
    claim: false,
    ...more,
  }
}

export function wish(more: { now?: number; limit?: number; bytes?: number; senders?: string[] } = {}) {
  const { now = NOON, limit = 100, bytes = 1e9, senders = ['send'] } = more
  return { now, limit, bytes, senders: new Set(senders) }
}

/** A 200 for this delivery, half a second after noon. */
export function delivered(delivery: StoredDelivery, more: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    delivery,
    attempt: {
      started_at: new Date(NOON).toISOString(),
      duration_ms: 500,
      status_code: 200,
      response_headers: { 'content-type': 'text/plain' },
      response_body: 'thanks\0',
    },
    status: 'delivered',
    step: 0,
    dueAt: null,
    at: NOON + 500,
    error: null,
    owed: false,
    ...more,
  }
}

export const UNREACHABLE = { code: 'network', message: 'Nobody answers.' }

/** A failed attempt after which the delivery waits until `dueAt`. */
export function retried(delivery: StoredDelivery, dueAt: number): AttemptRecord {
  return delivered(delivery, {
    attempt: { started_at: new Date(NOON).toISOString(), duration_ms: 500, error: UNREACHABLE },
    status: 'pending',
    step: delivery.step + 1,
    dueAt,
    error: UNREACHABLE,
  })
}

/** The lease of a thing that nobody else wants, as soon as its store has it. */
export function leaseOf(store: DeliveryStore, thing: Thing): Promise<Lease> {
  const held = store.want(thing)
  if (held !== null) return Promise.resolve(held)
  return new Promise((resolve) => {
    const end = store.onChange((change) => {
      if (change.kind !== 'lease' || change.thing !== thing || change.lease === null) return
      end()
      resolve(change.lease)
    })
  })
}
