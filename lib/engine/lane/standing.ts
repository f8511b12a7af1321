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

/**
 * The same in numbers and in words, for a lane's metrics.
 * @param limited until when its own rate limit holds back what waits; null when it does not
 */
export function standing(state: WebhookState, breaker: Breaker, now: number, limited: number | null) {
  return {
    paused: state.paused !== null,
    breakerOpen: breaker.open,
    standing: standingOf(state, breaker, now, limited),
  }
}

/** Null when it gets what is due. */
function standingOf(
  { paused, heldUntil }: WebhookState,
  breaker: Breaker,
  now: number,
  limited: number | null,
): Standing | null {
  if (paused !== null) return { state: 'paused', reason: paused, until: null }
  if (heldUntil !== null && heldUntil > now) {
    return { state: 'held', reason: 'The endpoint asked to wait.', until: heldUntil }
  }
  if (!breaker.open) {
    if (limited === null) return null
    return { state: 'held', reason: 'Its own rate limit lets the next delivery go then.', until: limited }
  }
  const reason = 'It rests after failures; one delivery at a time tries whether it works again.'
  return { state: 'resting', reason, until: breaker.probeAt > now ? breaker.probeAt : null }
}
