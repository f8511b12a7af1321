import type { Attempt, Delivery, MaskedRequest } from '../../lib/delivery/delivery.js'
import type { ArtifactEvent } from '../../lib/events/event.js'

/** What the calls of the admin interface answer, as docs/http-interface.md has it. */

export interface DeliveryDetails extends Delivery {
  readonly event: ArtifactEvent | null
  /** Null when the event is not stored any more. */
  readonly source: string | null
  /** Null while its webhook is gone or cannot work. */
  readonly request: MaskedRequest | null
  readonly log: readonly Attempt[]
}

export interface Counts {
  readonly delivered: number
  readonly failed: number
}

export interface AutomationAnswer {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly flow: string
  readonly enabled: boolean
  readonly problem: string | null
  /** A sample, and what was missed, can be sent through it. */
  readonly running: boolean
  readonly source: string
  readonly scope: string
  readonly entity: string
  readonly project: string
  readonly collection: string
  readonly events: readonly string[]
  readonly pattern: string
  readonly senders: readonly { readonly id: string; readonly name: string; readonly webhook: string }[]
  readonly last_delivery: Delivery | null
  readonly last_fired_at: string | null
  readonly statistics: { readonly day: Counts & { readonly fired: number } }
}

export interface WebhookAnswer {
  readonly id: string
  readonly name: string
  readonly url: string
  readonly service: string
  readonly state: 'working' | 'held' | 'paused' | 'resting' | 'broken'
  readonly reason: string | null
  readonly until: string | null
  readonly waiting: number
  readonly oldest_waiting_at: string | null
  readonly day: Counts
  readonly last_delivered_at: string | null
  readonly last_error: { readonly code: string; readonly message: string; readonly at: string } | null
  readonly used_by: readonly { readonly id: string; readonly name: string }[]
}

export interface SecretAnswer {
  readonly id: string
  readonly name: string
  readonly set: boolean
  readonly used_by: readonly {
    readonly id: string
    readonly type: string
    readonly name: string
    readonly as: string
  }[]
}

export interface EventAnswer {
  readonly source: string
  readonly received_at: string
  readonly fired: number | null
  readonly event: ArtifactEvent
}

export interface Bucket {
  readonly start: string
  readonly accepted: number | null
  readonly fired: number | null
  readonly delivered: number
  readonly failed: number
  readonly attempts: number
  readonly p50_ms: number | null
  readonly p95_ms: number | null
}

export interface Explanation {
  readonly id: string
  readonly name: string
  readonly enabled: boolean
  readonly running_since: string | null
  readonly fires: boolean
  readonly conditions: readonly { readonly name: string; readonly met: boolean | null; readonly reason: string }[]
  readonly path: readonly {
    readonly node: { readonly id: string; readonly type: string; readonly name: string }
    readonly verdict: 'passes' | 'drops' | 'sends' | 'unknown'
    readonly reason: string
  }[]
  readonly deliveries: readonly Delivery[]
}

export interface ExplainAnswer {
  readonly source: string | null
  readonly received_at: string | null
  readonly event: ArtifactEvent
  readonly automations: readonly Explanation[]
  readonly note: readonly string[]
}
