/** What `POST automations/backtest` answers, as docs/understand.md has it. */
export interface Backtest {
  readonly looked_at: number
  readonly fired: number
  readonly sent: number
  readonly missed: number
  readonly days: readonly { readonly day: string; readonly looked_at: number; readonly fired: number }[]
  readonly results: readonly BacktestResult[]
  readonly next: string | null
  readonly note: readonly string[]
}

/** What one sender would send. */
export interface BacktestPayload {
  readonly webhook: { readonly id: string; readonly name: string }
  readonly body?: string
  readonly error?: { readonly code: string; readonly message: string }
  readonly missing: readonly string[]
}

export interface BacktestResult {
  readonly source: string
  readonly event_id: string
  readonly received_at: string
  readonly event_type: string
  readonly subject: string
  readonly payloads: readonly BacktestPayload[]
  readonly deliveries: readonly { readonly id: string; readonly status: string }[]
}

interface Judged {
  readonly payloads: readonly Omit<BacktestPayload, 'webhook'>[]
  readonly deliveries: readonly unknown[]
}

/** A result that was not sent though it would be now. */
export const isMissed = ({ payloads, deliveries }: Judged): boolean =>
  deliveries.length === 0 && payloads.some(({ body, error }) => body !== undefined || error?.code === 'payload_unknown')
