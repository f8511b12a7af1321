import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { jsonPieces } from '../../../lib/json-pieces.js'

/** The event loop is Node-RED's: so many milliseconds of writing, then everything else has its turn. */
const SLICE_MS = 10
/** Bytes that are given to the connection at once. */
const CHUNK = 256 * 1024

/**
 * Writes a JSON answer piece by piece, no faster than its reader takes it, and ends when that is gone.
 * @throws what a value that cannot be written as JSON throws; part of the answer may be on its way then
 */
export async function writeJson(response: ServerResponse, value: unknown): Promise<void> {
  response.setHeader('Content-Type', 'application/json; charset=utf-8')
  const pieces = jsonPieces(value)
  const first = pieces.next()
  let next = pieces.next()
  if (next.done) {
    response.end(first.value)
    return
  }
  await give(response, String(first.value))
  let since = performance.now()
  for (; !next.done && !response.destroyed; next = pieces.next()) {
    await give(response, next.value)
    if (performance.now() - since < SLICE_MS) continue
    await nextTurn()
    since = performance.now()
  }
  response.end()
}

async function give(response: ServerResponse, text: string): Promise<void> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length && !response.destroyed; at += CHUNK) {
    if (!response.write(bytes.subarray(at, at + CHUNK))) await drained(response)
  }
}

/** Resolves when more may be written, or nobody reads any more. */
async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return
  const over = new AbortController()
  const { signal } = over
  try {
    await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })])
  } finally {
    over.abort()
  }
}
