import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import net, { type LookupFunction } from 'node:net'
import type { WebhookSettings } from '../../../dist/lib/webhook/compile.js'
import type { TlsSettings } from '../../../dist/lib/webhook/tls.js'
import { Certificates, closeServers, httpServer, rawServer } from './servers.mts'
import { client, closeClients, request, send, webhook } from './webhooks.mts'

/** A resolver that gives the next of the answers each time, the last one for ever, and notes what it was asked. */
function resolver(...answers: (readonly string[] | string)[]): LookupFunction & { readonly asked: string[] } {
  const asked: string[] = []
  const lookup: LookupFunction = (hostname, _options, callback) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)] ?? []
    asked.push(hostname)
    if (typeof answer === 'string') {
      callback(
        Object.assign(new Error(`getaddrinfo ${answer} ${hostname}`), { code: answer, syscall: 'getaddrinfo' }),
        [],
      )
      return
    }
    callback(
      null,
      answer.map((address): LookupAddress => ({ address, family: net.isIP(address) })),
    )
  }
  return Object.assign(lookup, { asked })
}

function sendTo(
  url: string,
  options: Parameters<typeof client>[1] = {},
  settings: Partial<WebhookSettings> = {},
  parts: Parameters<typeof webhook>[1] = {},
) {
  const to = webhook({ url, timeout: 5, ...settings }, parts)
  return client(to, options).send(request(to))
}

afterEach(async () => {
  await closeClients()
  await closeServers()
})

describe('names', () => {
  for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ESERVFAIL']) {
    it(`#41 that are not found (${code}) are a dns error`, async () => {
      const { failure } = await sendTo('http://nowhere.example:8080/', { lookup: resolver(code) })
      assert.deepEqual(failure, {
        code: 'dns',
        message: `nowhere.example:8080 could not be found by its name (${code}).`,
        proxyFault: false,
      })
    })
  }

  it('without any address are a dns error', async () => {
    assert.equal((await sendTo('http://nowhere.example/', { lookup: resolver([]) })).failure?.code, 'dns')
  })

  it('#41 whose resolver never answers are given up at the timeout', async () => {
    const { failure } = await sendTo('http://nowhere.example/', { lookup: () => {} }, { timeout: 0.2 })
    assert.equal(failure?.code, 'timeout')
  })

  it('are looked up once for requests at the same time', async () => {
    const server = await httpServer()
    let answer = () => {}
    const asked: string[] = []
    const lookup: LookupFunction = (hostname, _options, callback) => {
      asked.push(hostname)
      answer = () => callback(null, [{ address: '127.0.0.1', family: 4 }])
    }
    const to = webhook({ url: `http://name.example:${server.port}/` })
    const sender = client(to, { lookup })
    const sending = Array.from({ length: 8 }, () => sender.send(request(to)))
    while (asked.length === 0) await new Promise(setImmediate)
    answer()
    for (const { response } of await Promise.all(sending)) assert.equal(response?.status, 200)
    assert.deepEqual(asked, ['name.example'])
  })

  it('#44 fall back to their IPv4 address when the IPv6 one is dead', async () => {
    const server = await httpServer()
    const { response } = await sendTo(`http://name.example:${server.port}/`, { lookup: resolver(['::1', '127.0.0.1']) })
    assert.equal(response?.status, 200)
  })

  it('#44 may be IPv6 addresses, or stand for one', async () => {
    const server = await httpServer(undefined, { host: '::1' })
    assert.equal((await send(server.url)).response?.status, 200)
    const named = await sendTo(`http://name.example:${server.port}/`, { lookup: resolver(['::1']) })
    assert.equal(named.response?.status, 200)
    assert.equal(server.received[1]?.headers.host, `name.example:${server.port}`)
  })
})

