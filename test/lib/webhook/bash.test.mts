import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import { FORM } from '../../../dist/lib/template/form-text.js'
import type { SecretSlot } from '../../../dist/lib/template/slot.js'
import { bashScript } from '../../../dist/lib/webhook/bash.js'
import type { WebhookSettings } from '../../../dist/lib/webhook/compile.js'
import { buildRequest } from '../../../dist/lib/webhook/request.js'
import { closeServers, httpServer, type Received, type TestServer } from './servers.mts'
import { client, closeClients, grant, slot, webhook } from './webhooks.mts'

interface Case {
  settings?: Partial<WebhookSettings>
  payload?: string
  slots?: SecretSlot[]
  token?: string
  signing?: string
  granted?: Record<string, string>
  format?: 'form'
  env?: Record<string, string>
}

/** A home whose owner has settings for curl; the script is to make the request of the webhook all the same. */
const home = mkdtempSync(path.join(tmpdir(), 'bash-home-'))
writeFileSync(path.join(home, '.curlrc'), 'header = "X-Curlrc: 1"\nuser-agent = "curlrc"\nlocation\n')

function bash(script: string, env: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const environment = { PATH: process.env['PATH'] ?? '', HOME: home, http_proxy: 'http://127.0.0.1:1', ...env }
    const child = execFile('bash', { env: environment }, (error, stdout, stderr) => {
      if (error || stderr !== '') reject(new Error(`${error?.message ?? 'bash complained'}\n${stderr}\n${script}`))
      else resolve(stdout)
    })
    child.stdin?.end(script)
  })
}

/** Sends by our client and by the script, and gives what the server got from each. */
async function both(server: TestServer, input: Case): Promise<[ours: Received, script: Received]> {
  const { payload = '{}', slots = [], token, signing, granted = {} } = input
  const settings: Partial<WebhookSettings> = {
    url: `${server.url}/in/../hook?a=b&c=[1]{2}`,
    name: 'it’s mine',
    ...(token !== undefined && { accessToken: 'id' }),
    ...input.settings,
  }
  const to = webhook(settings, {
    granted: grant(granted),
    ...(token !== undefined && { token: new Secret(token) }),
    ...(signing !== undefined && { signing: new Secret(signing) }),
  })
  const at = new Date()
  const contentType = input.format === 'form' ? FORM : null
  server.received.length = 0
  const sent = buildRequest(to, { id: 'dlv_1', attempt: 1, at, payload: Buffer.from(payload), slots, contentType })
  const { failure } = await client(to).send(sent)
  assert.equal(failure, undefined)

  const script = bashScript({
    settings,
    payload,
    slots,
    granted: Object.keys(granted),
    ...(input.format && { format: input.format }),
  })
  for (const secret of [token, signing, ...Object.values(granted)]) {
    if (secret && secret.length > 4) assert.ok(!script.includes(secret))
  }
  const output = await bash(script, {
    WEBHOOK_ID: 'dlv_1',
    WEBHOOK_TIMESTAMP: String(Math.floor(at.getTime() / 1000)),
    ...input.env,
    ...(token !== undefined && { ACCESS_TOKEN: token }),
    ...(signing !== undefined && { SECRET: signing }),
    ...Object.fromEntries(Object.entries(granted).map(([name, value]) => [`SECRET_${name}`, value])),
  })
  assert.match(output, /^HTTP\/1\.1 200 OK/)
  assert.equal(server.received.length, 2)
  return server.received as [Received, Received]
}

