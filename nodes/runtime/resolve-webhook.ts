import { createHash } from 'node:crypto'
import type { Node, NodeAPI } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import type { Secret } from '../../lib/secrets/secret.js'
import { compileRead, type Webhook, type WebhookSettings } from '../../lib/webhook/compile.js'
import type { ProxySettings } from '../../lib/webhook/proxy.js'
import { readSettings } from '../../lib/webhook/settings.js'
import type { TlsSettings } from '../../lib/webhook/tls.js'
import { runningNode } from './deployed.js'
import { machineProxy } from './machine-proxy.js'
import { type NamedSecret, secretOf } from './secrets.js'

/** Core's `tls-config` and `http proxy`, as far as they are used here. */
type TlsNode = Node & { valid?: boolean; addTLSOptions(options: object): TlsSettings }
type ProxyNode = Node<{ username?: string; password?: string }> & { url: string; noproxy?: string[] }

export interface Resolved {
  readonly webhook: Webhook
  /** Changes when anything that went into the webhook does, secrets included; says nothing about them. */
  readonly fingerprint: string
}

/**
 * Compiles a webhook's saved properties with the deployed secrets, certificates and proxy.
 * @param typed secrets by their ids that count before the deployed ones
 * @throws AutomationError in words: `secret_missing`, `webhook_invalid`, `tls_missing`, `proxy_missing`
 */
export function resolveWebhook(
  RED: NodeAPI,
  saved: WebhookSettings,
  typed: ReadonlyMap<string, NamedSecret> = new Map(),
): Resolved {
  const settings = readSettings(saved)
  const used: unknown[] = [settings]
  const take = (value: Secret) => {
    used.push(value.reveal())
    return value
  }
  const secret = (id: string, role: string) => typed.get(id) ?? secretOf(RED, id, role)
  const granted = new Map<string, Secret>()
  for (const id of settings.secrets) {
    const { name, secret: value } = secret(id, 'granted to the payloads of this webhook')
    granted.set(name, take(value))
  }
  const token = settings.accessToken && take(secret(settings.accessToken, 'the access token').secret)
  const signing =
    settings.signing !== 'none' &&
    settings.signingSecret &&
    take(secret(settings.signingSecret, 'the signing secret').secret)
  const tls = settings.tls ? tlsOptions(RED, settings.tls) : undefined
  const proxy = settings.proxy ? proxyOptions(RED, settings.proxy) : undefined
  const webhook = compileRead(settings, {
    granted,
    ...(token && { token }),
    ...(signing && { signing }),
    ...(tls && { tls }),
    ...(proxy && { proxy }),
    machineProxy: machineProxy(RED),
  })
  used.push(tls, proxy ?? { machine: webhook.proxy?.url, password: webhook.proxy?.password.reveal() })
  return { webhook, fingerprint: createHash('sha256').update(JSON.stringify(used)).digest('hex') }
}

function tlsOptions(RED: NodeAPI, id: string): TlsSettings {
  const node = runningNode<TlsNode>(RED, id)
  if (!node?.addTLSOptions || node.valid === false) {
    throw new AutomationError(
      'tls_missing',
      'The TLS configuration of this webhook does not exist, is disabled, or its certificates cannot be read.',
    )
  }
  return node.addTLSOptions({})
}

function proxyOptions(RED: NodeAPI, id: string): ProxySettings {
  const node = runningNode<ProxyNode>(RED, id)
  if (!node?.url) {
    throw new AutomationError('proxy_missing', 'The proxy of this webhook does not exist or is disabled.')
  }
  const { username, password } = node.credentials ?? {}
  return { url: node.url, noproxy: node.noproxy ?? [], ...(username && { username, password: password ?? '' }) }
}
