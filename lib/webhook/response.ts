import type { Readable } from 'node:stream'
import type { ResponseHeaders } from './retry-after.js'

/** So much of an answer is read and kept. */
export const RESPONSE_BYTES = 16 * 1024

/** An answer as it is kept and shown: scrubbed of every known secret. */
export interface WebhookResponse {
  readonly status: number
  readonly headers: ResponseHeaders
  /** Text, at most 16 KiB of it; a note in brackets when the answer is compressed. */
  readonly body: string
  /** False when the body went on, or broke off. */
  readonly complete: boolean
}

export interface ReadBody {
  readonly bytes: Buffer
  readonly complete: boolean
}

/** Reads up to 16 KiB, the end, or whatever ends the stream; never rejects, because the status line has decided. */
export function readBody(body: Readable): Promise<ReadBody> {
  const chunks: Buffer[] = []
  let size = 0
  return new Promise((resolve) => {
    const finish = (complete: boolean) => {
      resolve({ bytes: Buffer.concat(chunks).subarray(0, RESPONSE_BYTES), complete })
    }
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      size += chunk.length
      if (size <= RESPONSE_BYTES) return
      finish(false)
      body.destroy()
    })
    body.on('end', () => finish(true))
    body.on('error', () => finish(false))
    body.on('close', () => finish(false))
  })
}

/**
 * A body as text, by the charset it declares or else UTF-8. Nothing is ever inflated: 10 KB can become 10 GB, and a
 * secret inside could not be found without.
 */
export function bodyText(bytes: Buffer, headers: ResponseHeaders): string {
  const encoding = String(headers['content-encoding'] ?? 'identity')
    .trim()
    .toLowerCase()
  if (encoding !== 'identity' && encoding !== '') return `[${bytes.length} bytes, Content-Encoding ${encoding}]`
  const charset = /;\s*charset="?([^\s;"]+)/i.exec(String(headers['content-type'] ?? ''))?.[1] ?? 'utf-8'
  return decoder(charset).decode(bytes)
}

function decoder(charset: string): TextDecoder {
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}
