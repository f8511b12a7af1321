import type { NodeAPI } from 'node-red'
import { sampleEvent } from '../../../lib/automations/samples.js'
import { deliveryId } from '../../../lib/delivery/id.js'
import { AutomationError } from '../../../lib/error.js'
import type { ArtifactEvent } from '../../../lib/events/event.js'
import { FORM } from '../../../lib/template/form-text.js'
import { escapeMarkup } from '../../../lib/template/markup/escape.js'
import { parseTemplate } from '../../../lib/template/parse.js'
import { renderTemplate } from '../../../lib/template/render.js'
import { TEMPLATE_FORMATS, type TemplateFormat } from '../../../lib/template/template.js'
import { attempt } from '../../../lib/webhook/attempt.js'
import { WebhookClient } from '../../../lib/webhook/client.js'
import { WEBHOOK_DEFAULTS, type WebhookSettings } from '../../../lib/webhook/compile.js'
import { deployedNodes, withEnvironment } from '../deployed.js'
import type { Host } from '../host.js'
import { asTheyRun } from '../listed-nodes.js'
import { resolveWebhook } from '../resolve-webhook.js'
import { optionalForm, typedEvent } from './input.js'
import { type AdminAnswer, optionalText } from './router.js'
import { typedSecrets } from './typed-secrets.js'

/**
 * Sends one request with the webhook's form as it stands in the dialog, saved or not, and shows both sides of it.
 * Nothing is stored. It obeys the address policy as a delivery does, and uses deployed secrets, but for those that the
 * call brings.
 */
export async function testWebhook(
  RED: NodeAPI,
  host: Host,
  id: string,
  body: Readonly<Record<string, unknown>>,
): Promise<AdminAnswer> {
  const settings = settingsOf(RED, host, id, body['form'])
  const typed = typedSecrets(body['secrets'])
  const template = parseTemplate(optionalText(body['payload'], 'payload') ?? '', formatOf(body['format']))
  const event = eventOf(body['event'])
  const rendered = renderTemplate(template, { event, automationName: 'test', missing: 'blank' })
  const { webhook } = resolveWebhook(RED, asTheyRun(RED, settings, typed), typed)
  const { text, slots } = escapeMarkup({ ...rendered, format: template.format }, webhook.service.markup)
  const payload = Buffer.from(text, 'utf8')
  const input = {
    id: deliveryId(event.event_id, 'test', payload),
    attempt: 1,
    at: new Date(),
    payload,
    slots,
    contentType: template.format === 'form' ? FORM : null,
  }
  const client = new WebhookClient(webhook, { addressPolicy: host.addressPolicy })
  try {
    const { request, result, outcome } = await attempt(webhook, client, input, { now: () => new Date() })
    const { response, durationMs } = result
    return {
      status: 200,
      json: {
        request: request.masked,
        response: response
          ? { status_code: response.status, headers: response.headers, body: response.body, duration_ms: durationMs }
          : null,
        ...(outcome.kind !== 'delivered' && { error: outcome.error }),
      },
    }
  } finally {
    await client.close()
  }
}

/** Of the payload that is typed; JSON unless the call says otherwise. */
function formatOf(given: unknown): TemplateFormat {
  const format = TEMPLATE_FORMATS.find((format) => format === (given ?? 'json'))
  if (format) return format
  throw new AutomationError('request_invalid', `format must be one of ${TEMPLATE_FORMATS.join(', ')}.`, {
    details: [{ path: 'format', message: `must be one of ${TEMPLATE_FORMATS.join(', ')}` }],
  })
}

/** Of a form, what may be the name of an environment variable: where it sends, and which configuration nodes it uses. */
const FROM_ENVIRONMENT: readonly string[] = ['url', 'accessToken', 'signingSecret', 'tls', 'proxy', 'store']

/**
 * The saved properties, overlaid with what the dialog holds at the moment. Whoever may test a webhook may not therefore
 * read the environment, which the answer would show in a header, say: of another property than an address or the id of
 * a node a variable counts only where the deployed webhook names the same one.
 */
function settingsOf(RED: NodeAPI, host: Host, id: string, given: unknown): WebhookSettings {
  const deployed = host.webhooks.get(id)?.settings
  const form = optionalForm(given)
  if (form === undefined) {
    if (deployed) return deployed
    throw new AutomationError(
      'not_found',
      'No automation-webhook with this id is deployed, and the call carries no form.',
    )
  }
  const saved: Readonly<Record<string, unknown>> = { ...deployedNodes(RED).get(id) }
  const changed = Object.entries(form).filter(([property, value]) => !deployed || value !== saved[property])
  const resolved = changed.map(([property, value]) =>
    FROM_ENVIRONMENT.includes(property)
      ? Object.entries(withEnvironment(RED, id, { [property]: value }))[0]!
      : [property, value],
  )
  return { ...WEBHOOK_DEFAULTS, ...deployed, ...Object.fromEntries(resolved) }
}

function eventOf(given: unknown): ArtifactEvent {
  if (given === undefined || given === null) return sampleEvent('ADD_ARTIFACT_ALIAS')
  return typedEvent(given, { receivedAt: new Date(), newId: () => 'test' })
}
