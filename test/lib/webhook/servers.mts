import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net, { type AddressInfo, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A request as a server got it. */
export interface Received {
  readonly method: string
  readonly path: string
  /** Names as they were sent, in order. */
  readonly rawHeaders: readonly string[]
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

export interface TestServer {
  readonly port: number
  readonly url: string
  readonly received: Received[]
  /** How many connections it has seen. */
  connections: number
  close(): Promise<void>
}

type Respond = (response: http.ServerResponse, request: Received) => void
const ok: Respond = (response) => response.end('ok')

const open = new Set<TestServer | RawServer>()

/** For `afterEach`: no test leaves a server behind. */
export async function closeServers(): Promise<void> {
  await Promise.all([...open].map((server) => server.close()))
  open.clear()
}

export async function httpServer(
  respond: Respond = ok,
  options: { tls?: https.ServerOptions; host?: string } = {},
): Promise<TestServer> {
  const received: Received[] = []
  const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = request
      const got = { method, path: url, rawHeaders, headers, body: Buffer.concat(chunks) }
      received.push(got)
      respond(response, got)
    })
  }
  const server = options.tls ? https.createServer(options.tls, handle) : http.createServer(handle)
  const result = await listen(server, options.host ?? '127.0.0.1')
  server.on('connection', () => {
    result.connections += 1
  })
  server.on('tlsClientError', () => {})
  const testServer = Object.assign(result, { url: `${options.tls ? 'https' : 'http'}://${at(result)}`, received })
  open.add(testServer)
  return testServer
}

export interface RawServer {
  readonly port: number
  readonly url: string
  connections: number
  /** Everything that was sent to it. */
  readonly received: Buffer[]
  /** Resolves when every connection that was made is closed. */
  closed(): Promise<void>
  close(): Promise<void>
}

/** A server below HTTP: `talk` gets each connection after the first bytes of its request. */
export async function rawServer(talk: (socket: Socket, data: Buffer) => void): Promise<RawServer> {
  const received: Buffer[] = []
  const ends: Promise<unknown>[] = []
  const server = net.createServer((socket) => {
    result.connections += 1
    ends.push(new Promise((resolve) => socket.on('close', resolve)))
    socket.on('error', () => {})
    socket.on('data', (data) => received.push(data))
    socket.once('data', (data) => talk(socket, data))
  })
  const result = await listen(server, '127.0.0.1')
  const closed = async () => {
    await Promise.all(ends)
  }
  const raw = Object.assign(result, { url: `http://${at(result)}`, received, closed })
  open.add(raw)
  return raw
}

interface Listening {
  readonly port: number
  readonly host: string
  connections: number
  close(): Promise<void>
}

async function listen(server: net.Server, host: string): Promise<Listening> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { port: (server.address() as AddressInfo).port, host, connections: 0, close }
}

const at = ({ host, port }: Listening) => `${host.includes(':') ? `[${host}]` : host}:${port}`

export interface Certificate {
  readonly cert: Buffer
  readonly key: Buffer
}

/** Certificates made by openssl, each signed by the one authority or by itself. */
export class Certificates {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'certificates-'))
  #count = 0
  readonly authority: Certificate

  constructor() {
    this.authority = this.selfSigned('Test authority')
  }

  selfSigned(name: string): Certificate {
    return this.#make((key, cert) => [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${altName(name)}`, '-keyout', key, '-out', cert],
    ])
  }

  /** Signed by the authority; valid for two days from now, or expired yesterday. */
  issued(name: string, { expired = false } = {}): Certificate {
    const authority = { cert: this.#path('1.cert'), key: this.#path('1.key') }
    const request = this.#path(`${this.#count + 1}.csr`)
    const day = (offset: number) =>
      new Date(Date.now() + offset * 86_400_000).toISOString().replace(/[-:T]/g, '').replace(/\..*/, 'Z')
    const key = this.#path(`${this.#count + 1}.key`)
    run([
      ...['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${altName(name)}`, '-keyout', key, '-out', request],
    ])
    return this.#make((_, cert) => [
      ...['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey', authority.key, '-copy_extensions', 'copy'],
      ...(expired ? ['-days', '-1'] : ['-days', '2']),
      ...['-set_serial', day(0).replace(/\D/g, '') + this.#count, '-out', cert],
    ])
  }

  #make(command: (key: string, cert: string) => string[]): Certificate {
    this.#count += 1
    const key = this.#path(`${this.#count}.key`)
    const cert = this.#path(`${this.#count}.cert`)
    run(command(key, cert))
    return { cert: readFileSync(cert), key: readFileSync(key) }
  }

  #path(name: string): string {
    return path.join(this.#folder, name)
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }
}

const altName = (name: string) => (net.isIP(name) ? `IP:${name}` : `DNS:${name.replaceAll(' ', '-')}`)

function run(command: string[]): void {
  execFileSync('openssl', command, { stdio: ['ignore', 'ignore', 'pipe'] })
}
