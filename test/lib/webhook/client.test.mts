import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { setImmediate, setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import { closeServers, httpServer, rawServer } from './servers.mts'
import { client, closeClients, request, send, tokenWebhook, webhook } from './webhooks.mts'

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n'

/** Sends `text` again and again until the other side hangs up. */
function drip(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs)
  socket.on('close', () => clearInterval(timer))
}

describe('the webhook client', () => {
  afterEach(async () => {
    await closeClients()
    await closeServers()
  })

  it('sends the request as it was built, and gives the answer', async () => {
    const server = await httpServer((response) => {
      response.writeHead(201, { 'X-Answer': 'yes', 'Set-Cookie': ['a=1', 'b=2'] })
      response.end('{"done":true}')
    })
    const to = tokenWebhook({ url: `${server.url}/in?a=b&c=%20`, signing: 'wandb' }, { signing: new Secret('key') })
    const sent = request(to, '{"text":"Grüße 🌍"}')
    const { response, failure, durationMs } = await client(to).send(sent)
    assert.equal(failure, undefined)
    assert.equal(response?.status, 201)
    assert.equal(response.body, '{"done":true}')
    assert.equal(response.complete, true)
    assert.equal(response.headers['x-answer'], 'yes')
    assert.deepEqual(response.headers['set-cookie'], ['a=1', 'b=2'])
    assert.ok(Number.isInteger(durationMs) && durationMs >= 0)

    const [got] = server.received
    assert.equal(got?.method, 'POST')
    assert.equal(got.path, '/in?a=b&c=%20')
    assert.equal(got.body.toString(), '{"text":"Grüße 🌍"}')
    const names = got.rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
    assert.deepEqual(names, [
      ...['host', 'connection', 'content-type', 'user-agent', 'authorization', 'webhook-id', 'webhook-timestamp'],
      ...['x-automation-attempt', 'x-wandb-signature', 'content-length'],
    ])
    for (const [name, value] of Object.entries(sent.headers)) assert.equal(got.headers[name.toLowerCase()], value)
  })

  for (const method of ['PUT', 'PATCH']) {
    it(`sends by ${method} when the webhook says so`, async () => {
      const server = await httpServer()
      await send(server.url, { method })
      assert.equal(server.received[0]?.method, method)
    })
  }

  it('#39 keeps its connection between requests, and makes a new one when the endpoint closed it', async () => {
    const server = await httpServer((response) => {
      if (server.received.length === 2) response.setHeader('Connection', 'close')
      response.end('ok')
    })
    const to = webhook({ url: server.url })
    const sender = client(to)
    for (let count = 1; count <= 3; count++) {
      assert.equal((await sender.send(request(to))).response?.status, 200)
      await setImmediate()
    }
    assert.equal(server.received.length, 3)
    assert.equal(server.connections, 2)
  })

  it('#39 makes no second request when a kept connection is reset under it', async () => {
    const server = await rawServer((socket) => {
      const requests = () => Buffer.concat(server.received).toString().split('{}').length - 1
      const answer = () => {
        if (requests() === 1) socket.write(`${HEAD}Content-Length: 2\r\n\r\nok`)
        if (requests() === 2) socket.resetAndDestroy()
      }
      socket.on('data', answer)
      answer()
    })
    const to = webhook({ url: server.url, timeout: 5 })
    const sender = client(to)
    assert.equal((await sender.send(request(to))).response?.status, 200)
    await setImmediate()
    const second = await sender.send(request(to))
    assert.equal(second.failure?.code, 'network')
    assert.match(second.failure.message, /closed the connection before it answered/)
    assert.equal(server.connections, 1)
    assert.equal(Buffer.concat(server.received).toString().split('POST / HTTP/1.1').length - 1, 2)
  })

  for (const status of [301, 302, 303, 307, 308]) {
    it(`#27 does not follow a ${status}: the other host sees nothing`, async () => {
      const other = await httpServer()
      const server = await httpServer((response) => response.writeHead(status, { Location: other.url }).end())
      const { response } = await send(server.url)
      assert.equal(response?.status, status)
      assert.equal(server.received.length, 1)
      assert.equal(other.connections, 0)
    })
  }

  for (const location of ['/', 'file:///etc/passwd', 'http://169.254.169.254/latest/meta-data/']) {
    it(`#28 does not follow a redirect to ${location} either`, async () => {
      const server = await httpServer((response) => response.writeHead(302, { Location: location }).end())
      assert.equal((await send(server.url)).response?.status, 302)
      assert.equal(server.received.length, 1)
    })
  }

  describe('gives up', () => {
    it('#22 an endpoint that never answers, at the timeout, and hangs up', async () => {
      const server = await rawServer(() => {})
      const started = performance.now()
      const { failure } = await send(server.url, { timeout: 0.3 })
      const took = performance.now() - started
      assert.equal(failure?.code, 'timeout')
      assert.match(failure.message, /^127\.0\.0\.1:\d+ did not answer within 0\.3 s \(timeout\)\.$/)
      assert.ok(took >= 295 && took < 2_000, String(took))
      await server.closed()
    })

    it('#23 an endpoint that drips its headers: every byte would start an idle timeout anew', async () => {
      const server = await rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nX-Slow: ')
        drip(socket, 'x', 20)
      })
      const { failure } = await send(server.url, { timeout: 0.3 })
      assert.equal(failure?.code, 'timeout')
      await server.closed()
    })

    it('#22 each request after its own time, however many wait and whenever they began', async () => {
      const server = await rawServer(() => {})
      const to = webhook({ url: server.url, timeout: 0.4 })
      const sender = client(to)
      const timed = async (wait: number) => {
        await sleep(wait)
        const { failure, durationMs } = await sender.send(request(to))
        assert.equal(failure?.code, 'timeout')
        return durationMs
      }
      const took = await Promise.all([0, 50, 50, 200, 350, 600].map(timed))
      for (const ms of took) assert.ok(ms >= 395 && ms < 550, String(took))
      assert.equal((await sender.send(request(to))).failure?.code, 'timeout')
    })

    it('what its caller gives up and nothing else, with the caller’s reason', async () => {
      const server = await rawServer(() => {})
      const to = webhook({ url: server.url, timeout: 0.5 })
      const sender = client(to)
      const [stop, other] = [new AbortController(), new AbortController()]
      const stopped = [1, 2, 3].map(() => sender.send(request(to), { signal: stop.signal }))
      const goingOn = [sender.send(request(to), { signal: other.signal }), sender.send(request(to))]
      stop.abort(new Error('Node-RED stops'))
      for (const sending of stopped) await assert.rejects(sending, /Node-RED stops/)
      for (const { failure } of await Promise.all(goingOn)) assert.equal(failure?.code, 'timeout')
    })

    it('when its caller does, with the caller’s reason', async () => {
      const server = await rawServer(() => {})
      const to = webhook({ url: server.url })
      const stop = new AbortController()
      const sending = client(to).send(request(to), { signal: stop.signal })
      stop.abort(new Error('Node-RED stops'))
      await assert.rejects(sending, /Node-RED stops/)
      await assert.rejects(client(to).send(request(to), { signal: stop.signal }), /Node-RED stops/)
    })
  })

  describe('takes a delivery for done after a 2xx status line', () => {
    it('#23 when the body drips beyond the timeout', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
        drip(socket, '1\r\nx\r\n', 20)
      })
      const { response } = await send(server.url, { timeout: 0.3 })
      assert.equal(response?.status, 200)
      assert.equal(response.complete, false)
      assert.match(response.body, /^x+$/)
      await server.closed()
    })

    it('#21 when the connection breaks in the body', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}Content-Length: 100\r\n\r\nhalf`)
        setTimeout(() => socket.resetAndDestroy(), 50)
      })
      const { response } = await send(server.url)
      assert.equal(response?.status, 200)
      assert.equal(response.complete, false)
      assert.equal(response.body, 'half')
    })

    it('#38 when the chunks of the body are garbage', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n`)
        setTimeout(() => socket.write('zzz\r\n'), 50)
      })
      const { response } = await send(server.url)
      assert.equal(response?.status, 200)
      assert.equal(response.body, 'ok')
    })

    it('#25 when the body never ends: 16 KiB are kept, and the connection is closed', async () => {
      const server = await rawServer((socket) => {
        socket.write(`${HEAD}\r\n`)
        const flood = () => {
          while (!socket.destroyed && socket.write('x'.repeat(65_536)));
        }
        socket.on('drain', flood)
        flood()
      })
      const before = process.memoryUsage().rss
      const { response } = await send(server.url)
      assert.equal(response?.body.length, 16_384)
      assert.equal(response.complete, false)
      await server.closed()
      assert.ok(process.memoryUsage().rss - before < 60e6)
    })
  })

  it('reads an answer of exactly 16 KiB to its end, and keeps the connection', async () => {
    const server = await httpServer((response) => response.end('x'.repeat(16_384)))
    const to = webhook({ url: server.url })
    const sender = client(to)
    for (let count = 1; count <= 2; count++) {
      const { response } = await sender.send(request(to))
      assert.equal(response?.complete, true)
      assert.equal(response.body.length, 16_384)
      await setImmediate()
    }
    assert.equal(server.connections, 1)
  })

  it('takes headers with the names of an object’s own machinery as they come', async () => {
    const server = await rawServer((socket) => {
      socket.end(`${HEAD}__proto__: x\r\nconstructor: y\r\nContent-Length: 2\r\n\r\nok`)
    })
    const { response } = await send(server.url)
    assert.equal(response?.body, 'ok')
    assert.equal(Object.getPrototypeOf(response.headers), Object.prototype)
    assert.equal(Object.getOwnPropertyDescriptor(response.headers, '__proto__')?.value, 'x')
    assert.equal(response.headers['constructor'], 'y')
  })

  it('#26 inflates nothing, and asks for nothing compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    const server = await httpServer((response) => {
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
    })
    const { response } = await send(server.url)
    assert.equal(response?.body, `[${bomb.length} bytes, Content-Encoding gzip]`)
    assert.equal(server.received[0]?.headers['accept-encoding'], undefined)
  })

  it('#26 survives a chain of 5,000 content encodings', async () => {
    const server = await httpServer((response) => {
      response.writeHead(200, { 'Content-Encoding': Array<string>(5000).fill('x').join(',') }).end('ok')
    })
    assert.equal((await send(server.url)).response?.status, 200)
  })

  it('reads text in the charset that it declares', async () => {
    const server = await httpServer((response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=iso-8859-1' }).end(Buffer.from([0xe9]))
    })
    assert.equal((await send(server.url)).response?.body, 'é')
  })

  /** [what the server does, with the raw bytes of its answer] */
  const BROKEN: readonly [what: string, talk: (socket: Socket) => void, message?: RegExp][] = [
    ['closes without a word', (socket) => socket.end(), /closed the connection before it answered \(UND_ERR_SOCKET\)/],
    ['resets before the headers', (socket) => socket.resetAndDestroy(), /closed the connection.*\(ECONNRESET\)/],
    [
      'resets within the headers',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nX-A: b', () => socket.resetAndDestroy()),
    ],
    ['answers garbage', (socket) => socket.write('\u0000\u0001 hello\r\n\r\n'), /did not answer in proper HTTP/],
    ['answers as HTTP/0.9', (socket) => socket.end('<html>hello</html>'), /did not answer in proper HTTP/],
    [
      'answers in another protocol',
      (socket) => socket.end('220 mail.example ESMTP\r\n'),
      /did not answer in proper HTTP/,
    ],
    ['answers with status 999', (socket) => socket.write('HTTP/1.1 999 No\r\nContent-Length: 0\r\n\r\n'), /status 999/],
    ['answers with status 600', (socket) => socket.write('HTTP/1.1 600 No\r\nContent-Length: 0\r\n\r\n'), /status 600/],
    ['answers with status 099', (socket) => socket.write('HTTP/1.1 099 No\r\nContent-Length: 0\r\n\r\n')],
    [
      'sends both Transfer-Encoding and Content-Length',
      (socket) =>
        socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
    ],
    [
      'sends two lengths',
      (socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nok'),
    ],
    [
      'sends a header of 20 KB',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-Big: ${'x'.repeat(20_000)}\r\nContent-Length: 0\r\n\r\n`),
      /more than 16 KiB of headers/,
    ],
    ['sends a line break in a header', (socket) => socket.write('HTTP/1.1 200 OK\r\nX\u0000Y: b\r\n\r\n')],
    [
      'switches protocols',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    ],
  ]
  for (const [what, talk, message] of BROKEN) {
    it(`#21 #37 #38 reports an endpoint that ${what} as a network error, and works with the next one`, async () => {
      const server = await rawServer((socket) => {
        if (server.connections === 1) talk(socket)
        else socket.end(`${HEAD}Content-Length: 2\r\n\r\nok`)
      })
      const to = webhook({ url: server.url, timeout: 5 })
      const sender = client(to)
      const { failure, response } = await sender.send(request(to))
      assert.equal(response, undefined)
      assert.equal(failure?.code, 'network', failure?.message)
      assert.match(failure.message, /^127\.0\.0\.1:\d+ /)
      if (message) assert.match(failure.message, message)
      assert.equal((await sender.send(request(to))).response?.body, 'ok')
    })
  }

  /** RFC 9110, section 15.2: a client passes over interim answers, whether it asked for them or not. */
  const INTERIM: readonly (readonly [what: string, bytes: string])[] = [
    ['a 100', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a 100 without a reason', 'HTTP/1.1 100\r\n\r\n'],
    ['a 100 with headers', 'HTTP/1.1 100 Continue\r\nX-Note: HTTP/1.1 200 OK\r\nDate: today\r\n\r\n'],
    ['two 100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
    ['a 102', 'HTTP/1.1 102 Wait\r\nLink: </x>\r\n\r\n'],
    ['a 103', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
    ['a 103 and a 100', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n'],
    ['a 101 that switches to nothing', 'HTTP/1.1 101 Go on\r\n\r\n'],
    ['a 101 that switches to HTTP', 'HTTP/1.1 101 Go on\r\nUpgrade: HTTP/1.1\r\nConnection: upgrade\r\n\r\n'],
    ['a 104', 'HTTP/1.1 104 Upload Resumption Supported\r\n\r\n'],
    ['a 199', 'HTTP/1.1 199 Miscellaneous\r\n\r\n'],
  ]
  for (const [what, bytes] of INTERIM) {
    it(`#37 passes over ${what} before the answer`, async () => {
      const server = await rawServer((socket) => {
        socket.end(`${bytes}${HEAD}Content-Length: 2\r\n\r\nok`)
      })
      const { response, failure } = await send(server.url)
      assert.equal(failure, undefined)
      assert.equal(response?.status, 200)
      assert.equal(response.body, 'ok')
    })
  }

  it('#37 passes over a 100 wherever the network cuts it, again and again over one connection', async () => {
    const whole = `HTTP/1.1 100 Continue\r\n\r\n${HEAD}Content-Length: 13\r\n\r\nHTTP/1.1 100 `
    let cut = 0
    const server = await rawServer((socket, first) => {
      socket.setNoDelay()
      const answer = (data: Buffer) => {
        // the body may come by itself
        if (!data.includes('POST ')) return
        socket.write(whole.slice(0, cut))
        setTimeout(() => socket.write(whole.slice(cut)), 5)
      }
      answer(first)
      socket.on('data', answer)
    })
    const to = webhook({ url: server.url, timeout: 5 })
    const sender = client(to)
    for (cut = 1; cut < 40; cut += 1) {
      const { response, failure } = await sender.send(request(to))
      assert.equal(failure, undefined, `cut at ${cut}`)
      // what looks like a head inside a body is left as it is
      assert.equal(response?.body, 'HTTP/1.1 100 ', `cut at ${cut}`)
    }
    assert.ok(server.connections < 5, `${server.connections} connections`)
  })

  it('#20 names a refused connection', async () => {
    const server = await rawServer(() => {})
    await server.close()
    const { failure } = await send(server.url)
    assert.equal(failure?.code, 'network')
    assert.equal(failure.message, `127.0.0.1:${server.port} refused the connection (ECONNREFUSED).`)
  })

  it('closes when it is told to, after the request that it makes', async () => {
    const server = await httpServer((response) => setTimeout(() => response.end('late'), 100))
    const to = webhook({ url: server.url })
    const sender = client(to)
    const sending = sender.send(request(to))
    await sender.close()
    assert.equal((await sending).response?.body, 'late')
  })
})
