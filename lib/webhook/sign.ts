import { judged, keyOf, WHSEC } from '../secrets/judge.js'
import type { Secret } from '../secrets/secret.js'
import type { Hmac } from './hmac.js'
import type { SignatureScheme, Signing } from './signature-schemes.js'

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
 * @throws AutomationError `secret_invalid` when it can never be right
 */
export function signingKey(signing: Exclude<Signing, 'none'>, secret: Secret): Buffer {
  const text = judged(secret, signing, 'The signing secret').reveal()
  const key = signing === 'standard-webhooks' && text.startsWith(WHSEC) ? keyOf(text) : null
  return Buffer.from(key ?? text)
}
