import type { IncomingHttpHeaders } from 'node:http'
import type { Dispatcher } from 'undici'
import { ProtocolError } from './failure.js'

/** So much of an answer is read and kept. */
export const RESPONSE_BYTES = 16 * 1024

/** What came back, before anything in it is scrubbed. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** At most 16 KiB of the body, as it came. */
  readonly bytes: Buffer
  /** False when the body went on, or broke off. */
  readonly complete: boolean
}

/**
 * One request and its answer, at undici's own interface for handlers: an answer of which 16 KiB are kept needs no
 * stream, and a stream costs as much as all the rest of a request.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /**
   * Resolves once the answer is there, or as much of it as is kept; the status decides, so a body that breaks off does
   * not make it fail. Rejects with why there is none.
   */
  readonly answer: Promise<Answer>
  #resolve!: (answer: Answer) => void
  #reject!: (error: Error) => void
  #controller: Dispatcher.DispatchController | null = null
  #stopped: Error | null = null
  #status = 0
  #headers: IncomingHttpHeaders = {}
  #chunks: Buffer[] = []
  #size = 0

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  /** Gives it up, also before there is a connection, which undici would wait for. */
  stop(reason: Error): void {
    this.#stopped ??= reason
    this.#controller?.abort(reason)
    this.#end(reason)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#stopped !== null) controller.abort(this.#stopped)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    // RFC 9110, section 15.2: interim answers, the one that counts follows
    if (status < 200) return
    if (status > 599) {
      this.stop(new ProtocolError(`answered with the status ${status}, which is not one of HTTP’s (100 to 599)`))
      return
    }
    this.#status = status
    this.#headers = headers
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size <= RESPONSE_BYTES) return
    this.#finish(false)
    controller.abort(new Error('more is not read'))
  }

  onResponseEnd(): void {
    this.#finish(true)
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#end(error)
  }

  #end(error: Error): void {
    if (this.#status === 0) this.#reject(error)
    else this.#finish(false)
  }

  #finish(complete: boolean): void {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, headers: this.#headers, bytes: bytes.subarray(0, RESPONSE_BYTES), complete })
  }
}
