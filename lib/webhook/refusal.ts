import { AutomationError } from '../error.js'
import type { SecretSlot } from '../template/slot.js'
import type { Webhook } from './compile.js'
import { buildRequest } from './request.js'

/** What every attempt would meet, were a payload sent through a webhook; null when nothing. Nothing leaves this process. */
export function refusalOf(webhook: Webhook, payload: Buffer, slots: readonly SecretSlot[]): AutomationError | null {
  try {
    buildRequest(webhook, { id: 'none', attempt: 1, at: new Date(), payload, slots })
    return null
  } catch (error) {
    if (error instanceof AutomationError) return error
    throw error
  }
}
