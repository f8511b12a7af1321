import type { AttemptRecord } from './delivery-queue.js'
import type { Tally } from './tally.js'

/** What a result adds to the statistics; samples are left out. */
export function countResult(tally: Tally, { delivery, attempt, status, error, at }: AttemptRecord): void {
  const { automation, webhook, sample } = delivery
  if (sample) return
  if (attempt !== null) {
    const ended = Date.parse(attempt.started_at) + attempt.duration_ms
    tally.attempt(automation.id, webhook.id, ended, attempt.duration_ms)
  }
  if (status !== 'pending') tally.finished(automation.id, webhook.id, at, status)
  // that somebody cancelled it says nothing about the webhook
  const failure = error?.code === 'cancelled' ? attempt?.error : error
  if (!failure) return
  const code = attempt?.status_code
  tally.failure(webhook.id, { ...failure, ...(code !== undefined && { status_code: code }), at })
}
