import type { LookupFunction } from 'node:net'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import type { SecretSlot } from '../../../dist/lib/template/slot.js'
import { parseAddressPolicy } from '../../../dist/lib/webhook/address.js'
import { type AttemptResult, WebhookClient } from '../../../dist/lib/webhook/client.js'
import {
  compileWebhook,
  type Webhook,
  type WebhookParts,
  type WebhookSettings,
} from '../../../dist/lib/webhook/compile.js'
import { buildRequest } from '../../../dist/lib/webhook/request.js'

export const TOKEN = 'canary-access-token-1f0c'

/** Secrets by their names, for the parts of a webhook. */
export function grant(secrets: Record<string, string>): Map<string, Secret> {
  return new Map(Object.entries(secrets).map(([name, value]) => [name, new Secret(value)]))
}

export function webhook(settings: Partial<WebhookSettings>, parts: Partial<WebhookParts> = {}): Webhook {
  return compileWebhook(settings, { granted: new Map(), ...parts })
}

/** A webhook with an access token. */
export function tokenWebhook(settings: Partial<WebhookSettings>, parts: Partial<WebhookParts> = {}): Webhook {
  return webhook({ accessToken: 'id', ...settings }, { token: new Secret(TOKEN), ...parts })
}

export function slot(text: string, written: string, as: SecretSlot['as'] = 'json-text'): SecretSlot {
  const name = written.replace(/[${}]/g, '')
  return { name, offset: text.indexOf(written), text: written, as }
}

export function request(to: Webhook, payload: string | Buffer = '{}', slots: SecretSlot[] = []) {
  return buildRequest(to, { id: 'dlv_1', attempt: 1, at: new Date(), payload: Buffer.from(payload), slots })
}

const open = new Set<WebhookClient>()

export function client(
  to: Webhook,
  options: { policy?: 'lan' | 'public' | string[]; proxies?: string[]; lookup?: LookupFunction } = {},
): WebhookClient {
  const { policy = 'lan', proxies, lookup } = options
  const made = new WebhookClient(to, { addressPolicy: parseAddressPolicy(policy, proxies), ...(lookup && { lookup }) })
  open.add(made)
  return made
}

/** For `afterEach`. */
export async function closeClients(): Promise<void> {
  await Promise.all([...open].map((made) => made.close()))
  open.clear()
}

/** One request to a URL. */
export function send(url: string, settings: Partial<WebhookSettings> = {}): Promise<AttemptResult> {
  const to = tokenWebhook({ url, timeout: 5, ...settings })
  return client(to).send(request(to))
}
