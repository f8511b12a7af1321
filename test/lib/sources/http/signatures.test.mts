import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { OutgoingHttpHeaders } from 'node:http'
import fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { body, check, digest, passes, refusal, seconds } from './requests.mts'
import { NOW, SECRET, startSource } from './server.mts'

describe('a request signed as W&B does', () => {
  check('signature', [
    ['hexadecimal digits', true, { 'x-wandb-signature': digest('hex') }],
    ['capital digits', true, { 'x-wandb-signature': digest('hex').toUpperCase() }],
    ['base64', true, { 'x-wandb-signature': digest('base64') }],
    ['sha256= before digits', true, { 'x-wandb-signature': `sha256=${digest('hex')}` }],
    ['sha256= before base64', true, { 'x-wandb-signature': `sha256=${digest('base64')}` }],
    ['no header', false, {}],
    ['an empty header', false, { 'x-wandb-signature': '' }],
    ['sha256= alone', false, { 'x-wandb-signature': 'sha256=' }],
    ['the first half', false, { 'x-wandb-signature': digest('hex').slice(0, 32) }],
    ['one digit less', false, { 'x-wandb-signature': digest('hex').slice(0, -1) }],
    ['one digit more', false, { 'x-wandb-signature': `${digest('hex')}0` }],
    ['base64 without padding', false, { 'x-wandb-signature': digest('base64').replace('=', '') }],
    [
      'base64 for URLs',
      false,
      { 'x-wandb-signature': digest('base64').replaceAll('+', '-').replaceAll('/', '_').replace('=', '') },
    ],
    ['base64 in capitals', false, { 'x-wandb-signature': digest('base64').toUpperCase() }],
    ['the signature of another body', false, { 'x-wandb-signature': digest('hex', '{}') }],
    ['the signature by another secret', false, { 'x-wandb-signature': digest('hex', body, 'other') }],
    ['the secret itself', false, { 'x-wandb-signature': SECRET }],
    [
      'another algorithm',
      false,
      { 'x-wandb-signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` },
    ],
    ['the signature twice', false, { 'x-wandb-signature': [digest('hex'), digest('hex')] }],
  ])

  it('passes with the value that W&B was seen to send', () => {
    // wandb/jetson-webhook at 4c4633b, payload_sender.ipynb
    const seen = '52559e38b703c126364613936a92a8b4382b409539f153b22c86e5c2e419327a'
    assert(passes('signature', { 'x-wandb-signature': seen }, { bytes: Buffer.from('{}') }))
  })
})

describe('a request signed as GitHub does', () => {
  check('signature', [
    ['sha256= and digits', true, { 'x-hub-signature-256': `sha256=${digest('hex')}` }],
    ['digits alone', false, { 'x-hub-signature-256': digest('hex') }],
    ['base64', false, { 'x-hub-signature-256': `sha256=${digest('base64')}` }],
    ['an empty header', false, { 'x-hub-signature-256': '' }],
    ['a half', false, { 'x-hub-signature-256': `sha256=${digest('hex').slice(0, 32)}` }],
    [
      'the older header alone',
      false,
      { 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` },
    ],
  ])

  it('passes with the example of its documentation', () => {
    // docs.github.com, "Validating webhook deliveries", testing the validation
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
    const options = { secret: "It's a Secret to Everybody", bytes: Buffer.from('Hello, World!') }
    assert(passes('signature', { 'x-hub-signature-256': signature }, options))
  })
})

describe('#89 #90 a request signed by Standard Webhooks', () => {
  const id = 'msg_1'
  const signed = (at: number | string, secret = SECRET) => `v1,${digest('base64', `${id}.${at}.${body}`, secret)}`
  const headers = (signature: string, at: number | string | null = seconds) => ({
    'webhook-id': id,
    'webhook-timestamp': at === null ? undefined : String(at),
    'webhook-signature': signature,
  })
  check('signature', [
    ['its signature', true, headers(signed(seconds))],
    ['another one before it', true, headers(`v1,${digest('base64', 'x')} ${signed(seconds)}`)],
    ['one of another version before it', true, headers(`v1a,abc ${signed(seconds)}`)],
    ['a time 300 s ago', true, headers(signed(seconds - 300), seconds - 300)],
    ['a time 300 s ahead', true, headers(signed(seconds + 300), seconds + 300)],
    ['a time 301 s ago', false, headers(signed(seconds - 301), seconds - 301)],
    ['a time 301 s ahead', false, headers(signed(seconds + 301), seconds + 301)],
    ['a time in milliseconds', false, headers(signed(seconds * 1000), seconds * 1000)],
    ['a time with an exponent', false, headers(signed('1e9'), '1e9')],
    ['a time below 0', false, headers(signed(-seconds), -seconds)],
    ['a time with a fraction', false, headers(signed(`${seconds}.0`), `${seconds}.0`)],
    ['an empty time', false, headers(signed(''), '')],
    ['no time', false, headers(signed('undefined'), null)],
    ['another time than was signed', false, headers(signed(seconds), seconds - 1)],
    ['no id', false, { ...headers(`v1,${digest('base64', `undefined.${seconds}.${body}`)}`), 'webhook-id': undefined }],
    ['another id', false, { ...headers(signed(seconds)), 'webhook-id': 'msg_2' }],
    ['v1, alone', false, headers('v1,')],
    ['an empty header', false, headers('')],
    ['a beginning of it', false, headers(signed(seconds).slice(0, 20))],
    ['no version', false, headers(signed(seconds).slice(3))],
    ['commas instead of spaces', false, headers(`v1,abc,${signed(seconds)}`)],
    ['another secret', false, headers(signed(seconds, 'other'))],
  ])

  it('is the same to the independent library, with a whsec_ secret', () => {
    const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
    const signature = new Webhook(secret).sign(id, NOW, body)
    assert(passes('signature', headers(signature), { secret }))
    assert(!passes('signature', headers(signature), { secret: secret.slice(0, -4) }))
    assert(!passes('signature', headers(signed(seconds, secret)), { secret }))
  })

  it('is the same to the independent library, with a plain secret', () => {
    const library = new Webhook(SECRET, { format: 'raw' })
    assert(passes('signature', headers(library.sign(id, NOW, body))))
  })
})

describe('a request signed as Svix does', () => {
  const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
  const svix = new Svix(secret)
  const headers = (signature: string, more: object = {}) => ({
    'svix-id': 'msg_1',
    'svix-timestamp': String(seconds),
    'svix-signature': signature,
    ...more,
  })
  const signature = svix.sign('msg_1', NOW, body)

  it('is judged as Svix’ own library judges it', () => {
    for (const [what, expected, given] of [
      ['its signature', true, headers(signature)],
      ['another one before it', true, headers(`v1,${digest('base64', 'x')} ${signature}`)],
      ['another id', false, headers(signature, { 'svix-id': 'msg_2' })],
      ['another time', false, headers(signature, { 'svix-timestamp': String(seconds - 1) })],
      ['no id', false, headers(signature, { 'svix-id': undefined })],
      ['no time', false, headers(signature, { 'svix-timestamp': undefined })],
      ['a beginning of it', false, headers(signature.slice(0, 20))],
      ['another secret', false, headers(`v1,${digest('base64', `msg_1.${seconds}.${body}`, 'other')}`)],
    ] as const) {
      assert.equal(passes('signature', given, { secret }), expected, what)
      assert.equal(verifies(given), expected, what)
    }
  })

  function verifies(given: Record<string, string | undefined>): boolean {
    const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const clock = Date.now
    try {
      Date.now = () => NOW.getTime()
      svix.verify(body, present as Record<string, string>)
      return true
    } catch {
      return false
    } finally {
      Date.now = clock
    }
  }

  it('may be signed under both names, each of which must be right', () => {
    const standard = { 'webhook-id': 'msg_1', 'webhook-timestamp': String(seconds), 'webhook-signature': signature }
    assert(passes('signature', { ...headers(signature), ...standard }, { secret }))
    assert.match(refusal('signature', { ...standard, ...headers('v1,x') }, { secret }) ?? '', /svix-signature/)
    assert.match(
      refusal('signature', { ...headers(signature), ...standard, 'webhook-id': 'msg_2' }, { secret }) ?? '',
      /webhook-signature/,
    )
  })
})

describe('a request signed as MLflow does', () => {
  const id = '0b5c1b5e-93b6-4a1c-9a3d-3f8d1c8f0a11'
  const signed = (at: number) => `v1,${digest('base64', `${id}.${at}.${body}`)}`
  const headers = (signature: string, at: number | null = seconds) => ({
    'x-mlflow-delivery-id': id,
    'x-mlflow-timestamp': at === null ? undefined : String(at),
    'x-mlflow-signature': signature,
  })
  check('signature', [
    ['its signature', true, headers(signed(seconds))],
    ['that of its first releases', true, { 'x-mlflow-signature': `sha256=${digest('hex')}` }],
    ['a time 300 s ago', true, headers(signed(seconds - 300), seconds - 300)],
    ['a time 301 s ago', false, headers(signed(seconds - 301), seconds - 301)],
    ['no time', false, headers(signed(seconds), null)],
    ['no id', false, { ...headers(signed(seconds)), 'x-mlflow-delivery-id': undefined }],
    ['v1, alone', false, headers('v1,')],
    ['two of them', false, headers(`${signed(seconds)} ${signed(seconds)}`)],
    ['digits alone', false, headers(digest('hex'))],
  ])

  it('has the bytes of its secret as key, also when that begins with whsec_', () => {
    const secret = 'whsec_c2VjcmV0LWtleQ=='
    const signature = `v1,${digest('base64', `${id}.${seconds}.${body}`, secret)}`
    assert(passes('signature', headers(signature), { secret }))
  })
})

describe('a request with several signatures', () => {
  it('passes when every one is right', () => {
    assert(
      passes('signature', { 'x-wandb-signature': digest('base64'), 'x-hub-signature-256': `sha256=${digest('hex')}` }),
    )
  })

  it('#89 is refused when one is wrong, which is named', () => {
    const wrong = { 'x-wandb-signature': digest('hex'), 'x-hub-signature-256': 'sha256=0' }
    assert.match(refusal('signature', wrong) ?? '', /X-Hub-Signature-256/)
    const old = {
      'x-wandb-signature': digest('hex'),
      'webhook-signature': 'v1,x',
      'webhook-id': 'a',
      'webhook-timestamp': '1',
    }
    assert.match(refusal('signature', old) ?? '', /webhook-signature/)
  })

  it('may have a webhook-id without being signed by Standard Webhooks', () => {
    assert(passes('signature', { 'x-wandb-signature': digest('hex'), 'webhook-id': 'msg_1' }))
  })
})

describe('a signature', () => {
  const secretText = fc
    .string({ minLength: 1, unit: 'binary' })
    .filter((text) => text.trim() !== '' && !/[\r\n]$/.test(text))
  it('is over the bytes as they came, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array(), secretText, fc.nat(), (content, secret, place) => {
        const bytes = Buffer.from(content)
        const signature = createHmac('sha256', secret).update(bytes).digest('hex')
        assert(passes('signature', { 'x-wandb-signature': signature }, { bytes, secret }))
        const changed = Buffer.concat([bytes, Buffer.from([place % 256])])
        assert(!passes('signature', { 'x-wandb-signature': signature }, { bytes: changed, secret }))
      }),
    )
  })

  it('#89 never throws for what a stranger may send', () => {
    const header = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(digest('hex').slice(1), 'v1,', 'sha256='),
    )
    const names = [
      'x-wandb-signature',
      'x-hub-signature-256',
      'webhook-signature',
      'x-mlflow-signature',
      'svix-signature',
      'svix-id',
      'svix-timestamp',
      'webhook-id',
      'webhook-timestamp',
    ]
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), header), (headers) => {
        assert.notEqual(refusal('signature', headers), undefined)
      }),
    )
  })

  it('#97 is judged before the body is parsed, and over its spacing and byte order mark', async () => {
    const source = await startSource({ settings: { auth: 'signature' } })
    try {
      const spaced = Buffer.from(`\ufeff ${body} \n`)
      const signature: OutgoingHttpHeaders = {
        'X-Wandb-Signature': createHmac('sha256', SECRET).update(spaced).digest('hex'),
      }
      assert.equal((await source.post(spaced, signature)).status, 202)
      assert.equal((await source.post(JSON.parse(body), signature)).status, 401)
      assert.equal((await source.post('no JSON', signature)).status, 401)
      assert.equal((await source.post('no JSON', { 'X-Wandb-Signature': digest('hex', 'no JSON') })).status, 400)
    } finally {
      await source.close()
    }
  })
})
