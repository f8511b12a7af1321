import type { DeliveryError } from '../../delivery/delivery.js'
import type { Outcome, SendResult } from '../../delivery/lane-port.js'
import { LONGEST_WAIT_MS, nextDelay } from '../../delivery/schedule.js'
import { AutomationError } from '../../error.js'
import { isoTime } from '../../iso-time.js'

/** What becomes of a delivery after an attempt. */
export interface Decision {
  readonly status: 'pending' | 'delivered' | 'failed'
  readonly step: number
  /** Unix milliseconds, of a pending one. */
  readonly dueAt: number | null
  readonly error: DeliveryError | null
}

/** When an endpoint asks for patience without saying how long, and the schedule has no wait left. */
const SOME_PATIENCE_MS = 60_000

export function decide(
  outcome: Outcome,
  { step, schedule, now, random }: { step: number; schedule: readonly number[]; now: number; random: () => number },
): Decision {
  if (outcome.kind === 'delivered') return { status: 'delivered', step, dueAt: null, error: null }
  const { error } = outcome
  if (outcome.kind === 'failed') return { status: 'failed', step, dueAt: null, error }
  const asked = holdFor(outcome)
  const wait = nextDelay(schedule, step, random)
  if (!outcome.countsAsAttempt) {
    return { status: 'pending', step, dueAt: now + (asked ?? wait ?? SOME_PATIENCE_MS), error }
  }
  if (wait === null) return { status: 'failed', step, dueAt: null, error }
  return { status: 'pending', step: step + 1, dueAt: now + Math.max(wait, asked ?? 0), error }
}

/** How long the whole webhook is to be left alone, in milliseconds; null when the endpoint did not ask. */
export function holdFor(outcome: Outcome): number | null {
  if (outcome.kind !== 'retry' || outcome.retryAfter === undefined) return null
  return Math.min(Math.max(0, outcome.retryAfter), LONGEST_WAIT_MS)
}

/**
 * What an exception of a webhook's `send` means: its own errors are for good, anything else is a failed attempt, which
 * is counted so that a delivery that breaks the sending cannot be tried for ever.
 */
export function resultOfError(error: unknown, startedAt: number, now: number): SendResult {
  if (error instanceof AutomationError && !error.retryable) {
    const { code, message } = error
    return { outcome: { kind: 'failed', error: { code, message } }, attempt: null }
  }
  const reason = error instanceof Error ? error.message : String(error)
  const failure =
    error instanceof AutomationError
      ? { code: error.code, message: error.message }
      : { code: 'internal', message: `The request could not be made because of a fault in this package: ${reason}` }
  return {
    outcome: { kind: 'retry', error: failure, countsAsAttempt: true },
    attempt: cutOff(startedAt, now, failure),
  }
}

/** The log's line of an attempt whose end is not known. */
export function cutOff(startedAt: number, now: number, error: DeliveryError) {
  return { started_at: isoTime(startedAt), duration_ms: Math.max(0, now - startedAt), error }
}

/** A delivery that somebody cancelled, whatever its last request came to. */
export function cancelled(step: number): Decision {
  const error = { code: 'cancelled', message: 'The delivery was cancelled before it had arrived.' }
  return { status: 'failed', step, dueAt: null, error }
}

export const INTERRUPTED: DeliveryError = {
  code: 'interrupted',
  message: 'Node-RED stopped or deployed while the request was on its way.',
}
