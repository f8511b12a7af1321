import { isSecretName } from '../../../events/vocabulary.js'
import type { WebhookEntry } from './automation.js'
import type { FlowNode } from './flow-node.js'

/** The config nodes of an import: one for each webhook and each secret, whoever uses it. */
export class ConfigNodes {
  readonly #newId: () => string
  /** Names and ids of the secrets that are there already. */
  readonly #existing: ReadonlyMap<string, string>
  readonly #secrets = new Map<string, FlowNode>()
  readonly #webhooks = new Map<string, FlowNode & { secrets: string[] }>()

  /** By the name of a secret: the webhooks that use it, each with its entity, in the order of their coming. */
  readonly #users = new Map<string, Map<string, string>>()

  /** Names made up for tokens that W&B does not name. */
  readonly #tokens = new Set<string>()

  /** By the id of a webhook of W&B's: what `taken` told of it. */
  readonly #told = new Map<string, Set<string>>()

  /** @param existing nodes that are there already: their secrets are used, since there is one of each name */
  constructor(newId: () => string, existing: readonly FlowNode[]) {
    this.#newId = newId
    const secrets = existing.filter(({ type, d }) => type === 'automation-secret' && d !== true)
    this.#existing = new Map(secrets.map(({ id, name }) => [String(name), id]))
  }

  get nodes(): FlowNode[] {
    return [...this.#webhooks.values(), ...this.#secrets.values()]
  }

  /** The names of the secrets whose values have to be filled in. */
  get secretNames(): string[] {
    return [...this.#secrets.keys()].sort()
  }

  /** A name for the token of a webhook: one of its own, because webhooks of several teams may have the same name. */
  #tokenName({ name }: WebhookEntry): string {
    const first = fittingName(`${name}_TOKEN`)
    let own = first
    for (let number = 2; this.#tokens.has(own); number += 1) own = `${first}_${number}`
    this.#tokens.add(own)
    return own
  }

  /** The id of the secret of this name; a name that a secret cannot have here is bent into one. */
  secret(name: string): string {
    const fitting = fittingName(name)
    const existing = this.#existing.get(fitting)
    if (existing !== undefined) return existing
    const node = this.#secrets.get(fitting) ?? { id: this.#newId(), type: 'automation-secret', name: fitting }
    this.#secrets.set(fitting, node)
    return node.id
  }

  /**
   * W&B keeps secrets by team, and here there is one of each name. Tells the entity whose webhook was the first to use this
   * one, when a webhook that has not used it yet comes from elsewhere; else null.
   */
  usedElsewhere(secret: string, webhook: string, entity: string): string | null {
    const users = this.#users.get(secret) ?? new Map<string, string>()
    this.#users.set(secret, users)
    if (users.has(webhook)) return null
    users.set(webhook, entity)
    const [first = entity] = users.values()
    return first === entity ? null : first
  }

  /** The secrets that were there already and that this webhook of W&B's uses now, each once, with their ids. */
  taken(webhook: string): { readonly name: string; readonly id: string }[] {
    const node = this.#webhooks.get(webhook)
    const told = this.#told.get(webhook) ?? new Set<string>()
    this.#told.set(webhook, told)
    const used = [node?.['accessToken'], node?.['signingSecret'], ...(node?.secrets ?? [])]
    const taken = [...this.#existing].filter(([name, id]) => used.includes(id) && !told.has(name))
    for (const [name] of taken) told.add(name)
    return taken.map(([name, id]) => ({ name, id }))
  }

  /**
   * The id of the webhook, with its token and signature as far as W&B tells, and `names` granted to its payloads.
   * @param needsToken a payload has `${ACCESS_TOKEN}` in it
   */
  webhook(entry: WebhookEntry, names: readonly string[], needsToken: boolean): string {
    const node = this.#webhooks.get(entry.id) ?? {
      id: this.#newId(),
      type: 'automation-webhook',
      name: entry.name,
      url: entry.url,
      service: serviceOf(entry.url),
      accessToken: entry.accessTokenRef ? this.secret(entry.accessTokenRef) : '',
      secrets: [],
      signing: entry.secretRef ? 'wandb' : 'none',
      signingSecret: entry.secretRef ? this.secret(entry.secretRef) : '',
    }
    if (needsToken && node['accessToken'] === '') node['accessToken'] = this.secret(this.#tokenName(entry))
    for (const name of names) {
      const id = this.secret(name)
      if (!node.secrets.includes(id)) node.secrets.push(id)
    }
    this.#webhooks.set(entry.id, node)
    return node.id
  }
}

const fittingName = (name: string) => (isSecretName(name) ? name : `SECRET_${name.replace(/\W/g, '_')}`)

/** Who is behind a URL, which decides what counts as success. */
function serviceOf(url: string): string {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  if (host === 'api.github.com') return 'github'
  if (host === 'hooks.slack.com') return 'slack'
  return /(^|\.)(webhook\.office\.com|logic\.azure\.com|powerplatform\.com)$/.test(host) ? 'teams' : 'generic'
}
