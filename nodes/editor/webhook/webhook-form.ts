import { WEBHOOK_DEFAULTS, type WebhookSettings } from '../../../lib/webhook/settings.js'
import type { EditorNode } from '../red-editor.d.js'
import { type TypedSecret, typedSecrets } from './secrets.js'

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

/** The secrets that a test has to know of: what was typed goes with the call, of what else was changed it uses what is deployed. */
export function secretsOf({ accessToken, signingSecret, secrets }: WebhookForm): {
  typed: Record<string, TypedSecret>
  /** Names. */
  undeployed: string[]
} {
  const ids = [...new Set([accessToken, signingSecret, ...(secrets ?? [])])]
  const typed = typedSecrets(ids)
  const undeployed = ids.flatMap((id) => {
    const node = id ? RED.nodes.node(id) : null
    return node?.changed && !(node.id in typed) ? [node.name ?? node.id] : []
  })
  return { typed, undeployed }
}
