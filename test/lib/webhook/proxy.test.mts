import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { httpProxy, socksProxy, type TestProxy } from './proxy-servers.mts'
import { Certificates, closeServers, httpServer, rawServer } from './servers.mts'
import { client, closeClients, request, webhook } from './webhooks.mts'

describe('a proxy', function () {
  this.timeout(10_000)
  const proxies: TestProxy[] = []
  let certificates: Certificates
  before(() => {
    certificates = new Certificates()
  })
  after(() => certificates.remove())
  afterEach(async () => {
    await closeClients()
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
    await closeServers()
  })

  const started = async (starting: Promise<TestProxy>) => {
    const proxy = await starting
    proxies.push(proxy)
    return proxy
  }
  type Parts = NonNullable<Parameters<typeof webhook>[1]>
  const through = (
    proxy: { url: string; username?: string; password?: string },
    url: string,
    parts: Parts = {},
    policy?: 'public' | string[],
    proxies?: string[],
  ) => {
    const to = webhook({ url, timeout: 3 }, { ...parts, proxy })
    // nothing but the proxy knows the endpoint's name
    return client(to, {
      ...(policy && { policy }),
      ...(proxies && { proxies }),
      lookup: (_name, _options, callback) => callback(new Error('looked up'), []),
    }).send(request(to))
  }

  it('gets plain requests, and forwards them', async () => {
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const { response, failure } = await through({ url: `http://127.0.0.1:${proxy.port}` }, 'http://hooks.example/in')
    assert.equal(failure, undefined)
    assert.equal(response?.body, 'ok')
    assert.deepEqual(proxy.asked, ['hooks.example'])
    assert.equal(server.received[0]?.headers.host, 'hooks.example')
    assert.equal(server.received[0]?.path, '/in')
    assert.deepEqual(proxy.credentials, [undefined])
  })

  it('gets user and password, and the endpoint does not', async () => {
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const settings = { url: `http://127.0.0.1:${proxy.port}`, username: 'us:er', password: 'pä"ss' }
    await through(settings, 'http://hooks.example/in')
    assert.deepEqual(proxy.credentials, [`Basic ${Buffer.from('us:er:pä"ss').toString('base64')}`])
    assert.equal(server.received[0]?.headers['proxy-authorization'], undefined)
  })

  it('tunnels TLS, with the webhook’s own authority', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('hooks.example') })
    const proxy = await started(httpProxy({ to: server.port }))
    const url = `http://127.0.0.1:${proxy.port}`
    const ca = certificates.authority.cert
    const trusted = await through({ url, username: 'user', password: 'pass' }, 'https://hooks.example/in', {
      tls: { ca },
    })
    assert.equal(trusted.failure, undefined)
    assert.equal(trusted.response?.body, 'ok')
    assert.deepEqual(proxy.asked, ['hooks.example:443'])
    assert.deepEqual(proxy.credentials, [`Basic ${Buffer.from('user:pass').toString('base64')}`])
    const untrusted = await through({ url }, 'https://hooks.example/in')
    assert.equal(untrusted.failure?.code, 'tls')
    assert.equal(untrusted.failure.proxyFault, false)
    assert.equal(server.received.length, 1)
  })

  it('of SOCKS5 carries plain requests and TLS, with the webhook’s own authority', async () => {
    const plain = await httpServer()
    const socks = await started(socksProxy({ to: plain.port }))
    const first = await through({ url: `socks5://127.0.0.1:${socks.port}` }, 'http://hooks.example/in')
    assert.equal(first.failure, undefined)
    assert.equal(first.response?.body, 'ok')
    assert.deepEqual(socks.asked, ['hooks.example:80'])

    const secure = await httpServer(undefined, { tls: certificates.issued('hooks.example') })
    const second = await started(socksProxy({ to: secure.port, password: 'pass' }))
    const settings = { url: `socks5://127.0.0.1:${second.port}`, username: 'user', password: 'pass' }
    const ca = certificates.authority.cert
    const trusted = await through(settings, 'https://hooks.example/in', { tls: { ca } })
    assert.equal(trusted.failure, undefined)
    assert.equal(trusted.response?.body, 'ok')
    assert.deepEqual(second.credentials, ['user:pass'])
    assert.equal((await through(settings, 'https://hooks.example/in')).failure?.code, 'tls')
    assert.equal(secure.received.length, 1)
  })

  it('#45 that is down is blamed by its own name, and the delivery keeps its place', async () => {
    for (const scheme of ['http', 'socks5']) {
      for (const target of ['http', 'https']) {
        const { failure } = await through({ url: `${scheme}://127.0.0.1:1` }, `${target}://hooks.example/`)
        assert.deepEqual(failure, {
          code: 'network',
          message: 'The proxy 127.0.0.1:1 refused the connection (ECONNREFUSED).',
          proxyFault: true,
        })
      }
    }
  })

  it('#45 that wants a password says so', async () => {
    const proxy = await started(httpProxy({ to: 1, refuse: 407 }))
    for (const target of ['http', 'https']) {
      const { failure } = await through({ url: `http://127.0.0.1:${proxy.port}` }, `${target}://hooks.example/`)
      assert.equal(failure?.message, `The proxy 127.0.0.1:${proxy.port} asks for a user name and password (407).`)
      assert.equal(failure.proxyFault, true)
    }
    const socks = await started(socksProxy({ to: 1, password: 'right' }))
    const settings = { url: `socks5://127.0.0.1:${socks.port}`, username: 'user', password: 'canary-wrong' }
    const { failure } = await through(settings, 'http://hooks.example/')
    assert.equal(failure?.proxyFault, true)
    assert.doesNotMatch(failure.message, /canary/)
  })

  it('that cannot reach the endpoint blames the endpoint', async () => {
    const proxy = await started(httpProxy({ to: 1, refuse: 502 }))
    const { failure } = await through({ url: `http://127.0.0.1:${proxy.port}` }, 'https://hooks.example/')
    assert.equal(failure?.message, 'hooks.example could not be reached by the proxy (CONNECT answered 502).')
    assert.equal(failure.proxyFault, false)
  })

  it('that never answers is given up at the timeout', async () => {
    for (const target of ['http', 'https']) {
      const server = await rawServer(() => {})
      const to = webhook({ url: `${target}://hooks.example/`, timeout: 0.3 }, { proxy: { url: server.url } })
      assert.equal((await client(to).send(request(to))).failure?.code, 'timeout')
    }
  })

  it('is not asked for addresses that may not be called, nor for unlisted names', async () => {
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const settings = { url: `http://127.0.0.1:${proxy.port}` }
    for (const host of ['169.254.169.254', '[::ffff:a9fe:a9fe]', 'metadata.google.internal']) {
      assert.equal((await through(settings, `http://${host}/`)).failure?.code, 'address_blocked', host)
    }
    const here = ['127.0.0.1']
    for (const host of ['10.0.0.1', 'localhost']) {
      const { failure } = await through(settings, `http://${host}/`, {}, 'public', here)
      assert.equal(failure?.code, 'address_blocked', host)
    }
    const { failure } = await through(settings, 'http://a.example/', {}, ['b.example'], here)
    assert.equal(failure?.code, 'address_blocked')
    assert.deepEqual(proxy.asked, [])
    assert.equal((await through(settings, 'http://b.example/', {}, ['b.example'], here)).response?.status, 200)
  })

  it('is not asked for names that lead from here where nothing may be called', async () => {
    const server = await httpServer()
    const http = await started(httpProxy({ to: server.port }))
    const socks = await started(socksProxy({ to: server.port }))
    const lookup: LookupFunction = (_name, _options, callback) =>
      callback(null, [{ address: '169.254.169.254', family: 4 }])
    for (const url of [`http://127.0.0.1:${http.port}`, `socks5://127.0.0.1:${socks.port}`]) {
      for (const target of ['http', 'https']) {
        const to = webhook({ url: `${target}://rebind.example/` }, { proxy: { url } })
        const { failure } = await client(to, { lookup }).send(request(to))
        assert.equal(failure?.code, 'address_blocked', `${target} through ${url}`)
      }
    }
    assert.deepEqual([...http.asked, ...socks.asked], [])
  })

  it('is used, too, when nobody here answers for the endpoint’s name', async () => {
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const to = webhook(
      { url: 'http://hooks.example/', timeout: 8 },
      { proxy: { url: `http://127.0.0.1:${proxy.port}` } },
    )
    const { response } = await client(to, { lookup: () => {} }).send(request(to))
    assert.equal(response?.status, 200)
  })

  it('that a flow names is where webhooks may go, or where the operator says that proxies are', async () => {
    const server = await httpServer()
    const http = await started(httpProxy({ to: server.port }))
    const socks = await started(socksProxy({ to: server.port }))
    for (const scheme of ['http', 'socks5']) {
      const { port } = scheme === 'http' ? http : socks
      for (const host of ['127.0.0.1', '[::ffff:127.0.0.1]', '2130706433']) {
        const url = `${scheme}://${host}:${port}`
        for (const policy of ['public', ['hooks.example']] as const) {
          const asPolicy = policy === 'public' ? policy : [...policy]
          const { failure } = await through({ url }, 'http://hooks.example/', {}, asPolicy)
          assert.equal(failure?.code, 'address_blocked', url)
          assert.match(failure.message, /^The proxy is where none may be: 127\.0\.0\.1 .*artifactAutomations\.proxies/)
          const named = await through({ url }, 'http://hooks.example/', {}, asPolicy, ['127.0.0.0/8'])
          assert.equal(named.response?.status, 200, url)
        }
      }
    }
  })

  it('that a flow names by a name is judged by where that leads', async () => {
    const lookup: LookupFunction = (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }])
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const to = webhook({ url: 'http://93.184.216.34/' }, { proxy: { url: `http://proxy.example:${proxy.port}` } })
    const send = (proxies: string[]) => client(to, { lookup, policy: 'public', proxies }).send(request(to))
    assert.equal((await send([])).failure?.code, 'address_blocked')
    assert.equal((await send(['other.example'])).failure?.code, 'address_blocked')
    assert.deepEqual(proxy.asked, [])
    assert.equal((await send(['proxy.example'])).response?.status, 200)
  })

  it('of the machine is the operator’s, wherever it is but at metadata, and tunnels everything as Node-RED’s own node does', async () => {
    const server = await httpServer()
    const proxy = await started(httpProxy({ to: server.port }))
    const url = `http://us%65r:p%ss@127.0.0.1:${proxy.port}`
    const to = webhook({ url: 'http://93.184.216.34/' }, { machineProxy: () => ({ url, operators: true }) })
    assert.equal((await client(to, { policy: 'public' }).send(request(to))).response?.status, 200)
    assert.deepEqual(proxy.asked, ['93.184.216.34:80'])
    assert.deepEqual(proxy.credentials, [`Basic ${Buffer.from('user:p%ss').toString('base64')}`])
    const metadata = () => ({ url: 'http://169.254.169.254', operators: true })
    assert.throws(() => webhook({ url: 'http://a.example/' }, { machineProxy: metadata }), { code: 'address_blocked' })
  })

  it('that a webhook names is asked in place of the machine’s, also where it is not for a host', async () => {
    const server = await httpServer()
    const machineProxy = () => ({ url: 'http://127.0.0.1:1', operators: true })
    const proxy = { url: 'http://127.0.0.1:1', noproxy: ['127.0.0.1'] }
    const to = webhook({ url: server.url }, { proxy, machineProxy })
    assert.equal((await client(to).send(request(to))).response?.body, 'ok')
  })

  it('#37 is no reason to give up at a 100 that nobody asked for', async () => {
    const talk = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
    const server = await rawServer((socket) => socket.write(talk))
    const http = await started(httpProxy({ to: server.port }))
    const socks = await started(socksProxy({ to: server.port }))
    const through100 = async (proxy: Parts['proxy'], machineProxy?: Parts['machineProxy']) => {
      const to = webhook(
        { url: 'http://hooks.example/', timeout: 3 },
        { ...(proxy && { proxy }), ...(machineProxy && { machineProxy }) },
      )
      return (await client(to).send(request(to))).response?.body
    }
    assert.equal(await through100({ url: `socks5://127.0.0.1:${socks.port}` }), 'ok')
    assert.equal(await through100(undefined, () => ({ url: `http://127.0.0.1:${http.port}`, operators: true })), 'ok')
  })

  it('may not itself be a metadata address', async () => {
    for (const url of ['http://169.254.169.254', 'socks5://0xa9fea9fe:1080', 'http://[::ffff:a9fe:a9fe]:3128']) {
      assert.throws(() => webhook({ url: 'http://hooks.example/' }, { proxy: { url } }), { code: 'address_blocked' })
    }
    for (const scheme of ['http', 'socks5']) {
      for (const target of ['http', 'https']) {
        const to = webhook({ url: `${target}://hooks.example/` }, { proxy: { url: `${scheme}://proxy.example:3128` } })
        const lookup: LookupFunction = (_name, _options, callback) => callback(null, '169.254.169.254', 4)
        assert.equal((await client(to, { lookup }).send(request(to))).failure?.code, 'address_blocked')
      }
    }
  })

  it('#45 is left aside for hosts that it is not for', async () => {
    const server = await httpServer()
    const to = webhook({ url: server.url }, { proxy: { url: 'http://127.0.0.1:1', noproxy: ['127.0.0.1'] } })
    assert.equal((await client(to).send(request(to))).response?.body, 'ok')
  })
})
