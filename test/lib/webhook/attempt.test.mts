import assert from 'node:assert/strict'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import { attempt } from '../../../dist/lib/webhook/attempt.js'
import type { Webhook, WebhookSettings } from '../../../dist/lib/webhook/compile.js'
import { attemptRecord } from '../../../dist/lib/webhook/outcome.js'
import { closeServers, httpServer, rawServer } from './servers.mts'
import { client, closeClients, grant, slot, TOKEN, tokenWebhook } from './webhooks.mts'

const once = (to: Webhook, payload = '{}', slots: Parameters<typeof slot>[] = []) =>
  attempt(
    to,
    client(to),
    {
      id: 'dlv_1',
      attempt: 1,
      at: new Date(),
      payload: Buffer.from(payload),
      slots: slots.map((each) => slot(...each)),
    },
    { now: () => new Date() },
  )

const to = (url: string, secrets: Record<string, string> = {}, settings: Partial<WebhookSettings> = {}) =>
  tokenWebhook({ url, timeout: 5, ...settings }, { granted: grant(secrets) })

describe('an attempt', () => {
  afterEach(async () => {
    await closeClients()
    await closeServers()
  })

  it('masks what the endpoint echoes: token, secrets and signature, in headers and body', async () => {
    const server = await httpServer((response, { headers, body }) => {
      response.writeHead(401, {
        'X-Echo': String(headers.authorization),
        'X-Sign': String(headers['x-wandb-signature']),
      })
      response.end(JSON.stringify({ headers, body: body.toString(), base64: body.toString('base64') }))
    })
    const text = '{"key":"${GITHUB_KEY}"}'
    const webhook = tokenWebhook(
      { url: server.url, signing: 'wandb', headers: '{"X-Key":"${GITHUB_KEY}"}' },
      { signing: new Secret('canary-signing-secret'), granted: grant({ GITHUB_KEY: 'canary "key" \\ 42' }) },
    )
    const { request, result, outcome } = await once(webhook, text, [[text, '${GITHUB_KEY}']])
    const { response } = result
    const shown = JSON.stringify([result, outcome, attemptRecord(new Date(), result, outcome)])
    assert.equal(server.received[0]?.headers.authorization, `Bearer ${TOKEN}`)
    assert.equal(server.received[0].body.toString(), '{"key":"canary \\"key\\" \\\\ 42"}')
    assert.doesNotMatch(shown, /canary/)
    assert.ok(!shown.includes(String(request.headers['X-Wandb-Signature'])))
    assert.equal(response?.headers['x-echo'], 'Bearer ***')
    assert.match(response.body, /"authorization":"Bearer \*\*\*"/)
  })

  const PLACES = ['a header', 'one of several headers', 'the name of a header', 'the body', 'a broken answer'] as const
  for (const place of PLACES) {
    it(`masks what is only in ${place}`, async () => {
      const server = await httpServer((response) => {
        if (place === 'a header') response.setHeader('X-Echo', TOKEN)
        if (place === 'one of several headers') response.setHeader('Set-Cookie', ['a=1', `b=${TOKEN}`])
        if (place === 'the name of a header') response.setHeader(`X-${TOKEN.toUpperCase()}`, 'yes')
        if (place === 'a broken answer') {
          response.writeHead(200, { 'Content-Length': 100 })
          response.write(`${TOKEN.slice(0, 12)}`)
          setTimeout(() => response.destroy(), 50)
        } else response.end(place === 'the body' ? `${TOKEN}!` : 'nothing')
      })
      const { result } = await once(to(server.url))
      const shown = JSON.stringify(result)
      assert.doesNotMatch(shown, /canary/i)
      assert.ok(shown.includes('***'), shown)
      assert.equal(result.response?.status, 200)
    })
  }

  it('keeps every value of headers whose names are masked alike', async () => {
    const server = await rawServer((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nX-${TOKEN}: 1\r\nx-${TOKEN}: 2\r\nContent-Length: 0\r\n\r\n`)
    })
    const { result } = await once(to(server.url))
    assert.match(JSON.stringify(result.response?.headers['x-***']), /1.*2/)
  })

  it('masks the beginning of a secret where an answer is cut', async () => {
    const server = await httpServer((response) => response.end(`${'x'.repeat(16_384 - 12)}${TOKEN}`))
    const { result } = await once(to(server.url))
    assert.ok(result.response?.body.endsWith('xxx***'), result.response?.body.slice(-20))
  })

  it('does not show the beginning of a secret where an error cuts what the endpoint said', async () => {
    for (const body of [`${'x'.repeat(190)}${TOKEN}`, JSON.stringify({ message: `${'x'.repeat(190)}${TOKEN}` })]) {
      const server = await httpServer((response) => {
        response.writeHead(400, body.startsWith('{') ? { 'Content-Type': 'application/json' } : {})
        response.end(body)
      })
      const { outcome } = await once(to(server.url))
      assert.equal(outcome.kind, 'failed')
      assert.doesNotMatch(JSON.stringify(outcome), /canary/)
    }
  })

  const JSON_ANSWERS: Record<string, [secret: string, said: string, shown: string]> = {
    'a number that is a short secret': ['1', '{"id":1}', '{"id":1}'],
    'a word that is a short secret': ['true', '{"ok":true}', '{"ok":true}'],
    'a number that is a long one': ['123456', '{"id":123456, "n":1}', '{"id":"***", "n":1}'],
    'an empty text beside one': ['canary-x', '{"a":"","b":"canary-x"}', '{"a":"","b":"***"}'],
    'a secret with quotes': ['canary"x', JSON.stringify({ a: '>canary"x<' }), '{"a":">***<"}'],
  }
  for (const [what, [secret, said, shown]] of Object.entries(JSON_ANSWERS)) {
    it(`leaves JSON the JSON that it was: ${what}`, async () => {
      const server = await httpServer((response) => {
        response.setHeader('Content-Type', 'application/json')
        response.end(said)
      })
      const { result } = await once(to(server.url, { KEY: secret }))
      assert.equal(result.response?.body, shown)
    })
  }

  const VERDICTS: Record<
    string,
    { service: WebhookSettings['service']; secret: string; status: number; said: string }
  > = {
    'a refusal of Slack whose words are the secret': {
      service: 'slack',
      secret: '"ok":false',
      status: 200,
      said: '{"ok":false,"error":"invalid_payload"}',
    },
    'a refusal of Slack whose code is the secret': {
      service: 'slack',
      secret: 'ratelimited',
      status: 200,
      said: '{"ok":false,"error":"ratelimited"}',
    },
    'a refusal of Teams whose sentence is the secret': {
      service: 'teams',
      secret: 'HTTP error',
      status: 200,
      said: 'Microsoft Teams endpoint returned HTTP error 403',
    },
    'a rate limit of GitHub whose sentence is the secret': {
      service: 'github',
      secret: 'secondary rate limit',
      status: 403,
      said: '{"message":"You have exceeded a secondary rate limit"}',
    },
  }
  for (const [what, { service, secret, status, said }] of Object.entries(VERDICTS)) {
    it(`is judged before it is masked: ${what}`, async () => {
      const server = await httpServer((response) => {
        response.writeHead(status, { 'Content-Type': 'application/json' })
        response.end(said)
      })
      const plain = await once(to(server.url, {}, { service }))
      const masked = await once(to(server.url, { KEY: secret }, { service }))
      assert.notEqual(plain.outcome.kind, 'delivered')
      const { message: _plain, ...error } = (plain.outcome as { error: { code: string; message: string } }).error
      const { message, ...maskedError } = (masked.outcome as { error: { code: string; message: string } }).error
      assert.deepEqual({ ...masked.outcome, error: maskedError }, { ...plain.outcome, error })
      assert.ok(!message.includes(secret), message)
      assert.match(message, /answered \d+/)
    })
  }

  it('is judged a success before it is masked', async () => {
    const server = await httpServer((response) => response.end('{"ok":true,"warning":"x"}'))
    const { outcome, result } = await once(to(server.url, { KEY: '"ok":true' }, { service: 'slack' }))
    assert.deepEqual(outcome, { kind: 'delivered' })
    assert.ok(!JSON.stringify(result).includes('"ok":true'))
  })

  it('honours a Retry-After that is a secret', async () => {
    const server = await httpServer((response) => {
      response.writeHead(429, { 'Retry-After': '003600' })
      response.end()
    })
    const { outcome, result } = await once(to(server.url, { KEY: '003600' }))
    assert.equal(outcome.kind === 'retry' && outcome.retryAfter, 3_600_000)
    assert.equal(result.response?.headers['retry-after'], '***')
  })
})