/** Names in lower case, in order of name; HTTP gives no meaning to either. */
function headers({ rawHeaders }: Received): string[] {
  return rawHeaders
    .flatMap((name, index) => (index % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[index + 1]}`] : []))
    .sort()
}

async function assertSame(server: TestServer, input: Case): Promise<Received> {
  const [ours, script] = await both(server, input)
  assert.equal(script.method, ours.method)
  assert.equal(script.path, ours.path)
  assert.deepEqual(headers(script), headers(ours))
  assert.equal(script.body.toString('hex'), ours.body.toString('hex'))
  return script
}

const AWKWARD =
  'it\'s "quoted" $HOME ${x} `id` $(id) \\ \\\\ \n\t\r ! # ; & | > ~ * ? Grüße 🌍 \u2028 \u0001\u001f\u007f %s \\n'

describe('Copy as Bash', function () {
  this.timeout(10_000)
  let server: TestServer
  after(() => rmSync(home, { recursive: true }))
  beforeEach(async () => {
    server = await httpServer()
  })
  afterEach(async () => {
    await closeClients()
    await closeServers()
  })

  const cases: Record<string, Case> = {
    'a plain webhook': {},
    'a webhook with everything': {
      payload: '{"text":"hello"}',
      token: 'canary-token',
      signing: 'canary signing',
      settings: { signing: 'wandb', headers: '{"X-Environment":"production","Accept":"application/json"}' },
    },
    'another method': { settings: { method: 'PUT' } },
    'an empty payload': { payload: '' },
    'a payload that ends in line breaks': { payload: '{}\n\n' },
    'a payload that is not JSON': {
      payload: 'a=b&c=@file',
      settings: { headers: '{"Content-Type":"application/x-www-form-urlencoded"}' },
    },
    'a payload that begins as an option or a file': { payload: '@/etc/hostname -X GET' },
    'awkward text': { payload: AWKWARD },
    'awkward text in JSON': { payload: JSON.stringify({ text: AWKWARD }) },
    'a long payload': { payload: JSON.stringify({ text: "it's long ".repeat(60_000) }) },
    'awkward headers': {
      settings: {
        headers: JSON.stringify({ 'X-A': 'it\'s "x" $HOME `id` \\', 'X-Empty': '', "X'Y": 'z', 'User-Agent': 'me' }),
      },
    },
    'no Content-Type of its own': { settings: { headers: '{"content-type":""}' } },
    'an awkward token': { token: 'canary\'s "token" $HOME \\ `id`' },
  }
  for (const [what, input] of Object.entries(cases)) {
    it(`makes the same request for ${what}`, () => assertSame(server, input))
  }

  const signings: readonly [what: string, settings: Partial<WebhookSettings>, secret: string, header: string][] = [
    ['W&B in hex', { signing: 'wandb' }, 'canary', 'x-wandb-signature'],
    ['W&B in base64', { signing: 'wandb', signatureEncoding: 'base64' }, 'canary', 'x-wandb-signature'],
    ['GitHub', { signing: 'github' }, 'canary', 'x-hub-signature-256'],
    ['Standard Webhooks', { signing: 'standard-webhooks' }, 'whsec_Y2FuYXJ5LWtleQ==', 'webhook-signature'],
    [
      'Standard Webhooks, with its version',
      { signing: 'standard-webhooks' },
      'v1,whsec_Y2FuYXJ5LWtleQ==',
      'webhook-signature',
    ],
    ['Standard Webhooks with text', { signing: 'standard-webhooks' }, 'canary', 'webhook-signature'],
    ['an awkward secret', { signing: 'github' }, '-it\'s "ü" $HOME\n\\ `id` ', 'x-hub-signature-256'],
    ['an awkward secret, Standard Webhooks', { signing: 'standard-webhooks' }, "-it's ü $HOME \\", 'webhook-signature'],
    ['a long secret', { signing: 'github' }, 'canary '.repeat(30), 'x-hub-signature-256'],
  ]
  for (const [what, settings, signing, name] of signings) {
    it(`signs as ${what}`, async () => {
      const got = await assertSame(server, { settings, signing, payload: AWKWARD })
      assert.ok(got.headers[name])
    })
  }

  it('puts secrets into payload and headers as variables, escaped where JSON needs it', async () => {
    const payload = '{"a":"x ${KEY} y","b":${KEY},"c":"${ACCESS_TOKEN}","d":"$KEY-$OTHER"}'
    const got = await assertSame(server, {
      payload,
      token: 'canary-token',
      granted: { KEY: `canary ${AWKWARD}`, PATH: 'canary/path', X_1: 'canary-x' },
      slots: [
        slot(payload, '${KEY}'),
        { ...slot(payload, '${KEY}', 'json-value'), offset: payload.lastIndexOf('${KEY}') },
        slot(payload, '${ACCESS_TOKEN}'),
        slot(payload, '$KEY'),
        slot(payload, '$OTHER'),
      ],
      settings: { headers: '{"X-Path":"p=${PATH}","X-Two":"${X_1}${X_1}"}' },
    })
    const body = JSON.parse(got.body.toString()) as Record<string, string>
    assert.equal(body['b'], `canary ${AWKWARD}`)
    assert.equal(body['d'], `canary ${AWKWARD}-$OTHER`)
    assert.equal(got.headers['x-path'], 'p=canary/path')
  })

  it('puts secrets into text as they are', async () => {
    const payload = "it's ${KEY} and $$KEY"
    const slots: SecretSlot[] = [
      slot(payload, '${KEY}', 'raw'),
      { name: 'KEY', offset: payload.indexOf('$$KEY'), text: '$$KEY', as: 'raw' },
    ]
    const got = await assertSame(server, { payload, slots, granted: { KEY: `canary ${AWKWARD}` } })
    assert.equal(got.body.toString(), `it's canary ${AWKWARD} and $KEY`)
  })

  for (const LC_ALL of ['C', 'C.UTF-8']) {
    it(`puts secrets into a form percent-encoded, with ${LC_ALL} for a locale`, async () => {
      const payload = 'key=${KEY}&literally=$OTHER'
      const slots: SecretSlot[] = [slot(payload, '${KEY}', 'form'), slot(payload, '$OTHER', 'form')]
      const got = await assertSame(server, {
        payload,
        slots,
        format: 'form',
        granted: { KEY: `canary ${AWKWARD}` },
        env: { LC_ALL },
      })
      assert.equal(got.headers['content-type'], 'application/x-www-form-urlencoded')
      assert.deepEqual(Object.fromEntries(new URLSearchParams(got.body.toString())), {
        key: `canary ${AWKWARD}`,
        literally: '$OTHER',
      })
    })
  }

  it('escapes values of the event for Slack, as the webhook does', async () => {
    const payload = '{"text":"<b> ${KEY}"}'
    const script = bashScript({
      settings: { url: server.url, service: 'slack' },
      payload,
      slots: [slot(payload, '${KEY}')],
      values: [{ offset: payload.indexOf('<b>'), text: '<b>' }],
      granted: ['KEY'],
    })
    await bash(script, { SECRET_KEY: '<k>' })
    assert.equal(server.received[0]?.body.toString(), '{"text":"&lt;b&gt; <k>"}')
  })

  it('makes the same request whatever the payload and the secrets are (property)', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\0', '').toWellFormed())
    await fc.assert(
      fc.asyncProperty(text, text, text, async (before, value, after) => {
        const open = '{"a":'
        const payload = `${open}${JSON.stringify(`${before}|KEY|${after}`)}}`.replace('|KEY|', () => '${KEY}')
        const offset = JSON.stringify(before).length - 1 + open.length
        const slots: SecretSlot[] = [{ name: 'KEY', offset, text: '${KEY}', as: 'json-text' }]
        await assertSame(server, {
          payload,
          slots,
          granted: { KEY: `${value}x` },
          signing: 'canary',
          settings: { signing: 'github' },
        })
      }),
      { numRuns: 25 },
    )
  }).timeout(60_000)

  it('has the four names at the top, and tells which of them the webhook does without', () => {
    const script = bashScript({ settings: { url: 'https://x.example' }, payload: '{}', slots: [], granted: [] })
    assert.match(script, /^ACCESS_TOKEN=.*none$/m)
    assert.match(script, /^SECRET=.*does not sign$/m)
    assert.match(script, /^PAYLOAD='\{\}'$/m)
    assert.match(script, /^API_ENDPOINT='https:\/\/x\.example\/'$/m)
    assert.doesNotMatch(script, /Authorization/)
  })

  it('works with values pasted between the quotes, and makes a new id each time', async () => {
    const settings = { url: server.url, accessToken: 'id', signing: 'wandb' as const }
    const script = bashScript({ settings, payload: '{}', slots: [], granted: [] })
      .replace('paste the access token here', 'my "token" $x } \\')
      .replace('paste the signing secret here', 'wandb-secret')
    await bash(script, {})
    await bash(script, {})
    const [first, second] = server.received
    assert.equal(first?.headers.authorization, 'Bearer my "token" $x } \\')
    assert.match(String(first.headers['x-wandb-signature']), /^52559e38b703/)
    assert.match(String(first.headers['webhook-id']), /^test_[0-9a-f]{32}$/)
    assert.notEqual(first.headers['webhook-id'], second?.headers['webhook-id'])
    assert.ok(Math.abs(Number(first.headers['webhook-timestamp']) - Date.now() / 1000) < 10)
  })

  for (const [pasted, sent] of [
    ['Bearer abc', 'Bearer abc'],
    ['bearer Bearer abc', 'Bearer abc'],
    ['Token abc', 'Token abc'],
    ['BASIC abc', 'BASIC abc'],
  ] as const) {
    it(`sends the token ${pasted} as ${sent}, as the webhook does`, async () => {
      const settings = { url: server.url, accessToken: 'id' }
      await bash(bashScript({ settings, payload: '{}', slots: [], granted: [] }), { ACCESS_TOKEN: pasted })
      assert.equal(server.received[0]?.headers.authorization, sent)
    })
  }

  it('asks for a URL that Node-RED takes from an environment variable', async () => {
    const script = bashScript({ settings: { url: '${SLACK_URL}' }, payload: '{}', slots: [], granted: [] })
    assert.match(script, /^API_ENDPOINT=.*paste the URL that is in SLACK_URL here/m)
    await bash(script, { API_ENDPOINT: `${server.url}/from-the-environment` })
    assert.deepEqual(
      server.received.map(({ path }) => path),
      ['/from-the-environment'],
    )
  })

  it('uses the proxy and skips verification as the webhook does', () => {
    const input = { settings: { url: 'https://x.example' }, payload: '{}', slots: [], granted: [] }
    const script = bashScript({ ...input, proxy: "http://pro'xy:3128", insecure: true })
    assert.match(script, /--proxy 'http:\/\/pro'\\''xy:3128'/)
    assert.match(script, /--insecure/)
    assert.doesNotMatch(bashScript(input), /--insecure|--proxy/)
  })

  it('is refused as the webhook itself would be, and for NUL', () => {
    const settings = { url: 'https://x.example' }
    const text = '{"a":"${KEY}"}'
    const make = (input: Partial<Parameters<typeof bashScript>[0]>) => () =>
      bashScript({ settings, payload: '{}', slots: [], granted: [], ...input })
    assert.throws(make({ settings: { url: 'nope' } }), { code: 'webhook_invalid' })
    assert.throws(make({ payload: text, slots: [slot(text, '${KEY}')] }), { code: 'secret_unknown' })
    assert.throws(make({ payload: 'a\0b' }), { code: 'bash_impossible' })
  })
})
