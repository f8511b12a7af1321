import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { inspect } from 'node:util'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import type { WebhookParts } from '../../../dist/lib/webhook/compile.js'
import { FORBIDDEN_HEADERS } from '../../../dist/lib/webhook/header-rules.js'
import { planWebhook, type WebhookSettings } from '../../../dist/lib/webhook/settings.js'
import { USER_AGENT, VERSION } from '../../../dist/lib/webhook/version.js'
import { grant, request, TOKEN, tokenWebhook, webhook } from './webhooks.mts'

const URL_ = 'https://hooks.example.com/in'

describe('the settings of a webhook', () => {
  it('have defaults for everything but the URL', () => {
    const plan = planWebhook({ url: URL_ })
    assert.equal(plan.method, 'POST')
    assert.equal(plan.timeoutMs, 30_000)
    assert.deepEqual(
      plan.schedule.map((ms) => ms / 1000),
      [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
    )
    assert.equal(plan.rateLimit, null)
    assert.equal(plan.ordering, 'none')
    assert.equal(plan.signature, null)
  })

  it('may hold numbers as text, as forms give them, or nothing', () => {
    const plan = planWebhook({ url: URL_, timeout: '2.5', rateLimit: '0.5', schedule: '' })
    assert.equal(plan.timeoutMs, 2_500)
    assert.equal(plan.rateLimit, 0.5)
    assert.deepEqual(plan.schedule, [])
    assert.equal(planWebhook({ url: URL_, timeout: '', rateLimit: 4 }).timeoutMs, 30_000)
    assert.equal(planWebhook({ url: URL_, timeout: undefined } as never).timeoutMs, 30_000)
  })

  it('take the rate limit of the service unless they have one', () => {
    const limits = { generic: null, github: 1, slack: 1, teams: 2 } as const
    for (const [service, limit] of Object.entries(limits)) {
      const settings = { url: URL_, service: service as WebhookSettings['service'] }
      assert.equal(planWebhook(settings).rateLimit, limit)
      assert.equal(planWebhook({ ...settings, rateLimit: '9' }).rateLimit, 9)
    }
  })

  /** [what is wrong, the settings, what the sentence says] */
  const WRONG: readonly [what: string, settings: Partial<Record<keyof WebhookSettings, unknown>>, says: RegExp][] = [
    ['no URL', { url: '' }, /has no URL/],
    ['a URL without http', { url: 'hooks.example.com' }, /must begin with https:\/\/ or http:\/\//],
    ['a URL of another kind', { url: 'ftp://hooks.example.com' }, /must begin with https/],
    ['a URL of a script', { url: 'javascript:alert(1)' }, /must begin with https/],
    ['a URL with a bad port', { url: 'https://hooks.example.com:99999/' }, /cannot be read/],
    ['a URL without a host', { url: 'https://' }, /cannot be read/],
    ['a space in the URL', { url: 'https://hooks.example.com/a b' }, /space or a line break/],
    ['a line break in the URL', { url: 'https://hooks.example.com/a\nb' }, /space or a line break/],
    ['a password in the URL', { url: 'https://user:pass@hooks.example.com/' }, /Use an access token, or a header/],
    ['a user in the URL', { url: 'https://user@hooks.example.com/' }, /user name or password/],
    ['an empty user in the URL', { url: 'https://@hooks.example.com/' }, /user name or password/],
    ['a variable in the URL', { url: 'https://hooks.example.com/${alias}' }, /cannot hold variables or secrets/],
    ...[
      'https://hooks.example.com/{{payload.alias}}',
      'https://{{host}}/in',
      'https://hooks.example.com/{{{alias}}}?a=1',
      'https://hooks.example.com/in?alias={{ alias }}',
      'https://hooks.example.com/%7B%7Bpayload.alias%7D%7D',
      'https://hooks.example.com/{% url %}',
      'https://hooks.example.com/repos/{owner}/{repo}',
      "https://hooks.example.com/@{triggerBody()['id']}",
      'https://hooks.example.com/<YOUR-ID>',
      'https://hooks.example.com/$(alias)',
    ].map((url): [string, Partial<Record<keyof WebhookSettings, unknown>>, RegExp] => [
      `another system’s placeholder in the URL ${url}`,
      { url },
      /which only another system fills in/,
    ]),
    ...[
      'https://api.github.com/repos/OWNER/REPOSITORY/dispatches',
      'https://api.github.com/repos/acme/REPOSITORY/dispatches',
      'https://hooks.slack.com/services/YOUR/INCOMING/WEBHOOK',
      'https://YOUR-TENANT.webhook.office.com/webhookb2/x',
      'https://tenant.webhook.office.com/webhookb2/YOUR-INCOMING-WEBHOOK',
      'https://YOUR_WORKSPACE--wandb-hook-f.modal.run',
      'https://hooks.example.com/in?key=YOUR_KEY',
    ].map((url): [string, Partial<Record<keyof WebhookSettings, unknown>>, RegExp] => [
      `something to fill in in the URL ${url}`,
      { url },
      /still says (OWNER|REPOSITORY|YOUR\S*), which stands for something of your own/,
    ]),
    ['a URL that is no text', { url: 5 }, /property url must be a text/],
    ['nothing for a method', { method: null }, /property method must be a text/],
    ['headers that are an object', { headers: { X: '1' } }, /property headers must be a text/],
    ['secrets that are no list', { secrets: 'id' }, /property secrets must be a list of texts/],
    ['a secret that is no id', { secrets: [5] }, /property secrets must be a list of texts/],
    ['a timeout that is neither text nor number', { timeout: [] }, /property timeout must be a text or a number/],
    ['another method', { method: 'GET' }, /method is "GET"; it must be one of POST, PUT, PATCH/],
    [
      'another service',
      { service: 'discord' },
      /service is "discord"; it must be one of generic, github, slack, teams/,
    ],
    ['another signing', { signing: 'md5' }, /signing is "md5"/],
    ['another encoding', { signatureEncoding: 'hex64' }, /signature encoding is "hex64"/],
    ['another ordering', { ordering: 'strict' }, /ordering is "strict"/],
    ['no time at all', { timeout: '0' }, /timeout is "0"; it must be a number of seconds above 0 and up to 600/],
    ['a negative timeout', { timeout: -1 }, /timeout/],
    ['a timeout in words', { timeout: 'soon' }, /timeout is "soon"/],
    ['an endless timeout', { timeout: 'Infinity' }, /up to 600/],
    ['a rate of nothing', { rateLimit: '0' }, /rate limit is "0"/],
    ['a rate in words', { rateLimit: 'fast' }, /rate limit is "fast"/],
    ['a schedule in words', { schedule: '5s, later' }, /Wait 2 of the schedule/],
    ['headers that are not JSON', { headers: '{X: 1}' }, /headers are not JSON/],
    ['headers in a list', { headers: '["X"]' }, /must be a JSON object/],
    ['headers that are text', { headers: '"X"' }, /must be a JSON object/],
    ['a header name with a space', { headers: '{"X Y":"1"}' }, /"X Y" cannot be the name of a header/],
    ['an empty header name', { headers: '{"":"1"}' }, /cannot be the name of a header/],
    ['a header that is a number', { headers: '{"X":1}' }, /value of the header X must be text/],
    ['a header twice', { headers: '{"X-A":"1","x-a":"2"}' }, /header x-a is set twice/],
    ['a line break in a header', { headers: '{"X":"a\\r\\nY: b"}' }, /header X has a character at position 2/],
    ['a header beyond ASCII', { headers: '{"X":"Grüße"}' }, /header X has a character at position 3/],
    ['a header that begins beyond ASCII', { headers: '{"X":"Äther"}' }, /header X has a character at position 1 /],
    ['a variable in a header', { headers: '{"X":"${alias}"}' }, /header X uses \$\{alias\}.*nothing of the event/],
    ['metadata in a header', { headers: '{"X":"${artifact_metadata.k}"}' }, /nothing of the event/],
    ['a broken slot in a header', { headers: '{"X":"${"}' }, /header X cannot be read/],
    ['a secret that is not granted', { headers: '{"X":"${NOPE}"}' }, /header X cannot be filled.*NOPE/],
    ['the token in a header without one', { headers: '{"X":"${ACCESS_TOKEN}"}' }, /header X cannot be filled/],
    ['signing without its secret', { signing: 'wandb' }, /has no signing secret/],
    ['an access token without a value', { accessToken: 'id' }, /access token has no value/],
  ]
  for (const [what, settings, says] of WRONG) {
    it(`are refused with ${what}`, () => {
      assert.throws(
        () => webhook({ url: URL_, ...(settings as Partial<WebhookSettings>) }),
        (error: { code?: string; message?: string; statusText?: string }) => {
          assert.equal(error.code, 'webhook_invalid')
          assert.match(error.message ?? '', says)
          assert.match(error.message ?? '', /^[A-Z"].*\.$/s)
          assert.ok(error.statusText && error.statusText.length <= 40)
          return true
        },
      )
    })
  }

  for (const { name, prefix } of FORBIDDEN_HEADERS) {
    it(`may not set the header ${name}${prefix ? '*' : ''}`, () => {
      const header = (prefix ? `${name}x` : name).toUpperCase()
      assert.throws(() => webhook({ url: URL_, headers: JSON.stringify({ [header]: 'x' }) }), {
        code: 'webhook_invalid',
        message: new RegExp(`The header ${header} cannot be set here: `),
      })
    })
  }

  it('may set headers that only begin like those', () => {
    const headers = { 'Host-Name': 'a', 'X-Automation-Attempts': 'b', Team: 'c', Trailers: 'd' }
    const { headers: sent } = request(webhook({ url: URL_, headers: JSON.stringify(headers) }))
    assert.deepEqual({ ...sent, ...headers }, sent)
  })

  it('may have no headers, in blanks too', () => {
    const usual = Object.keys(request(webhook({ url: URL_ })).headers)
    for (const headers of ['', ' \n']) {
      assert.deepEqual(Object.keys(request(webhook({ url: URL_, headers })).headers), usual)
    }
  })

  it('may set Authorization only without an access token', () => {
    const headers = '{"authorization":"token x"}'
    assert.throws(() => tokenWebhook({ url: URL_, headers }), /remove the access token to set your own/)
    const { headers: sent } = request(webhook({ url: URL_, headers }))
    assert.equal(sent['authorization'], 'token x')
    assert.equal(sent['Authorization'], undefined)
  })

  it('may set Content-Type and User-Agent, in any case', () => {
    const { headers } = request(webhook({ url: URL_, headers: '{"content-type":"text/plain","USER-AGENT":"mine"}' }))
    assert.equal(headers['content-type'], 'text/plain')
    assert.equal(headers['USER-AGENT'], 'mine')
    assert.equal(headers['Content-Type'], undefined)
    assert.equal(headers['User-Agent'], undefined)
  })

  it('may use secrets and the access token in headers, with dollars in pairs', () => {
    const to = tokenWebhook(
      {
        url: URL_,
        headers: JSON.stringify({ 'X-A': 'k=${KEY}', 'X-B': '$KEY', 'X-C': '$NOPE $$5', 'X-D': '${ACCESS_TOKEN}' }),
      },
      { granted: grant({ KEY: 'canary-key' }) },
    )
    const sent = request(to)
    const { 'X-A': a, 'X-B': b, 'X-C': c, 'X-D': d } = sent.headers
    assert.deepEqual([a, b, c, d], ['k=canary-key', 'canary-key', '$NOPE $$5', TOKEN])
    const { 'X-A': ma, 'X-B': mb, 'X-C': mc, 'X-D': md } = sent.masked.headers
    assert.deepEqual([ma, mb, mc, md], ['k=***', '***', '$NOPE $$5', '***'])
  })

  it('#82 #88 say which header has a secret that cannot stand there, not what the secret is', () => {
    const wrong: Partial<WebhookParts>[] = [
      { token: new Secret('canary\ncanary') },
      { token: new Secret('canary–1') },
      { token: new Secret('canary\r\nX-Evil: 1') },
    ]
    for (const parts of wrong) {
      assert.throws(
        () => webhook({ url: URL_ }, parts),
        (error: Error) => {
          assert.match(
            error.message,
            /^The access token cannot be right: it has a (line break|character beyond plain ASCII)/,
          )
          assert.doesNotMatch(inspect(error), /canary/)
          return true
        },
      )
    }
  })

  it('drop the fragment and read every spelling of an address', () => {
    const { url } = planWebhook({ url: ' HTTP://0x7f.1:80/a?b#token ' })
    assert.equal(url.href, 'http://127.0.0.1/a?b')
  })

  it('refuse certificates and keys that cannot be used', () => {
    assert.throws(() => webhook({ url: URL_ }, { tls: { ca: 'no PEM', cert: 'no', key: 'canary-key' } }), {
      code: 'webhook_invalid',
      message: /certificate or key of the TLS configuration cannot be used/,
    })
    assert.throws(() => webhook({ url: URL_ }, { tls: { ALPNProtocols: ['h2'] } }), /HTTP\/1\.1/)
    webhook({ url: URL_ }, { tls: { ALPNProtocols: ['http/1.1'], rejectUnauthorized: true } })
  })

  it('refuse a proxy that cannot be used', () => {
    assert.throws(() => webhook({ url: URL_ }, { proxy: { url: 'proxy.example:3128' } }), /must begin with http:\/\//)
    assert.throws(() => webhook({ url: URL_ }, { proxy: { url: 'not a url' } }), /URL of the proxy cannot be read/)
  })

  it('make a webhook that shows no secret when it is printed', () => {
    const to = tokenWebhook(
      { url: URL_, signing: 'wandb', headers: '{"X-Key":"${KEY}"}' },
      {
        signing: new Secret('canary-signing'),
        granted: grant({ KEY: 'canary-key' }),
        proxy: { url: 'http://user:canary-url@proxy.example', username: 'user', password: 'canary-password' },
      },
    )
    const shown = inspect(to, { depth: 9, showHidden: true }) + JSON.stringify(to)
    assert.doesNotMatch(shown, /canary/)
  })

  it('know the version of the package', () => {
    const { version } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
      version: string
    }
    assert.equal(VERSION, version)
    assert.equal(USER_AGENT, `artifact-automations/${version}`)
  })
})

describe('the hosts that a proxy is not for', () => {
  /** [entry, URL, whether it is called directly] */
  const ENTRIES: readonly [entry: string, url: string, direct: boolean][] = [
    ['*', 'https://any.example/', true],
    ['example.com', 'https://example.com/', true],
    ['EXAMPLE.com', 'https://example.com./', true],
    ['example.com', 'https://a.example.com/', true],
    ['.example.com', 'https://a.example.com/', true],
    ['*.example.com', 'https://a.example.com/', true],
    ['example.com', 'https://badexample.com/', false],
    ['example.com', 'https://example.com.evil.example/', false],
    ['example.com:443', 'https://example.com/', true],
    ['example.com:8443', 'https://example.com/', false],
    ['localhost', 'http://localhost:1880/', true],
    ['127.0.0.1', 'http://2130706433/', true],
    ['127.0.0.1', 'http://[::ffff:127.0.0.1]/', true],
    ['127.0.0.1:80', 'http://127.0.0.1/', true],
    ['::1', 'http://[::1]/', true],
    ['[::1]:80', 'http://[::1]/', true],
    ['[::1]:81', 'http://[::1]/', false],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.0.0.0/8', 'http://ten.example/', false],
    ['', 'http://any.example/', false],
    ['.', 'http://any.example/', false],
  ]
  for (const [entry, url, direct] of ENTRIES) {
    it(`${JSON.stringify(entry)} ${direct ? 'stands for' : 'does not stand for'} ${url}`, () => {
      const { proxy } = webhook({ url }, { proxy: { url: 'http://proxy.example:3128', noproxy: [` ${entry} `] } })
      assert.equal(proxy === null, direct)
    })
  }
})
