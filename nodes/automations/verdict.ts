/** What an automation made of an event, or would make of it. */
export type Verdict = 'fired' | 'not-fired' | 'would-fire' | 'would-not-fire'

interface Judged {
  readonly fires: boolean
  /** Since when it is what it is; null when it does not run. */
  readonly running_since: string | null
  readonly deliveries: readonly unknown[]
}

/**
 * It *fired*, or did not, when it was then what it is now; what it is since later only *would*. A delivery proves that
 * it fired.
 */
export function verdictOf({ fires, running_since: since, deliveries }: Judged, receivedAt: string | null): Verdict {
  if (deliveries.length > 0) return 'fired'
  const wasThere = receivedAt !== null && since !== null && Date.parse(since) <= Date.parse(receivedAt)
  if (fires) return wasThere ? 'fired' : 'would-fire'
  return wasThere || since === null ? 'not-fired' : 'would-not-fire'
}
