import { WEBHOOK_DEFAULTS, type WebhookSettings } from '../../../lib/webhook/settings.js'
import type { EditorNode } from '../red-editor.d.js'

/** A webhook's properties as they stand in its dialog or on the workspace, with the store's id. */
export type WebhookForm = Partial<WebhookSettings> & { readonly store?: string }

/** The properties of a webhook node of the workspace, deployed or not. */
export function formOf(node: EditorNode): WebhookForm {
  const properties = [...Object.keys(WEBHOOK_DEFAULTS), 'store']
  const saved = properties
    .map((property) => [property, node[property]] as const)
    .filter(([, value]) => value !== undefined)
  return Object.fromEntries(saved)
}

/** The names of the secrets with these ids. */
export function namesOf(ids: readonly string[]): string[] {
  return ids.flatMap((id) => RED.nodes.node(id)?.name ?? [])
}

/** Names of the secrets of a webhook whose values, as they were typed, are not deployed yet. */
export function undeployedSecrets({ accessToken, signingSecret, secrets }: WebhookForm): string[] {
  const ids = [...new Set([accessToken, signingSecret, ...(secrets ?? [])])]
  return ids.flatMap((id) => {
    const node = id ? RED.nodes.node(id) : null
    return node?.changed ? [node.name ?? node.id] : []
  })
}
