import { AutomationError } from '../../error.js'
import type { ArtifactEvent } from '../../events/event.js'
import type { Markup } from '../../template/markup/escape.js'
import { payloadOf } from '../../template/payload.js'
import type { SecretSlot } from '../../template/slot.js'
import { senderProblem } from '../sender-settings.js'
import { shown } from '../words.js'
import type { Carried, NodeJudge, Outcome } from './carried.js'
import { counted } from './judges.js'

/** An `automation-webhook`, as far as one can say what it would do. */
export interface WebhookView {
  readonly name: string
  /** Why it cannot send now: deliveries wait, and a dry run can show nothing. Null when it can. */
  readonly problem: AutomationError | null
  /** Where its service reads markup; undefined when it reads none. */
  readonly markup: Markup | undefined
  /** What keeps this payload from ever being sent; null when nothing is known to. */
  refusal(payload: Buffer, slots: readonly SecretSlot[]): AutomationError | null
}

interface SenderParts {
  readonly id: string
  readonly settings: Readonly<Record<string, unknown>>
  /** Id of its webhook, as it runs. */
  readonly webhookId: string
  /** Null: it does not exist, or is disabled. */
  readonly webhook: WebhookView | null
}

/** What a `webhook-sender` would do, but for sending it. */
export function senderJudge({ id, settings, webhookId, webhook }: SenderParts): NodeJudge {
  const isDry = settings['mode'] === 'dry-run'
  const name = typeof settings['name'] === 'string' ? settings['name'] : ''
  const to = { sender: { id, name }, webhook: { id: webhookId, name: webhook?.name ?? '' } }
  const problem = senderProblem(settings) ?? (isDry ? (webhook ?? { problem: DRY_WITHOUT_WEBHOOK }).problem : null)
  const hook = webhook ? `the webhook ${shown(webhook.name || webhookId)}` : 'its webhook'

  return (event, carried) => {
    const ends = { outputs: [], carried }
    const nothing = (error: AutomationError, more: object = {}): Outcome => {
      const { code, message } = error
      const payload = { ...to, sends: false, missing: [], ...more, error: { code, message } }
      return { ...ends, verdict: 'drops', reason: message, payload }
    }
    if (problem) return nothing(problem)
    if (carried.kind === 'failed') return nothing(carried.error)
    if (carried.kind === 'unknown') {
      const error = { code: 'payload_unknown', message: carried.because } as const
      const payload = { ...to, sends: null, missing: [], error }
      return { ...ends, verdict: 'unknown', reason: carried.because, payload }
    }
    const { payload, slots } = payloadOf(messageOf(event, carried), webhook?.markup)
    const body = payload.toString('utf8')
    const missing = carried.kind === 'rendered' ? carried.missing : []
    const refusal = webhook?.refusal(payload, slots) ?? null
    if (refusal) return nothing(refusal, { body, missing })
    const size = counted(payload.length, 'byte')
    const sent = { ...to, sends: true, body, missing }
    const reason = isDry
      ? `It is a dry run: it shows the ${size} that would go to ${hook}, and sends nothing.`
      : webhook === null
        ? `It keeps ${size} for its webhook, which does not exist or is disabled; they wait until it is there.`
        : webhook.problem === null
          ? `It sends ${size} to ${hook}.`
          : `It keeps ${size} for ${hook}, which cannot send now: ${webhook.problem.message}`
    return { ...ends, verdict: 'sends', reason, payload: sent }
  }
}

const DRY_WITHOUT_WEBHOOK = new AutomationError('webhook_missing', 'The webhook is disabled.')

/** The message as it comes to a sender, as far as it decides what is sent. */
function messageOf(event: ArtifactEvent, carried: Exclude<Carried, { kind: 'unknown' | 'failed' }>) {
  if (carried.kind === 'event') return { payload: { ...event } }
  const { text, slots, rendered } = carried
  return { payload: text, secretSlots: slots, rendered }
}
