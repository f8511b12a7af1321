import type { WebhookEntry } from './automation.js'
import type { FlowNode } from './flow-node.js'
import { type ImportedSecret, ImportedSecrets } from './imported-secrets.js'

interface ImportedWebhook {
  readonly entry: WebhookEntry
  /** The team of the first automation that used it: W&B does not say whose a webhook is. */
  readonly team: string
  readonly node: FlowNode & { secrets: string[] }
  needsToken: boolean
}

/** The config nodes of an import: one for each webhook and each secret, whoever uses it. */
export class ConfigNodes {
  readonly #newId: () => string
  readonly #secrets: ImportedSecrets
  readonly #webhooks = new Map<string, ImportedWebhook>()

  /** @param existing nodes that are there already; none of them is used */
  constructor(newId: () => string, existing: readonly FlowNode[]) {
    this.#newId = newId
    this.#secrets = new ImportedSecrets(newId, existing)
  }

  /** All of them, once every automation has been laid out: tokens without a name get one that nobody else has. */
  finish(): { nodes: FlowNode[]; secretNames: string[] } {
    for (const { entry, node, needsToken } of this.#webhooks.values()) {
      if (needsToken && node['accessToken'] === '') node['accessToken'] = this.#secrets.unnamed(`${entry.name}_TOKEN`)
    }
    const webhooks = Array.from(this.#webhooks.values(), ({ node }) => node)
    return { nodes: [...webhooks, ...this.#secrets.nodes], secretNames: this.#secrets.names }
  }

  /** The webhook, with its token and signature as far as W&B tells. */
  webhook(entry: WebhookEntry, team: string): string {
    return this.#webhook(entry, team).node.id
  }

  /** The secrets that a webhook has by W&B's word, each with its name there. */
  own(entry: WebhookEntry): [name: string, secret: ImportedSecret][] {
    const { team } = this.#webhooks.get(entry.id)!
    const names = new Set([entry.accessTokenRef, entry.secretRef].filter((name) => typeof name === 'string'))
    return Array.from(names, (name) => [name, this.#secrets.of(team, name)])
  }

  /** Grants what a payload names. @returns each with its name in the payload */
  grant(entry: WebhookEntry, names: readonly string[]): [name: string, secret: ImportedSecret][] {
    const { node, team } = this.#webhooks.get(entry.id)!
    return names.map((name) => {
      const secret = this.#secrets.of(team, name)
      if (!node.secrets.includes(secret.id)) node.secrets.push(secret.id)
      return [name, secret]
    })
  }

  /** A payload has `${ACCESS_TOKEN}` in it. */
  needsToken(entry: WebhookEntry): void {
    this.#webhooks.get(entry.id)!.needsToken = true
  }

  #webhook(entry: WebhookEntry, team: string): ImportedWebhook {
    const known = this.#webhooks.get(entry.id)
    if (known) return known
    const idOf = (name: string | null | undefined) => (name ? this.#secrets.of(team, name).id : '')
    const node = {
      id: this.#newId(),
      type: 'automation-webhook',
      name: entry.name,
      url: entry.url,
      service: serviceOf(entry.url),
      accessToken: idOf(entry.accessTokenRef),
      secrets: [],
      signing: entry.secretRef ? 'wandb' : 'none',
      signingSecret: idOf(entry.secretRef),
    }
    const webhook = { entry, team, node, needsToken: false }
    this.#webhooks.set(entry.id, webhook)
    return webhook
  }
}

/** Who is behind a URL, which decides what counts as success. */
function serviceOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  if (host === 'api.github.com') return 'github'
  if (host === 'hooks.slack.com') return 'slack'
  return /(^|\.)(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)$/.test(host) ? 'teams' : 'generic'
}
