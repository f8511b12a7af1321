// HTTP/1.1 as bytes, as much of it as this bench needs: its driver and its receiver share two cores with what they
// measure, and a client or server of Node.js would take as much of them as a Node-RED flow does.
import { connect } from 'node:net'

const HEAD_END = Buffer.from('\r\n\r\n')
const LAST_CHUNK = Buffer.from('0\r\n\r\n')

/**
 * Calls `take({head, body})` for each message that comes, both as latin1 text; a chunked body with its chunks' sizes.
 * @param socket a net.Socket
 */
export function readMessages(socket, take) {
  let rest = Buffer.alloc(0)
  socket.on('data', (data) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data])
    for (let end = endOf(rest); end !== null; end = endOf(rest)) {
      take({ head: rest.latin1Slice(0, end.head), body: rest.latin1Slice(end.head + 4, end.body) })
      rest = rest.subarray(end.body)
    }
  })
}

/** Where the first message's head and body end, or null while they are not all there. */
function endOf(bytes) {
  const head = bytes.indexOf(HEAD_END)
  if (head === -1) return null
  const text = bytes.latin1Slice(0, head)
  let body = head + 4 + Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? 0)
  if (/\r\ntransfer-encoding: *chunked/i.test(text)) {
    const last = bytes.indexOf(LAST_CHUNK, head + 4)
    if (last === -1) return null
    body = last + LAST_CHUNK.length
  }
  return body <= bytes.length ? { head, body } : null
}

/** A connection that posts one body after the other, and is made again when the other side closed it. */
export class Poster {
  #socket = null
  #answered = null
  #head
  #address

  constructor(url, headers) {
    const { hostname, port, host, pathname } = new URL(url)
    this.#address = { host: hostname, port: Number(port), noDelay: true }
    const lines = Object.entries({ Host: host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`)
    this.#head = `POST ${pathname} HTTP/1.1\r\n${lines.join('')}Content-Length: `
  }

  /** @returns the status, or null when there was no answer. The body is ASCII. */
  post(body) {
    return new Promise((resolve) => {
      this.#socket ??= this.#connect()
      this.#answered = resolve
      this.#socket.write(`${this.#head}${body.length}\r\n\r\n${body}`, 'latin1')
    })
  }

  #connect() {
    const socket = connect(this.#address)
    const answer = (status) => {
      const answered = this.#answered
      this.#answered = null
      answered?.(status)
    }
    readMessages(socket, ({ head }) => answer(Number(head.slice(9, 12))))
    socket.on('error', () => {})
    socket.on('close', () => {
      if (this.#socket === socket) this.#socket = null
      answer(null)
    })
    return socket
  }

  close() {
    this.#socket?.destroy()
  }
}
