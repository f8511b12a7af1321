import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { AutomationError } from '../../error.js'
import { SOURCE_UNAVAILABLE } from './answer.js'

export interface BodyLimits {
  readonly maxBytes: number
  /** Milliseconds for the whole body. */
  readonly timeout: number
}

/** Whether a request brings a body, which is then still on its way. */
export const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

/** Bytes of unfinished bodies that are kept at once, of all sources together. */
const MOST_UNFINISHED = 64 * 1024 * 1024

/** Bodies that are on their way, the one that began first first. */
class Unfinished {
  readonly #bodies = new Set<UnfinishedBody>()
  #size = 0

  begin(body: UnfinishedBody): void {
    this.#bodies.add(body)
  }

  /** Whoever takes long gives way when too much is kept: a body that comes in one piece is never in the way. */
  grew(bytes: number): void {
    this.#size += bytes
    if (this.#size <= MOST_UNFINISHED) return
    for (const body of this.#bodies) {
      if (this.#size <= MOST_UNFINISHED) return
      body.giveWay()
    }
  }

  end(body: UnfinishedBody): void {
    if (this.#bodies.delete(body)) this.#size -= body.size
  }
}

interface UnfinishedBody {
  size: number
  giveWay(): void
}

const unfinished = new Unfinished()

/**
 * Refuses a body that says itself how large it is.
 * @throws AutomationError `body_too_large`
 */
export function checkLength({ headers }: IncomingMessage, { maxBytes }: BodyLimits): void {
  if (Number(headers['content-length'] ?? 0) > maxBytes) throw bodyTooLarge(maxBytes)
}

/**
 * Reads a body as the bytes that came, which signatures are made over.
 * @returns `undefined` when the sender went away before the end
 * @throws AutomationError `body_too_large` as soon as that is known; `body_timeout`; `body_consumed` when something
 *   read it before; `source_unavailable` when too many bodies are kept. The rest of the body is not read then.
 */
export function readBody(req: IncomingMessage, { maxBytes, timeout }: BodyLimits): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (req.readableDidRead || req.readableEnded) return reject(consumed())
    const chunks: Buffer[] = []
    const body: UnfinishedBody = { size: 0, giveWay: () => refuse(SOURCE_UNAVAILABLE) }

    const stop = () => {
      clearTimeout(timer)
      unfinished.end(body)
    }
    const refuse = (error: AutomationError) => {
      stop()
      // else the end, which may still come, would put together what is not wanted
      req.off('data', onData).off('end', end).off('close', gone).off('error', gone).pause()
      chunks.length = 0
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      body.size += chunk.length
      chunks.push(chunk)
      unfinished.grew(chunk.length)
      if (body.size > maxBytes) refuse(bodyTooLarge(maxBytes))
    }
    const end = () => {
      stop()
      req.off('close', gone)
      resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, body.size))
    }
    const gone = () => {
      stop()
      resolve(undefined)
    }
    const timer = setTimeout(() => refuse(tooSlow(timeout)), timeout)
    unfinished.begin(body)
    req.on('data', onData).on('end', end).on('close', gone).on('error', gone)
  })
}

export const bodyTooLarge = (maxBytes: number) =>
  new AutomationError('body_too_large', `The body is larger than ${maxBytes} bytes.`, { values: { bytes: maxBytes } })

const tooSlow = (timeout: number) =>
  new AutomationError('body_timeout', `The body did not arrive within ${timeout / 1000} seconds.`, {
    values: { seconds: timeout / 1000 },
  })

const consumed = () =>
  new AutomationError('body_consumed', 'Something in front of this source read the body, so it cannot be checked.')

/**
 * What a body says that it is, in small letters and without parameters; empty when it says nothing.
 * @param shown what of a text may go on and be shown: refusals quote what the request says
 * @throws AutomationError `unsupported_media_type` for one that is compressed, or not in UTF-8
 */
export function mediaTypeOf(headers: IncomingHttpHeaders, shown: (text: string) => string): string {
  const encoding = headers['content-encoding']?.trim()
  if (encoding && encoding.toLowerCase() !== 'identity') {
    throw unsupported(`A body with Content-Encoding "${shown(encoding)}" is not accepted; send it without.`)
  }
  if (headers['content-type'] === JSON_TYPE) return JSON_TYPE
  // before its letters are small: a secret has its own
  const given = shown(headers['content-type'] ?? '')
  const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  if (charset !== undefined && !/^charset="?utf-?8"?$/.test(charset)) {
    throw unsupported('The charset must be utf-8, as JSON has no other.')
  }
  return type
}

const JSON_TYPE = 'application/json'

/**
 * Whether a body is JSON in UTF-8 as it stands.
 * @throws AutomationError `unsupported_media_type`
 */
export function checkMediaType(headers: IncomingHttpHeaders, shown: (text: string) => string): void {
  if (mediaTypeOf(headers, shown) !== JSON_TYPE) throw unsupported('The Content-Type must be application/json.')
}

/** RFC 6839, section 3.1: what ends in +json is JSON too. */
export const isJsonType = (type: string): boolean =>
  /^(?:application|text)\/(?:json|[^;\s]+\+json)\s*(?:;|$)/i.test(type)

export const unsupported = (message: string) => new AutomationError('unsupported_media_type', message)

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Parses JSON text in UTF-8; a byte order mark before it is passed over.
 * @param shown what of a text may go on and be shown
 * @throws AutomationError `body_invalid`
 */
export function parseBody(body: Buffer, shown: (text: string) => string = (text) => text): unknown {
  const text = textOf(body, shown)
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw invalid(`The body is not JSON: ${cause instanceof Error ? cause.message : 'it cannot be parsed'}.`, cause)
  }
}

/**
 * The text of a body, not parsed yet.
 * @throws AutomationError `body_invalid` when it is empty, or not in UTF-8
 */
export function textOf(body: Buffer, shown: (text: string) => string): string {
  if (body.length === 0) throw invalid('The body is empty.')
  try {
    return shown(UTF8.decode(body))
  } catch (cause) {
    throw invalid('The body is not UTF-8.', cause)
  }
}

const invalid = (message: string, cause?: unknown) =>
  new AutomationError('body_invalid', message, { details: [{ path: '', message }], cause })
