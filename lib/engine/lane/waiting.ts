import type { LanePort } from '../../delivery/lane-port.js'
import type { Waiting } from '../../delivery/sender-port.js'
import type { WebhookState } from '../../store/delivery-queue.js'
import type { Lease } from '../../store/lease.js'
import type { Pending } from '../pending.js'
import type { Senders } from '../senders.js'

interface LaneView extends Pick<WebhookState, 'paused' | 'heldUntil'> {
  /** Undefined while the webhook is not deployed. */
  readonly port: LanePort | undefined
  /** The right to send; null while another owner of the store has it. */
  readonly lease: Lease | null
  /** Why no lane may send. */
  readonly blocked: () => string | null
  /** Why an attempt failed, in a word or two; null while that is not known. */
  readonly failure: string | null
  readonly now: number
}

/** Why nothing may be sent, however the endpoint answers; null when it may. */
export function stoppedBecause({ port, lease, paused, blocked, heldUntil, failure, now }: LaneView): Waiting | null {
  if (port === undefined) {
    return { reason: 'The webhook is not deployed, or is disabled.', short: 'webhook disabled', until: null }
  }
  const problem = blocked()
  if (lease === null && problem === null && port.waiting === null) {
    return { reason: 'Another instance sends for this webhook.', short: 'sent by another', until: null }
  }
  if (paused !== null) return pausedBecause(paused)
  const reason = port.waiting ?? problem
  if (reason !== null) return { reason, short: 'cannot send now', until: null }
  if (heldUntil === null || heldUntil <= now) return null
  return { reason: 'The endpoint asked to wait.', short: failure ?? 'asked to wait', until: heldUntil }
}

/** Nothing is sent until somebody says so: the sentence that was stored when it was paused. */
export function pausedBecause(reason: string): Waiting {
  const [, status] = /answered (\d{3})/.exec(reason) ?? []
  return { reason, short: status ? `paused (${status})` : 'paused', until: null }
}

interface Failing extends Pick<LaneView, 'failure' | 'now'> {
  readonly breaker: { readonly open: boolean; readonly probeAt: number }
  /** When the next delivery is due. */
  readonly due: number
  readonly inFlight: number
}

/** Why nothing is on its way though it may be sent; null when something is, or nothing waits. */
export function failingSince({ breaker, due, inFlight, failure, now }: Failing): Waiting | null {
  const short = failure ?? 'failed'
  if (breaker.open) {
    const until = Math.max(breaker.probeAt, due)
    return { reason: 'Paused after failures.', short, until: until > now ? until : null }
  }
  return due > now && inFlight === 0 ? { reason: 'The last attempt failed.', short, until: due } : null
}

/** Tells the senders of a webhook when there is another reason to wait than before, or none any more. */
export class WaitingNews {
  readonly #webhook: string
  readonly #to: { readonly pending: Pending; readonly senders: Senders }
  #told: Waiting | null = null

  constructor(webhook: string, to: { readonly pending: Pending; readonly senders: Senders }) {
    this.#webhook = webhook
    this.#to = to
  }

  tell(waiting: Waiting | null): void {
    if (waiting?.reason === this.#told?.reason && waiting?.until === this.#told?.until) return
    this.#told = waiting
    const { pending, senders } = this.#to
    for (const sender of pending.sendersOf(this.#webhook)) senders.changed(sender)
    senders.changedOf(this.#webhook)
  }
}
