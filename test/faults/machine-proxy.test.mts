import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { httpProxy, type TestProxy } from '../lib/webhook/proxy-servers.mts'
import { Certificates, closeServers, httpServer } from '../lib/webhook/servers.mts'
import { event, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { onTab, useSite } from './site.mts'

/**
 * Where only a proxy leads out, as in many companies. The judge is Node-RED's own `http request` node: both send to the
 * same address in the same environment, and what the proxy is asked for must be the same.
 */
describe('The proxy of the machine', () => {
  const site = useSite()
  const proxies: TestProxy[] = []
  let certificates: Certificates
  before(() => {
    certificates = new Certificates()
  })
  after(() => certificates.remove())
  afterEach(async () => {
    await Promise.all(proxies.splice(0).map((proxy) => proxy.close()))
    await closeServers()
  })

  async function proxyTo(port: number, options: { refuse?: number } = {}): Promise<TestProxy> {
    const proxy = await httpProxy({ to: port, ...options })
    proxies.push(proxy)
    return proxy
  }

  /** One event starts both: the package's webhook, and the core node. */
  const flow = (url: string) =>
    onTab([
      source(),
      trigger({ wires: [['template', 'core']] }),
      template('{}'),
      sender({ wires: [['told'], ['told']] }),
      webhook(url, { schedule: '' }),
      {
        id: 'core',
        type: 'http request',
        method: 'POST',
        ret: 'txt',
        paytoqs: 'ignore',
        url,
        senderr: false,
        wires: [['core-told']],
      },
      { id: 'told', type: 'debug', active: true, tosidebar: true, complete: 'delivery', targetType: 'msg', wires: [] },
      {
        id: 'core-told',
        type: 'debug',
        active: true,
        tosidebar: true,
        complete: 'statusCode',
        targetType: 'msg',
        wires: [],
      },
    ])

  const NAMED = 'http://hooks.example/in'
  interface Row {
    readonly what: string
    readonly env: (proxy: string) => Record<string, string>
    readonly settings?: object
    readonly url?: string
    /** Whether the core node asks the proxy. */
    readonly asks: boolean
  }
  const ROWS: Row[] = [
    { what: 'http_proxy', env: (proxy) => ({ http_proxy: proxy }), asks: true },
    { what: 'HTTP_PROXY', env: (proxy) => ({ HTTP_PROXY: proxy }), asks: true },
    {
      what: 'all_proxy with a user',
      env: (proxy) => ({ all_proxy: proxy.replace('//', '//us%65r:p%C3%A4ss@') }),
      asks: true,
    },
    { what: 'ALL_PROXY without a scheme', env: (proxy) => ({ ALL_PROXY: proxy.replace('http://', '') }), asks: true },
    {
      what: 'http_proxy, and no_proxy of another host',
      env: (proxy) => ({ http_proxy: proxy, no_proxy: 'example,b.example' }),
      asks: true,
    },
    {
      what: 'http_proxy, and no_proxy',
      env: (proxy) => ({ http_proxy: proxy, no_proxy: 'localhost, hooks.example' }),
      asks: false,
    },
    {
      what: 'http_proxy, and NO_PROXY of the domain',
      env: (proxy) => ({ http_proxy: proxy, NO_PROXY: '.example' }),
      asks: false,
    },
    { what: 'https_proxy alone', env: (proxy) => ({ https_proxy: proxy }), asks: false },
    {
      what: 'HTTP_PROXY, where settings.js takes small letters alone',
      env: (proxy) => ({ HTTP_PROXY: proxy }),
      settings: { proxyOptions: { lowerCaseOnly: true } },
      asks: false,
    },
  ]
  for (const { what, env, settings, url = NAMED, asks } of ROWS) {
    it(`is used as Node-RED’s own node uses it: ${what}`, async () => {
      const server = await httpServer()
      const proxy = await proxyTo(server.port)
      const nodeRed = await site.start(flow(url), {
        env: env(`http://127.0.0.1:${proxy.port}`),
        ...(settings && { settings }),
      })
      await nodeRed.listen()
      assert.equal((await site.post(event())).status, 202)
      await nodeRed.debugged('told')
      if (asks) assert.match((await nodeRed.debugged('core-told'))[0]!.msg, /200/)
      else await nodeRed.logged(/ENOTFOUND|EAI_AGAIN/)
      const asked = asks ? ['hooks.example:80', 'hooks.example:80'] : []
      assert.deepEqual(proxy.asked, asked)
      assert.equal(new Set(proxy.credentials).size, asks ? 1 : 0, String(proxy.credentials))
      assert.deepEqual(
        (await site.deliveries()).map(({ status }) => status),
        [asks ? 'delivered' : 'failed'],
      )
    })
  }

  it('is used for https, and a test goes the same way', async () => {
    const server = await httpServer(undefined, { tls: certificates.issued('hooks.example') })
    const proxy = await proxyTo(server.port)
    const authority = path.join(site.userDir, 'authority.pem')
    await writeFile(authority, certificates.authority.cert)
    const nodeRed = await site.start(flow('https://hooks.example/in'), {
      env: { https_proxy: `http://127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: authority },
    })
    await nodeRed.listen()
    assert.equal((await site.post(event())).status, 202)
    await nodeRed.debugged('told')
    assert.match((await nodeRed.debugged('core-told'))[0]!.msg, /200/)
    assert.deepEqual(proxy.asked, ['hooks.example:443', 'hooks.example:443'])
    const test = await site.admin<{ response: { status_code: number } }>('POST', '/webhooks/webhook/test', {
      payload: '{}',
    })
    assert.equal(test.response.status_code, 200)
    assert.equal(proxy.asked.length, 3)
  })

  it('does not open what the address policy closes', async () => {
    const server = await httpServer()
    const proxy = await proxyTo(server.port)
    const settings = { artifactAutomations: { addressPolicy: 'public' } }
    const urls = [
      `http://127.0.0.1:${server.port}/`,
      `http://localhost:${server.port}/`,
      'http://[::1]:9/',
      'http://169.254.169.254/',
    ]
    await site.start(flow(NAMED), { settings, env: { http_proxy: `http://127.0.0.1:${proxy.port}` } })
    for (const url of urls) {
      const { error } = await site.admin<{ error: { code: string } }>('POST', '/webhooks/webhook/test', {
        payload: '{}',
        form: { url },
      })
      assert.equal(error?.code, 'address_blocked', url)
    }
    assert.deepEqual(proxy.asked, [])
    const test = await site.admin<{ response: { status_code: number } }>('POST', '/webhooks/webhook/test', {
      payload: '{}',
    })
    assert.equal(test.response.status_code, 200)
  })

  it('that cannot be used is said in words, and nothing is sent past it', async () => {
    const server = await httpServer()
    const nodeRed = await site.start(flow(server.url), { env: { http_proxy: 'ftp://proxy.example:21' } })
    await nodeRed.logged(/The URL of the proxy must begin with http:\/\//)
    await site.post(event())
    await site.until('pending', 1)
    assert.equal(server.received.filter(({ headers }) => headers['webhook-id']).length, 0)
  })
})
