import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Secret } from '../../../dist/lib/secrets/secret.js'
import type { WebhookSettings } from '../../../dist/lib/webhook/compile.js'
import { buildRequest } from '../../../dist/lib/webhook/request.js'
import { grant, request, slot, tokenWebhook, webhook } from './webhooks.mts'

const URL_ = 'https://hooks.example.com/in'
const AT = new Date('2026-11-24T12:00:00.987Z')

function signed(settings: Partial<WebhookSettings>, secret: string, payload: string | Buffer, id = 'dlv_1', at = AT) {
  const to = webhook({ url: URL_, ...settings }, { signing: new Secret(secret) })
  return buildRequest(to, { id, attempt: 1, at, payload: Buffer.from(payload), slots: [] })
}

/** HMAC-SHA256 by another program. */
function openssl(secret: string, body: string | Buffer, encoding: 'hex' | 'base64'): string {
  const command = ['dgst', '-sha256', '-hmac', secret, '-binary']
  return execFileSync('openssl', command, { input: body }).toString(encoding)
}

describe('a request', () => {
  it('has what identifies the attempt, and the time of it', () => {
    const to = webhook({ url: URL_ })
    const { headers } = buildRequest(to, { id: 'dlv_7', attempt: 3, at: AT, payload: Buffer.from('{}'), slots: [] })
    assert.equal(headers['webhook-id'], 'dlv_7')
    assert.equal(headers['webhook-timestamp'], '1795521600')
    assert.equal(headers['X-Automation-Attempt'], '3')
    assert.equal(headers['Content-Type'], 'application/json')
    assert.match(headers['User-Agent'] ?? '', /^artifact-automations\/\d/)
    assert.equal(headers['Authorization'], undefined)
  })

  it('sends bytes without slots exactly as they are', () => {
    const bytes = Buffer.from([0, 255, 195, 40, 13, 10])
    assert.equal(request(webhook({ url: URL_ }), bytes).body.compare(bytes), 0)
  })

  it('#82 fills secrets into the body, escaped where JSON needs it', () => {
    const text = '{"a":"x ${KEY} y","b":${KEY},"c":"${ACCESS_TOKEN}"}'
    const to = tokenWebhook({ url: URL_ }, { granted: grant({ KEY: '"canary"\n\\ü' }) })
    const slots = [
      slot(text, '${KEY}'),
      { ...slot(text, '${KEY}', 'json-value'), offset: text.lastIndexOf('${KEY}') },
      slot(text, '${ACCESS_TOKEN}'),
    ]
    const { body, masked } = request(to, text, slots)
    assert.equal(
      body.toString(),
      '{"a":"x \\"canary\\"\\n\\\\ü y","b":"\\"canary\\"\\n\\\\ü","c":"canary-access-token-1f0c"}',
    )
    assert.equal(masked.body, '{"a":"x *** y","b":"***","c":"***"}')
  })

  it('#62 cannot be built when a secret is not granted, the token is missing, or somebody moved the text', () => {
    const text = '{"a":"${KEY}","b":"${ACCESS_TOKEN}"}'
    const to = webhook({ url: URL_ }, { granted: grant({ OTHER: 'x' }) })
    assert.throws(() => request(to, text, [slot(text, '${KEY}')]), { code: 'secret_unknown' })
    assert.throws(() => request(to, text, [slot(text, '${ACCESS_TOKEN}')]), { code: 'token_missing' })
    assert.throws(() => request(to, ` ${text}`, [slot(text, '${KEY}')]), { code: 'payload_changed' })
  })

  it('is at most 1 MiB', () => {
    const to = webhook({ url: URL_ })
    assert.equal(request(to, Buffer.alloc(1024 * 1024)).body.length, 1024 * 1024)
    assert.throws(() => request(to, Buffer.alloc(1024 * 1024 + 1)), { code: 'payload_too_large' })
  })

  it('has a twin in which every secret and signature is masked', () => {
    for (const [signing, header, shown] of [
      ['wandb', 'X-Wandb-Signature', '***'],
      ['github', 'X-Hub-Signature-256', 'sha256=***'],
      ['standard-webhooks', 'webhook-signature', 'v1,***'],
    ] as const) {
      const to = tokenWebhook({ url: URL_, signing }, { signing: new Secret('canary-signing') })
      const { masked, headers } = request(to)
      assert.equal(masked.headers[header], shown)
      assert.equal(masked.headers['Authorization'], 'Bearer ***')
      assert.equal(masked.url, URL_)
      assert.equal(masked.method, 'POST')
      assert.deepEqual(Object.keys(masked.headers), Object.keys(headers))
    }
  })

  it('masks a secret that a flow wrote into the payload itself', () => {
    const to = tokenWebhook({ url: URL_ })
    assert.equal(request(to, '{"t":"canary-access-token-1f0c"}').masked.body, '{"t":"***"}')
  })

  it('shows what looks like a secret that is not granted as it is sent', () => {
    const text = '{"path":"$HOME"}'
    const { masked, body } = request(webhook({ url: URL_ }), text, [slot(text, '$HOME')])
    assert.deepEqual([masked.body, body.toString()], [text, text])
  })

  it('never shows a secret in its twin (property)', () => {
    const value = fc.string({ minLength: 5, maxLength: 30 }).filter((text) => !'{"a":"***"}'.includes(text))
    fc.assert(
      fc.property(value, (secret) => {
        const text = '{"a":"${KEY}"}'
        const to = webhook({ url: URL_ }, { granted: grant({ KEY: secret }) })
        const { masked, body } = request(to, text, [slot(text, '${KEY}')])
        assert.equal(masked.body, '{"a":"***"}')
        assert.equal((JSON.parse(body.toString()) as { a: string }).a, secret)
      }),
    )
  })
})

