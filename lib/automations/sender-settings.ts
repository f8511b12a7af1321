import { AutomationError } from '../error.js'

/** The saved properties of a `webhook-sender` that decide whether anything is sent. */
export interface SenderSettings {
  readonly name?: string
  /** Id of an `automation-webhook`. */
  readonly webhook: string
  readonly mode: 'live' | 'dry-run'
}

const NO_WEBHOOK = new AutomationError(
  'webhook_missing',
  'No webhook is chosen. Choose one in the dialog of the webhook-sender.',
)

const MODES: readonly unknown[] = ['live', 'dry-run'] satisfies SenderSettings['mode'][]

/** A misspelt `dry-run` must not send. */
const UNKNOWN_MODE = new AutomationError(
  'mode_unknown',
  'The mode of this webhook-sender is neither live nor dry-run, so nothing is sent. Choose one in the dialog.',
)

/** What keeps a sender from taking anything; null when it can. */
export function senderProblem({ webhook, mode }: { webhook?: unknown; mode?: unknown }): AutomationError | null {
  if (!MODES.includes(mode)) return UNKNOWN_MODE
  return typeof webhook === 'string' && webhook !== '' ? null : NO_WEBHOOK
}
