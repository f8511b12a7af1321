import { createServer, type Server, type Socket } from 'node:net'
import pg from 'pg'
import type { PostgresServer } from './postgres.mts'

/** Messages of PostgreSQL's protocol (https://www.postgresql.org/docs/current/protocol-message-formats.html). */
const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104
const CANCEL_REQUEST = 80_877_102
const [QUERY, SYNC, TERMINATE, READY, NOTIFICATION] = ['Q', 'S', 'X', 'Z', 'A'] as const
const IDLE = 'I'

const message = (type: string, body: Buffer): Buffer => {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}
const parameter = (name: string, value: string) => message('S', Buffer.from(`${name}\0${value}\0`))
const WELCOME = Buffer.concat([
  message('R', Buffer.alloc(4)),
  parameter('client_encoding', 'UTF8'),
  parameter('standard_conforming_strings', 'on'),
  message('K', Buffer.alloc(8)),
  message(READY, Buffer.from(IDLE)),
])

/** Cuts a stream of bytes into messages with a letter before their length. */
class Messages {
  #rest: Buffer = Buffer.alloc(0)

  of(bytes: Buffer): Buffer[] {
    const whole: Buffer[] = []
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 5 && this.#rest.length > this.#rest.readInt32BE(1)) {
      const length = this.#rest.readInt32BE(1) + 1
      whole.push(this.#rest.subarray(0, length))
      this.#rest = this.#rest.subarray(length)
    }
    return whole
  }
}

const typeOf = (bytes: Buffer) => String.fromCharCode(bytes[0]!)

/** A connection to the server, which belongs to a client for one transaction. */
interface Backend {
  readonly socket: Socket
  client: PooledClient | null
}

interface PooledClient {
  readonly socket: Socket
  backend: Backend | null
  /** Not sent yet, because every backend belongs to somebody. */
  waiting: Buffer[]
  /** Of what was sent, so many have not been answered to the end. */
  asked: number
}

/**
 * A pooler in transaction mode: each transaction of a client goes to another connection to the server, in turn, and what the
 * server says to nobody in particular goes to nobody. So prepared statements, settings, locks and LISTEN of a session are of
 * no use behind it, as behind PgBouncer.
 */
export class Pooler {
  readonly #backends: Backend[] = []
  readonly #queue: PooledClient[] = []
  readonly #clients = new Set<PooledClient>()
  readonly #server: Server
  readonly #url: string
  #ended = false

  private constructor(url: string) {
    this.#url = url
    this.#server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
  }

  static async before(server: PostgresServer, size: number): Promise<Pooler> {
    const pooler = new Pooler(server.url())
    for (let index = 0; index < size; index += 1) await pooler.#connect()
    await new Promise<void>((resolve) => pooler.#server.listen(0, '127.0.0.1', resolve))
    return pooler
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  async end(): Promise<void> {
    this.#ended = true
    for (const { socket } of [...this.#clients, ...this.#backends]) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The driver logs in; the socket is ours from then on. */
  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#url })
    await client.connect()
    const socket = (client as unknown as { connection: { stream: Socket } }).connection.stream
    for (const name of ['data', 'error', 'close', 'end']) socket.removeAllListeners(name)
    socket.setNoDelay(true)
    const backend: Backend = { socket, client: null }
    const messages = new Messages()
    socket.on('data', (bytes) => {
      for (const each of messages.of(bytes)) this.#answered(backend, each)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#lost(backend))
    this.#backends.push(backend)
    this.#serve()
  }

  #lost(backend: Backend): void {
    this.#backends.splice(this.#backends.indexOf(backend), 1)
    backend.client?.socket.destroy()
    if (!this.#ended) this.#connect().catch(() => {})
  }

  #accept(socket: Socket): void {
    const client: PooledClient = { socket, backend: null, waiting: [], asked: 0 }
    const messages = new Messages()
    let isIn = false
    this.#clients.add(client)
    socket.on('data', (bytes) => {
      if (isIn) for (const each of messages.of(bytes)) this.#ask(client, each)
      else isIn = this.#greet(socket, bytes)
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#left(client))
  }

  /** Everybody may in. @returns whether the client is in */
  #greet(socket: Socket, bytes: Buffer): boolean {
    const code = bytes.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write('N')
    else if (code === CANCEL_REQUEST) socket.destroy()
    else {
      socket.write(WELCOME)
      return true
    }
    return false
  }

  #left(client: PooledClient): void {
    this.#clients.delete(client)
    if (this.#queue.includes(client)) this.#queue.splice(this.#queue.indexOf(client), 1)
    // a transaction that is left open ends with its connection
    client.backend?.socket.destroy()
  }

  #ask(client: PooledClient, bytes: Buffer): void {
    const type = typeOf(bytes)
    if (type === TERMINATE) {
      client.socket.end()
      return
    }
    if (type === QUERY || type === SYNC) client.asked += 1
    if (client.backend !== null) {
      client.backend.socket.write(bytes)
      return
    }
    client.waiting.push(Buffer.from(bytes))
    if (!this.#queue.includes(client)) this.#queue.push(client)
    this.#serve()
  }

  /** The backend that has rested longest is next, so that hardly any client has the same one twice. */
  #serve(): void {
    for (;;) {
      const backend = this.#backends.find((each) => each.client === null)
      const client = backend && this.#queue.shift()
      if (backend === undefined || client === undefined) return
      backend.client = client
      client.backend = backend
      for (const bytes of client.waiting.splice(0)) backend.socket.write(bytes)
    }
  }

  #answered(backend: Backend, bytes: Buffer): void {
    const { client } = backend
    const type = typeOf(bytes)
    if (client === null || type === NOTIFICATION) return
    client.socket.write(Buffer.from(bytes))
    if (type !== READY) return
    client.asked -= 1
    if (client.asked > 0 || String.fromCharCode(bytes[5]!) !== IDLE) return
    client.backend = null
    backend.client = null
    this.#backends.push(...this.#backends.splice(this.#backends.indexOf(backend), 1))
    this.#serve()
  }
}