describe('a signature', () => {
  it('is what W&B was seen to send: lower-case hex over the bytes (wandb/jetson-webhook)', () => {
    const { headers } = signed({ signing: 'wandb' }, 'wandb-secret', '{}')
    assert.equal(headers['X-Wandb-Signature'], '52559e38b703c126364613936a92a8b4382b409539f153b22c86e5c2e419327a')
  })

  it('is GitHub’s own example (docs.github.com, "Validating webhook deliveries")', () => {
    const { headers } = signed({ signing: 'github' }, "It's a Secret to Everybody", 'Hello, World!')
    assert.equal(
      headers['X-Hub-Signature-256'],
      'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
    )
  })

  it('is Standard Webhooks’ own example (specification, symmetric)', () => {
    const at = new Date(1674087231 * 1000)
    const payload = '{"event_type":"ping","data":{"success":true}}'
    const { headers } = signed(
      { signing: 'standard-webhooks' },
      'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
      payload,
      'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk',
      at,
    )
    const expected = createHmac('sha256', Buffer.from('C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 'base64'))
      .update(`msg_27UH4WbU6Z5A5EzD8u03UvzRbpk.1674087231.${payload}`)
      .digest('base64')
    assert.equal(headers['webhook-signature'], `v1,${expected}`)
  })

  for (const payload of ['{}', '', '{"text":"Grüße 🌍"}', Buffer.from([0, 1, 255])]) {
    it(`agrees with openssl on ${JSON.stringify(payload)}`, () => {
      const hex = signed({ signing: 'wandb' }, 'key ü', payload).headers
      assert.equal(hex['X-Wandb-Signature'], openssl('key ü', payload, 'hex'))
      const base64 = signed({ signing: 'wandb', signatureEncoding: 'base64' }, 'key ü', payload).headers
      assert.equal(base64['X-Wandb-Signature'], openssl('key ü', payload, 'base64'))
      const github = signed({ signing: 'github' }, 'key ü', payload).headers
      assert.equal(github['X-Hub-Signature-256'], `sha256=${openssl('key ü', payload, 'hex')}`)
    })
  }

  it('is accepted by the standardwebhooks package, for a whsec_ secret and for a text', () => {
    const now = new Date()
    const payload = '{"text":"Grüße 🌍"}'
    const secret = `whsec_${Buffer.from('0123456789abcdef01234567').toString('base64')}`
    const encoded = signed({ signing: 'standard-webhooks' }, secret, payload, 'dlv_9', now)
    assert.deepEqual(new StandardWebhook(secret).verify(payload, { ...encoded.headers }), JSON.parse(payload))
    const plain = signed({ signing: 'standard-webhooks' }, 'just text', payload, 'dlv_9', now)
    assert.deepEqual(
      new StandardWebhook('just text', { format: 'raw' }).verify(payload, { ...plain.headers }),
      JSON.parse(payload),
    )
    assert.throws(() => new StandardWebhook(secret).verify(payload, { ...plain.headers }))
  })

  it('is over the bytes that are sent, secrets filled in (property)', () => {
    const template = '{"a":"${KEY}"}'
    const filled = (text: string) => text.trim() !== '' && !/[\r\n]$/.test(text)
    const text = fc.string({ unit: 'binary' }).filter(filled)
    const signing = fc.string({ minLength: 1 }).filter(filled)
    fc.assert(
      fc.property(text, signing, (value, key) => {
        const to = webhook(
          { url: URL_, signing: 'github' },
          { signing: new Secret(key), granted: grant({ KEY: value }) },
        )
        const { body, headers } = request(to, template, [slot(template, '${KEY}')])
        const expected = createHmac('sha256', key).update(body).digest('hex')
        assert.equal(headers['X-Hub-Signature-256'], `sha256=${expected}`)
      }),
    )
  })

  it('is made anew for each attempt: the same id and body, another time', () => {
    const first = signed({ signing: 'standard-webhooks' }, 'key', '{}')
    const second = signed({ signing: 'standard-webhooks' }, 'key', '{}', 'dlv_1', new Date(AT.getTime() + 5000))
    assert.equal(first.headers['webhook-id'], second.headers['webhook-id'])
    assert.notEqual(first.headers['webhook-timestamp'], second.headers['webhook-timestamp'])
    assert.notEqual(first.headers['webhook-signature'], second.headers['webhook-signature'])
  })

  for (const secret of ['whsec_', 'whsec_not base64', 'whsec_abc', 'whsec_ab-_']) {
    it(`cannot be made with the secret ${secret}`, () => {
      assert.throws(() => signed({ signing: 'standard-webhooks' }, secret, '{}'), {
        code: 'secret_invalid',
        message: /whsec_/,
      })
    })
  }
})

describe('GitHub’s limits', () => {
  const properties = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`p${index}`, 1]))
  const dispatch = (body: unknown, url = 'https://api.github.com/repos/o/r/dispatches') =>
    request(webhook({ url, service: 'github' }), typeof body === 'string' ? body : JSON.stringify(body))
  const sized = (bytes: number) => {
    const body = { event_type: 'e', client_payload: { text: '' } }
    body.client_payload.text = 'x'.repeat(bytes - JSON.stringify(body).length)
    return body
  }

  /** [what, body, the refusal; null: it is sent] */
  const BODIES: readonly [what: string, body: unknown, says: RegExp | null][] = [
    ['10 properties', { event_type: 'e', client_payload: properties(10) }, null],
    ['11 properties', { event_type: 'e', client_payload: properties(11) }, /at most 10 top-level properties.*has 11/],
    ['many nested properties', { event_type: 'e', client_payload: { all: properties(50) } }, null],
    ['an event_type of 100 characters', { event_type: 'x'.repeat(100) }, null],
    ['an event_type of 100 emoji', { event_type: '🌍'.repeat(100) }, null],
    ['an event_type of 101 characters', { event_type: 'x'.repeat(101) }, /at most 100 characters.*has 101/],
    ['one byte less than 64 KB', sized(65_535), null],
    ['64 KB', sized(65_536), /less than 64 KB.*65536 bytes/],
    ['what is not JSON', 'text', null],
  ]
  for (const [what, body, says] of BODIES) {
    it(`${says ? 'refuse' : 'allow'} ${what}`, () => {
      if (says) assert.throws(() => dispatch(body), { code: 'service_limits', message: says })
      else dispatch(body)
    })
  }

  it('are about dispatches: other calls to GitHub, and other services, have none', () => {
    dispatch({ title: 'x', body: 'x'.repeat(70_000) }, 'https://api.github.com/repos/o/r/issues')
    request(webhook({ url: URL_ }), JSON.stringify({ event_type: 'e', client_payload: properties(11) }))
  })
})
