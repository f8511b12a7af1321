export const SIGNINGS = ['none', 'wandb', 'github', 'standard-webhooks'] as const
export type Signing = (typeof SIGNINGS)[number]

export const SIGNATURE_ENCODINGS = ['hex', 'base64'] as const
export type SignatureEncoding = (typeof SIGNATURE_ENCODINGS)[number]

/** A header that proves who sent a body: `prefix`, then the HMAC-SHA256 of what `over` says in that encoding. */
export interface SignatureScheme {
  readonly header: string
  readonly prefix: string
  readonly encoding: SignatureEncoding
  /** `message`: webhook-id, webhook-timestamp and the body, joined by dots. */
  readonly over: 'body' | 'message'
}

/**
 * W&B: hex is what was seen on the wire, base64 what its documentation's script makes, so that one is a setting.
 * GitHub: "Validating webhook deliveries". Standard Webhooks: specification 1.0.0, symmetric signatures.
 */
const SCHEMES: Readonly<Record<Exclude<Signing, 'none'>, SignatureScheme>> = {
  wandb: { header: 'X-Wandb-Signature', prefix: '', encoding: 'hex', over: 'body' },
  github: { header: 'X-Hub-Signature-256', prefix: 'sha256=', encoding: 'hex', over: 'body' },
  'standard-webhooks': { header: 'webhook-signature', prefix: 'v1,', encoding: 'base64', over: 'message' },
}

/** The scheme of a webhook; null when it does not sign. The encoding is a choice for `wandb` alone. */
export function signatureScheme(signing: Signing, encoding: SignatureEncoding): SignatureScheme | null {
  if (signing === 'none') return null
  return signing === 'wandb' ? { ...SCHEMES.wandb, encoding } : SCHEMES[signing]
}
