import { AutomationError } from '../../lib/error.js'
import { bashScript } from '../../lib/webhook/bash.js'
import { formOf, namesOf } from '../editor/webhook/webhook-form.js'
import type { DeliveryDetails } from './answers.js'
import { words } from './words.editor.js'

/** As lib/secrets writes it where a secret stands. */
const MASK = '***'

interface Script {
  /** Null when there can be none; `problem` says why. */
  readonly script: string | null
  readonly problem: string
}

/** A script that makes the request of a delivery again, with the webhook as the workspace has it. */
export function scriptOf({ webhook, request }: DeliveryDetails): Script {
  const node = RED.nodes.node(webhook.id)
  if (!node || !request) return { script: null, problem: words('delivery.no-webhook') }
  const form = formOf(node)
  const proxy = RED.nodes.node(form.proxy ?? '')?.['url']
  try {
    const script = bashScript({
      settings: form,
      payload: request.body,
      slots: [],
      granted: namesOf(form.secrets ?? []),
      ...(typeof proxy === 'string' && proxy !== '' && { proxy }),
      insecure: RED.nodes.node(form.tls ?? '')?.['verifyservercert'] === false,
    })
    return { script, problem: words(request.body.includes(MASK) ? 'delivery.copied-masked' : 'delivery.copied') }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { script: null, problem: error.message }
  }
}