describe('an address that may not be called', () => {
  const literals = [
    '127.0.0.1',
    '127.1',
    '0x7f.1',
    '2130706433',
    '0177.0.0.1',
    '127.0.0.1.',
    '[::ffff:127.0.0.1]',
    '[::1]',
  ]
  for (const host of literals) {
    it(`#43 is not connected to as ${host} in a URL`, async () => {
      const server = await httpServer(undefined, { host: host === '[::1]' ? '::1' : '127.0.0.1' })
      const { failure } = await sendTo(`http://${host}:${server.port}/`, { policy: 'public' })
      assert.equal(failure?.code, 'address_blocked')
      assert.match(failure.message, /this machine.*settings\.js/)
      assert.equal(server.connections, 0)
      assert.equal((await sendTo(`http://${host}:${server.port}/`)).response?.status, 200)
    })
  }

  it('is not connected to by a name', async () => {
    const server = await httpServer()
    const { failure } = await sendTo(`http://name.example:${server.port}/`, {
      policy: 'public',
      lookup: resolver(['127.0.0.1']),
    })
    assert.equal(failure?.code, 'address_blocked')
    assert.match(failure.message, /^name\.example \(127\.0\.0\.1\) may not be called/)
    assert.equal(server.connections, 0)
  })

  it('is not connected to by a name that has good addresses too', async () => {
    const server = await httpServer()
    const lookup = resolver(['127.0.0.1', '169.254.169.254'])
    const { failure } = await sendTo(`http://name.example:${server.port}/`, { lookup })
    assert.equal(failure?.code, 'address_blocked')
    assert.equal(server.connections, 0)
  })

  it('#42 is not connected to by a name that changes: what was checked is what is dialled', async () => {
    const server = await httpServer((response) => response.setHeader('Connection', 'close').end())
    const lookup = resolver(['127.0.0.1'], ['169.254.169.254'])
    const to = webhook({ url: `http://rebind.example:${server.port}/`, timeout: 5 })
    const sender = client(to, { lookup })
    assert.equal((await sender.send(request(to))).response?.status, 200)
    assert.equal((await sender.send(request(to))).failure?.code, 'address_blocked')
    assert.deepEqual(lookup.asked, ['rebind.example', 'rebind.example'])
  })

  it('#42 is not spoken to when only the connected socket tells', async () => {
    const server = await httpServer()
    // a policy that lets the name and its addresses pass, as a gap in both checks would
    let checks = 0
    const to = webhook({ url: `http://name.example:${server.port}/`, timeout: 5 })
    const { WebhookClient } = await import('../../../dist/lib/webhook/client.js')
    const { AutomationError } = await import('../../../dist/lib/error.js')
    const sender = new WebhookClient(to, {
      lookup: resolver(['127.0.0.1']),
      addressPolicy: {
        checkHost() {},
        checkAddresses(_hostname, addresses) {
          checks += 1
          if (checks === 2) throw new AutomationError('address_blocked', 'not this one')
          return [...addresses]
        },
      },
    })
    const { failure } = await sender.send(request(to))
    assert.equal(failure?.code, 'address_blocked')
    assert.equal(server.received.length, 0)
    await sender.close()
  })

  it('#21 is not what an endpoint has that resets the connection as soon as it is made', async () => {
    // a process of its own: the reset has to come between the connection and the look at it
    const script = `
      const server = require('node:net').createServer((socket) => socket.on('error', () => {}).resetAndDestroy())
      server.listen(0, '127.0.0.1', () => console.log(server.address().port))`
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    try {
      const [line] = await once(child.stdout, 'data')
      const to = webhook({ url: `http://127.0.0.1:${String(line).trim()}/`, timeout: 5 })
      const sender = client(to, { policy: ['127.0.0.0/8'] })
      for (let i = 0; i < 3_000; i++) {
        const { failure } = await sender.send(request(to))
        // `address_blocked` would be the end of the delivery
        assert.equal(failure?.code, 'network', `attempt ${i}: ${failure?.message}`)
      }
    } finally {
      child.kill()
    }
  }).timeout(30_000)

  it('is allowed again by the allowlist alone', async () => {
    const server = await httpServer()
    const url = `http://name.example:${server.port}/`
    const lookup = resolver(['::1', '127.0.0.1'])
    assert.equal((await sendTo(url, { lookup, policy: ['127.0.0.0/8'] })).response?.status, 200)
    assert.equal((await sendTo(url, { lookup, policy: ['name.example'] })).response?.status, 200)
    assert.equal((await sendTo(url, { lookup, policy: ['*.name.example'] })).failure?.code, 'address_blocked')
  })
})

