import type { Secret } from '../secrets/secret.js'
import type { Hmac } from './hmac.js'
import { invalid } from './invalid.js'
import { type SignatureScheme, type Signing, WHSEC } from './signature-schemes.js'

/** What a signature is over. */
export interface SignedMessage {
  /** The `webhook-id`. */
  readonly id: string
  /** The `webhook-timestamp`: whole seconds since 1970. */
  readonly timestamp: number
  /** The bytes that are sent. */
  readonly body: Buffer
}

/** @returns the header's whole value */
export function sign(scheme: SignatureScheme, hmac: Hmac, { id, timestamp, body }: SignedMessage): string {
  const over = scheme.over === 'message' ? Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]) : body
  return scheme.prefix + hmac(over, scheme.encoding)
}

/**
 * The HMAC key: the secret's UTF-8 bytes, decoded when a Standard Webhooks secret begins with `whsec_`.
 * @throws AutomationError `webhook_invalid` when what follows is not base64
 */
export function signingKey(signing: Signing, secret: Secret): Buffer {
  const text = secret.reveal()
  if (signing !== 'standard-webhooks' || !text.startsWith(WHSEC)) return Buffer.from(text)
  const encoded = text.slice(WHSEC.length)
  const key = Buffer.from(encoded, 'base64')
  if (key.length === 0 || key.toString('base64') !== encoded) {
    throw invalid(
      'The signing secret begins with whsec_, but what follows is not base64. Copy it again from the receiver.',
      'signing secret unreadable',
    )
  }
  return key
}
