import type { Markup } from '../../../lib/template/markup/escape.js'
import { markupOf } from '../../../lib/webhook/services.js'
import { nodesAfter } from '../event/wires.js'
import type { EditorNode } from '../red-editor.d.js'
import type { Receiver } from '../template/template-findings.js'
import { namesOf, type WebhookForm } from './webhook-form.js'

/** The webhooks that what a node sends will reach, by the wires, deployed or not. */
export const receiversAfter = (node: EditorNode): Receiver[] =>
  webhooksAfter(node).map((webhook) => {
    const { secrets, accessToken } = webhook as WebhookForm
    return {
      name: RED.utils.getNodeLabel(webhook, webhook.id),
      secrets: namesOf([secrets ?? []].flat()),
      hasToken: Boolean(accessToken && RED.nodes.node(accessToken)),
    }
  })

/** Where those webhooks read markup; the nearest one where there are several. */
export const markupAfter = (node: EditorNode): Markup | undefined => markupOf(webhooksAfter(node)[0]?.['service'])

function webhooksAfter(node: EditorNode): EditorNode[] {
  const ids = nodesAfter(node, 'webhook-sender').map((sender) => String(sender['webhook'] ?? ''))
  return [...new Set(ids)].flatMap((id) => RED.nodes.node(id) ?? [])
}