describe('TLS', function () {
  this.timeout(10_000)
  let certificates: Certificates
  before(() => {
    certificates = new Certificates()
  })
  after(() => certificates.remove())

  const lookup = resolver(['127.0.0.1'])
  const sendTls = (port: number, tls?: TlsSettings, host = 'hooks.example') =>
    sendTo(`https://${host}:${port}/`, { lookup }, {}, tls ? { tls } : {})

  it('#40 accepts the authority of its configuration, and no other webhook does', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('hooks.example') })
    assert.equal((await sendTls(server.port, { ca: certificates.authority.cert })).response?.status, 200)
    const { failure } = await sendTls(server.port)
    assert.equal(failure?.code, 'tls')
    assert.match(failure.message, /^hooks\.example:\d+ has a certificate of an unknown authority.*\(UNABLE_TO_\w+\)\.$/)
    assert.equal(server.received.length, 1)
  })

  it('#40 accepts any certificate only when told to', async () => {
    const server = await httpServer(undefined, { tls: certificates.selfSigned('hooks.example') })
    const { failure } = await sendTls(server.port)
    assert.match(failure?.message ?? '', /self-signed certificate.*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/)
    assert.equal((await sendTls(server.port, { rejectUnauthorized: false })).response?.status, 200)
  })

  it('#40 refuses an expired certificate', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('hooks.example', { expired: true }) })
    const { failure } = await sendTls(server.port, { ca: certificates.authority.cert })
    assert.equal(failure?.code, 'tls')
    assert.match(failure.message, /has expired \(CERT_HAS_EXPIRED\)/)
  })

  it('#40 refuses a certificate for another name, unless the configuration expects it', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('other.example') })
    const ca = certificates.authority.cert
    const { failure } = await sendTls(server.port, { ca })
    assert.equal(failure?.code, 'tls')
    assert.match(failure.message, /for another name \(ERR_TLS_CERT_ALTNAME_INVALID\)/)
    assert.equal((await sendTls(server.port, { ca, servername: 'other.example' })).response?.status, 200)
  })

  it('knows an address in a certificate', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('127.0.0.1') })
    const tls = { ca: certificates.authority.cert }
    assert.equal((await sendTls(server.port, tls, '127.0.0.1')).response?.status, 200)
  })

  it('shows a client certificate', async () => {
    const ca = certificates.authority.cert
    const server = await httpServer(undefined, {
      tls: { ...certificates.issued('hooks.example'), ca, requestCert: true, rejectUnauthorized: true },
    })
    const own = certificates.issued('client.example')
    assert.equal((await sendTls(server.port, { ca, ...own })).response?.status, 200)
    assert.ok((await sendTls(server.port, { ca })).failure)
    assert.equal(server.received.length, 1)
  })

  it('#40 is not spoken on a port of plain HTTP', async () => {
    const server = await httpServer()
    const { failure } = await sendTls(server.port)
    assert.equal(failure?.code, 'tls')
    assert.match(failure.message, /is its URL one with http:\/\/\? \(ERR_SSL_\w+\)/)
  })

  it('on a port that plain HTTP was sent to is a network error', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('hooks.example') })
    assert.equal((await sendTo(`http://127.0.0.1:${server.port}/`)).failure?.code, 'network')
  })

  it('#40 of an old version is refused', async () => {
    const tls = { ...certificates.issued('hooks.example'), minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const
    const server = await httpServer(undefined, { tls: { ...tls, ciphers: 'DEFAULT@SECLEVEL=0' } })
    const { failure } = await sendTls(server.port, { ca: certificates.authority.cert })
    assert.equal(failure?.code, 'tls', failure?.message)
  })

  it('#24 that stalls in the handshake is given up at the timeout, and hung up on', async () => {
    const server = await rawServer(() => {})
    const { failure } = await sendTo(`https://127.0.0.1:${server.port}/`, {}, { timeout: 0.3 })
    assert.equal(failure?.code, 'timeout')
    await server.closed()
  })

  it('that breaks off in the handshake is an error of the network or TLS', async () => {
    const server = await rawServer((socket) => socket.resetAndDestroy())
    const { failure } = await sendTo(`https://127.0.0.1:${server.port}/`)
    assert.ok(failure && ['network', 'tls'].includes(failure.code))
  })
})
