import type { IncomingHttpHeaders } from 'node:http'
import type { ResponseHeaders } from './retry-after.js'

/** An answer: as it came until it is judged, and then, kept and shown, without any known secret. */
export interface WebhookResponse {
  readonly status: number
  readonly headers: ResponseHeaders
  /** Text, at most 16 KiB of it; a note in brackets when the answer is compressed. */
  readonly body: string
  /** False when the body went on, or broke off. */
  readonly complete: boolean
}

/**
 * A body as text, by the charset it declares or else UTF-8. Nothing is ever inflated: 10 KB can become 10 GB, and a
 * secret inside could not be found without.
 */
export function bodyText(bytes: Buffer, headers: IncomingHttpHeaders): string {
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase()
  if (encoding !== 'identity' && encoding !== '') return `[${bytes.length} bytes, Content-Encoding ${encoding}]`
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(String(headers['content-type'] ?? ''))?.[1]
  return decoder(charset).decode(bytes)
}

const UTF8 = new TextDecoder()

function decoder(charset: string | undefined): TextDecoder {
  if (charset === undefined) return UTF8
  try {
    return new TextDecoder(charset)
  } catch {
    return UTF8
  }
}
