import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

/** `HTTP/1.1 100` or `101` up to its last digit; of any 1.x. */
const BEFORE_LAST_DIGIT = /^HTTP\/1\.\d 10$/
const STATUS_LINE = 'HTTP/1.1 100'.length
const ZERO = '0'.charCodeAt(0)
const ONE = '1'.charCodeAt(0)
const TWO = '2'.charCodeAt(0)

/**
 * RFC 9110, section 15.2: a client passes over interim answers that it did not ask for. undici does, but for 100 and
 * 101, at which it gives the request up. So those are read as 102, which means as little: same length, same end. Only
 * heads of answers are looked at, never a body.
 */
class Heads {
  /** Whether an answer's head comes next: since a request was begun, until its final status. */
  #awaited = false
  /** Of the head that is being read, as far as it is the status line up to its code. */
  #line = ''
  /** The last bytes of an interim head, by which its end is known. */
  #tail = ''

  await(): void {
    this.#awaited = true
    this.#line = ''
  }

  /** Changes a chunk in place. */
  read(chunk: Buffer): void {
    for (let at = 0; this.#awaited && at < chunk.length; at += 1) {
      if (this.#line.length < STATUS_LINE) this.#readStatus(chunk, at)
      else this.#passOver(chunk[at]!)
    }
  }

  #readStatus(chunk: Buffer, at: number): void {
    if (this.#line.length === STATUS_LINE - 1 && BEFORE_LAST_DIGIT.test(this.#line)) {
      if (chunk[at] === ZERO || (chunk[at] === ONE && !isSwitch(chunk.subarray(at)))) chunk[at] = TWO
    }
    this.#line += String.fromCharCode(chunk[at]!)
    // anything but an interim answer is final, however it goes on
    if (this.#line.length === STATUS_LINE && !/^HTTP\/1\.\d 1/.test(this.#line)) this.#awaited = false
  }

  #passOver(byte: number): void {
    this.#tail = (this.#tail + String.fromCharCode(byte)).slice(-4)
    if (!this.#tail.endsWith('\n\r\n') && !this.#tail.endsWith('\n\n')) return
    this.#line = ''
    this.#tail = ''
  }
}

/** Whether, after a head that says so, something else than HTTP follows: then there will be no answer. */
function isSwitch(rest: Buffer): boolean {
  const [head = '', after = ''] = rest.toString('latin1').split('\r\n\r\n', 2)
  return /\r\nupgrade:/i.test(head) && !after.startsWith('HTTP/1.')
}

/** Makes a connection bear a `100 Continue` that nobody asked for. */
export function passOverContinue<S extends Socket>(socket: S): S {
  const heads = new Heads()
  const { read, write } = socket
  socket.read = (size?: number) => {
    const chunk: unknown = read.call(socket, size)
    if (Buffer.isBuffer(chunk)) heads.read(chunk)
    return chunk
  }
  socket.write = ((data: unknown, ...rest: []) => {
    // undici writes the head of a request as text, and nothing else: a body is bytes
    if (typeof data === 'string') heads.await()
    return write.call(socket, data as string, ...rest)
  }) as typeof socket.write
  return socket
}

/** The same for all that a connector connects. */
export function lenient(connect: buildConnector.connector): buildConnector.connector {
  return (endpoint, callback) => {
    connect(endpoint, (...[error, socket]: Parameters<buildConnector.Callback>) => {
      if (socket) callback(null, passOverContinue(socket as Socket))
      else callback(error as Error, null)
    })
  }
}
