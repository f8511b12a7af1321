import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { AutomationError } from '../../error.js'

/** Seconds after which a sender may try again: a store that failed is opened again that often. */
const RETRY_AFTER = 30

/** Milliseconds, and bytes, for which a refused body is still taken off the line, so that its sender sees the answer. */
const LINGER = { time: 1000, bytes: 4 * 1024 * 1024 }

interface Refusal {
  readonly status: number
  readonly headers?: OutgoingHttpHeaders
}

/** How errors are told to a sender, by their code. */
export const REFUSALS: Readonly<Record<string, Refusal>> = {
  method_not_allowed: { status: 405, headers: { Allow: 'POST' } },
  body_too_large: { status: 413 },
  body_timeout: { status: 408 },
  unauthorized: { status: 401 },
  unsupported_media_type: { status: 415, headers: { 'Accept-Encoding': 'identity' } },
  body_invalid: { status: 400 },
  event_invalid: { status: 400 },
  source_unavailable: { status: 503, headers: { 'Retry-After': RETRY_AFTER } },
  store_unavailable: { status: 503, headers: { 'Retry-After': RETRY_AFTER } },
  internal: { status: 500 },
}

/** Of a source whose settings or secret are at fault: that is for its operator to know, and no news with every request. */
export const SOURCE_UNAVAILABLE = new AutomationError(
  'source_unavailable',
  'This address takes no events now; send them again later.',
)

/** Whether a sender can mend it, and may be told all about it. */
export const isSendersFault = (error: unknown): error is AutomationError =>
  error instanceof AutomationError && Object.hasOwn(REFUSALS, error.code) && (REFUSALS[error.code]?.status ?? 500) < 500

export function answer(res: ServerResponse, status: number, content: unknown, headers: OutgoingHttpHeaders = {}): void {
  const text = JSON.stringify(content)
  res.writeHead(status, { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  // as text it goes out together with the head, in one write
  res.end(text)
}

/** @param unread whether the request's body is still on its way: it will not be read, so the connection closes */
export function refuse(req: IncomingMessage, res: ServerResponse, error: AutomationError, unread: boolean): void {
  const { status, headers } = REFUSALS[error.code] ?? { status: 500 }
  const { code, message, details } = error
  const content = { error: { code, message, details } }
  if (!unread) {
    answer(res, status, content, headers)
    return
  }
  const bytes = Buffer.from(JSON.stringify(content))
  res.writeHead(status, {
    ...headers,
    'Content-Type': 'application/json',
    'Content-Length': bytes.length,
    Connection: 'close',
  })
  res.write(bytes)
  closeSoon(req, res)
}

/**
 * Closing while the other side still writes resets the connection, and the answer is lost with it. So what comes is
 * thrown away for a moment, until the sender has read the answer and stops.
 */
function closeSoon(req: IncomingMessage, res: ServerResponse): void {
  let left = LINGER.bytes
  const onData = (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) close()
  }
  const close = () => {
    clearTimeout(timer)
    req.off('data', onData).off('end', close).off('close', close)
    res.end()
    req.destroy()
  }
  const timer = setTimeout(close, LINGER.time).unref()
  req
    .on('error', () => {})
    .on('data', onData)
    .once('end', close)
    .once('close', close)
    .resume()
}
