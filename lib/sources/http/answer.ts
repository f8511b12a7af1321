import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { AutomationError } from '../../error.js'
import { kindOf } from '../../error-codes.js'

/** Seconds after which a sender may try again: a store that failed is opened again that often. */
const RETRY_AFTER = 30

/** Milliseconds, and bytes, for which a refused body is still taken off the line, so that its sender sees the answer. */
const LINGER = { time: 1000, bytes: 4 * 1024 * 1024 }

/** Headers that belong to a status. */
const HEADERS: Readonly<Record<number, OutgoingHttpHeaders>> = {
  405: { Allow: 'POST' },
  415: { 'Accept-Encoding': 'identity' },
  503: { 'Retry-After': RETRY_AFTER },
}

/** Of a source whose settings or secret are at fault: that is for its operator to know, and no news with every request. */
export const SOURCE_UNAVAILABLE = new AutomationError(
  'source_unavailable',
  'This address takes no events now; send them again later.',
)

/** Whether a sender can mend it, and may be told all about it. */
export const isSendersFault = (error: unknown): error is AutomationError =>
  error instanceof AutomationError && (kindOf(error.code).ingest ?? 500) < 500

export function answer(res: ServerResponse, status: number, content: unknown, headers: OutgoingHttpHeaders = {}): void {
  const text = JSON.stringify(content)
  res.writeHead(status, { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  // as text it goes out together with the head, in one write
  res.end(text)
}

/** @param unread whether the request's body is still on its way: it will not be read, so the connection closes */
export function refuse(req: IncomingMessage, res: ServerResponse, error: AutomationError, unread: boolean): void {
  const status = kindOf(error.code).ingest ?? 500
  const headers = HEADERS[status]
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
