import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface TestProxy {
  readonly port: number
  /** Hosts that were asked for, as `host:port`. */
  readonly asked: string[]
  /** `Proxy-Authorization` of each request, or user and password of SOCKS. */
  readonly credentials: (string | undefined)[]
  close(): Promise<void>
}

interface Options {
  /** Answers everything with this status. */
  readonly refuse?: number
  /** Where everything goes, whatever it was addressed to. */
  readonly to: number
}

/** An HTTP proxy: forwards plain requests, tunnels others. */
export async function httpProxy({ refuse, to }: Options): Promise<TestProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const server = http.createServer((request, response) => {
    asked.push(new URL(request.url ?? '').host)
    credentials.push(request.headers['proxy-authorization'])
    if (refuse) {
      response.writeHead(refuse).end()
      return
    }
    const { 'proxy-authorization': _, ...headers } = request.headers
    const onward = http.request({
      port: to,
      host: '127.0.0.1',
      method: request.method,
      path: new URL(request.url ?? '').pathname,
      headers,
    })
    request.pipe(onward)
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    })
  })
  server.on('connect', (request, socket) => {
    asked.push(String(request.url))
    credentials.push(request.headers['proxy-authorization'])
    if (refuse) {
      socket.end(`HTTP/1.1 ${refuse} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    join(socket as Socket, to, () => socket.write('HTTP/1.1 200 OK\r\n\r\n'))
  })
  return listen(server, { asked, credentials })
}

/** A SOCKS5 proxy (RFC 1928) that wants user and password (RFC 1929) when they are given. */
export async function socksProxy({ to, password }: { to: number; password?: string }): Promise<TestProxy> {
  const asked: string[] = []
  const credentials: (string | undefined)[] = []
  const server = net.createServer((socket) => {
    socket.on('error', () => {})
    const method = password === undefined ? 0 : 2
    let next: (data: Buffer) => void = greet
    socket.on('data', (data) => next(data))
    function greet() {
      next = password === undefined ? connect : authenticate
      socket.write(Buffer.from([5, method]))
    }
    function authenticate(data: Buffer) {
      const user = data.subarray(2, 2 + data[1]!).toString()
      const given = data.subarray(3 + data[1]!).toString()
      credentials.push(`${user}:${given}`)
      next = connect
      socket.write(Buffer.from([1, given === password ? 0 : 1]))
    }
    function connect(data: Buffer) {
      const name = data[3] === 3 ? data.subarray(5, 5 + data[4]!).toString() : [...data.subarray(4, 8)].join('.')
      asked.push(`${name}:${data.readUInt16BE(data.length - 2)}`)
      socket.removeAllListeners('data')
      join(socket, to, () => socket.write(Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0])))
    }
  })
  return listen(server, { asked, credentials })
}

function join(socket: Socket, port: number, connected: () => void): void {
  const onward = net.connect(port, '127.0.0.1', () => {
    connected()
    socket.pipe(onward).pipe(socket)
  })
  onward.on('error', () => socket.destroy())
  socket.on('error', () => onward.destroy())
  socket.on('close', () => onward.destroy())
}

async function listen(server: net.Server, seen: Pick<TestProxy, 'asked' | 'credentials'>): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  return { ...seen, port: (server.address() as AddressInfo).port, close }
}
