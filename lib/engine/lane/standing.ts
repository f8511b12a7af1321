import type { WebhookState } from '../../store/delivery-queue.js'
import type { Breaker } from './breaker.js'

/** How the engine treats a webhook that could be sent to, whatever waits for it. */
export interface Standing {
  readonly state: 'paused' | 'held' | 'resting'
  /** A sentence. */
  readonly reason: string
  /** When it goes on by itself, in Unix milliseconds; null when nobody can know. */
  readonly until: number | null
}

/** The same in numbers and in words, for a lane's metrics. */
export function standing(state: WebhookState, breaker: Breaker, now: number) {
  return { paused: state.paused !== null, breakerOpen: breaker.open, standing: standingOf(state, breaker, now) }
}

/** Null when it gets what is due. */
function standingOf({ paused, heldUntil }: WebhookState, breaker: Breaker, now: number): Standing | null {
  if (paused !== null) return { state: 'paused', reason: paused, until: null }
  if (heldUntil !== null && heldUntil > now) {
    return { state: 'held', reason: 'The endpoint asked to wait.', until: heldUntil }
  }
  if (!breaker.open) return null
  const reason = 'It rests after failures; one delivery at a time tries whether it works again.'
  return { state: 'resting', reason, until: breaker.probeAt > now ? breaker.probeAt : null }
}
