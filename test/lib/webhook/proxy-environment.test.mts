import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import fc from 'fast-check'
import { type ProxyOptions, proxyOfEnvironment } from '../../../dist/lib/webhook/proxy-environment.js'

const require = createRequire(import.meta.url)

type Judge = (url: string, options: ProxyOptions) => string

/** What the `http request` nodes of both supported versions ask. */
const JUDGES = ['node-red', 'node-red-4'].map((name) => {
  const nodeRed = createRequire(require.resolve(`${name}/package.json`))
  const { getProxyForUrl } = nodeRed('@node-red/nodes/core/network/lib/proxyHelper.js')
  return [name, getProxyForUrl as Judge] as const
})

const URLS = [
  'http://hooks.example.com/in?a=b',
  'https://hooks.example.com/in',
  'https://hooks.example.com:8443/',
  'http://HOOKS.example.com:80/',
  'http://127.0.0.1:1880/x',
  'https://[::1]/x',
  'http://[fd00::1]:8080/',
  'http://example.com./',
]
const VARIABLES = ['http_proxy', 'https_proxy', 'all_proxy', 'npm_config_proxy', 'npm_config_http_proxy']
const PROXIES = [
  '',
  'http://proxy:3128',
  'http://u:p@10.0.0.1:3128',
  'proxy.example:8080',
  'https://proxy',
  'socks5://s:1080',
]
const ENTRIES = [
  'example.com',
  '.example.com',
  '*.example.com',
  '*example.com',
  'hooks.example.com',
  'Hooks.Example.COM',
  'hooks.example.com:8443',
  'hooks.example.com:0',
  '.example.com:443',
  '*:80',
  '*',
  ':80',
  '127.0.0.1',
  '127.0.0.0/8',
  '::1',
  '[::1]',
  '[::1]:443',
  'com',
  '/in',
  '',
]

const anyCase = (name: string) => fc.constantFrom(name, name.toUpperCase())
const someProxies = fc
  .array(fc.tuple(fc.constantFrom(...VARIABLES).chain(anyCase), fc.constantFrom(...PROXIES)), { maxLength: 5 })
  .map((pairs) => Object.fromEntries(pairs))
const list = fc
  .tuple(fc.array(fc.constantFrom(...ENTRIES), { maxLength: 4 }), fc.constantFrom(',', ' ', ', '))
  .map(([entries, separator]) => entries.join(separator))
const someExemptions = fc
  .array(fc.tuple(fc.constantFrom('no_proxy', 'npm_config_no_proxy').chain(anyCase), list), { maxLength: 3 })
  .map((pairs) => Object.fromEntries(pairs))
const options = fc.record(
  {
    mode: fc.constantFrom('strict' as const, 'legacy' as const),
    favourUpperCase: fc.boolean(),
    lowerCaseOnly: fc.boolean(),
    excludeNpm: fc.boolean(),
  },
  { requiredKeys: [] },
)

describe('the proxy of the machine', () => {
  for (const [name, judge] of JUDGES) {
    it(`is the one that the http request node of ${name} finds, in any environment (property)`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...URLS), someProxies, someExemptions, options, (address, proxies, no, how) => {
          const url = new URL(address)
          const env = { ...proxies, ...no }
          const expected = judge(url.href, { ...how, env }) || undefined
          assert.equal(proxyOfEnvironment(url, env, how)?.url, expected)
          assert.equal(proxyOfEnvironment(url, {}, { ...how, env })?.url, expected)
        }),
        { numRuns: 3000 },
      )
    })
  }

  it('is none where there is none', () => {
    assert.equal(proxyOfEnvironment(new URL('http://a.example/'), {}), undefined)
    assert.equal(proxyOfEnvironment(new URL('https://a.example/'), { http_proxy: 'http://p:1' }), undefined)
  })

  it('is read as Node-RED 3 did where the environment says so', () => {
    const env = { NR_PROXY_MODE: 'legacy', http_proxy: 'http://p:1', no_proxy: 'b.example' }
    assert.deepEqual(proxyOfEnvironment(new URL('https://a.example/'), env), { url: 'http://p:1', operators: true })
    assert.equal(proxyOfEnvironment(new URL('https://b.example/'), env), undefined)
    assert.equal(proxyOfEnvironment(new URL('https://a.example/'), { ...env, NR_PROXY_MODE: 'strict' }), undefined)
  })
})
