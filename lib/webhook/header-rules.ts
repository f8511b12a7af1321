import type { SignatureScheme } from './signature-schemes.js'

/**
 * Headers that a webhook's settings may not set, by lower-case name or beginning of one, and why. The message's framing
 * and the connection belong to HTTP; what identifies and signs a delivery must be ours, or receivers could be fooled.
 */
export const FORBIDDEN_HEADERS: readonly { readonly name: string; readonly prefix?: true; readonly why: string }[] = [
  { name: 'host', why: 'it comes from the URL' },
  { name: 'content-length', why: 'it comes from the payload' },
  { name: 'transfer-encoding', why: 'it comes from the payload' },
  { name: 'connection', why: 'it belongs to the connection' },
  { name: 'keep-alive', why: 'it belongs to the connection' },
  { name: 'upgrade', why: 'it belongs to the connection' },
  { name: 'te', why: 'it belongs to the connection' },
  { name: 'trailer', why: 'it belongs to the connection' },
  { name: 'expect', why: 'the payload is always sent at once' },
  { name: 'proxy-', prefix: true, why: 'the proxy has a configuration of its own' },
  { name: 'webhook-', prefix: true, why: 'it identifies and signs the delivery' },
  { name: 'x-automation-attempt', why: 'it counts the attempts' },
  { name: 'x-wandb-signature', why: 'it is a signature; choose it under signing' },
  { name: 'x-hub-signature', why: 'it is a signature; choose it under signing' },
  { name: 'x-hub-signature-256', why: 'it is a signature; choose it under signing' },
  { name: 'x-mlflow-signature', why: 'it is a signature' },
]

/** Why a header may not be set; null when it may. */
export function forbidden(name: string, { hasToken }: { hasToken: boolean }): string | null {
  const lower = name.toLowerCase()
  const rule = FORBIDDEN_HEADERS.find((rule) => (rule.prefix ? lower.startsWith(rule.name) : lower === rule.name))
  if (rule) return rule.why
  if (lower === 'authorization' && hasToken) {
    return 'the access token is sent in it; remove the access token to set your own'
  }
  return null
}

/** RFC 9110, section 5.6.2. */
export function isHeaderName(name: string): boolean {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)
}

/** The first character that cannot stand in a header's value, counted from 1; null when all can. */
export function badHeaderCharacter(value: string): number | null {
  const index = value.search(/[^\t\u0020-\u007e]/)
  return index < 0 ? null : index + 1
}

/** What tells an attempt from every other, as it stands in its headers. */
export interface AttemptValues {
  readonly id: string
  readonly timestamp: string
  readonly attempt: string
}

/** Headers of an attempt whose values change with each, in the order in which they are sent. */
export function attemptHeaders(
  { id, timestamp, attempt }: AttemptValues,
  signature: { readonly scheme: SignatureScheme; readonly value: string } | null,
): [name: string, value: string][] {
  return [
    ['webhook-id', id],
    ['webhook-timestamp', timestamp],
    ['X-Automation-Attempt', attempt],
    ...(signature ? [[signature.scheme.header, signature.value] as [string, string]] : []),
  ]
}
