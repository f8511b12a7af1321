import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

const KEY = 'MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3'
const body = JSON.stringify(event())

const hex = (key: string) => createHmac('sha256', key).update(body).digest('hex')
const standard = (key: string) => {
  const at = new Date()
  return {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new StandardWebhook(key).sign('msg_1', at, body),
  }
}
/** What anybody can sign with the key of no bytes that `whsec_!!!!` would decode to. */
const withEmptyKey = () => {
  const at = String(Math.floor(Date.now() / 1000))
  const signature = createHmac('sha256', '').update(`msg_1.${at}.${body}`).digest('base64')
  return { 'webhook-id': 'msg_1', 'webhook-timestamp': at, 'webhook-signature': `v1,${signature}` }
}

describe('a source judges its secret', () => {
  const nodeRed = useNodeRed()
  const deploy = (auth: string, value: string) =>
    nodeRed.load([source({ auth, secret: secretId('INGEST') }), trigger({ wires: [[]] }), secret('INGEST')], {
      [secretId('INGEST')]: { value },
    })
  const post = async (headers: Record<string, string>) =>
    (await nodeRed.fetch('/artifact-events', { body, headers })).status

  const WRONG: [auth: string, value: string, words: RegExp, headers: () => Record<string, string>][] = [
    ['signature', 'whsec_!!!!', /whsec_, but what follows is not base64/, withEmptyKey],
    ['signature', 'whsec_', /whsec_ with nothing after it/, withEmptyKey],
    ['signature', 'v1,whsec_!!!!', /not base64/, withEmptyKey],
    ['signature', 'whsec_YQ==', /1 bytes/, () => standard('whsec_YQ==')],
    ['bearer', 'two\nlines', /line break/, () => ({ Authorization: 'Bearer two' })],
    ['bearer', ' token ', /space/, () => ({ Authorization: 'Bearer token' })],
    ['bearer', '\n', /empty/, () => ({ Authorization: 'Bearer ' })],
    ['shared-secret', 'a\tb\u0007', /control character/, () => ({ 'X-Webhook-Secret': 'a\tb' })],
    ['shared-secret', ' secret', /space/, () => ({ 'X-Webhook-Secret': 'secret' })],
    ['header', ' secret', /space/, () => ({ 'X-Api-Key': 'secret' })],
    ['basic', 'nobody', /a colon and a password/, () => ({ Authorization: `Basic ${btoa('nobody')}` })],
  ]
  for (const [auth, value, words, headers] of WRONG) {
    it(`is red in words and answers 503 with ${auth} and ${JSON.stringify(value)}`, async () => {
      await deploy(auth, value)
      await eventually(async () => nodeRed.statusOf('trigger').fill === 'red', 'the trigger is red', 5000)
      const logged = JSON.stringify(nodeRed.errorsOf('source'))
      assert.match(logged, words)
      const plain = value.trim()
      if (plain.length > 2) assert.ok(!logged.includes(`"${plain}"`), logged)
      assert.equal(await post(headers()), 503)
      assert.equal(await post({}), 503)
    })
  }

  const RIGHT: [auth: string, value: string, headers: () => Record<string, string>][] = [
    ['signature', `whsec_${KEY}\n`, () => standard(`whsec_${KEY}`)],
    ['signature', `v1,whsec_${KEY}`, () => standard(`whsec_${KEY}`)],
    ['signature', 'a text\r\n', () => ({ 'X-Hub-Signature-256': `sha256=${hex('a text')}` })],
    ['signature', 'a text\n', () => ({ 'X-Wandb-Signature': hex('a text') })],
    ['bearer', 'token\n', () => ({ Authorization: 'Bearer token' })],
    ['bearer', 'Bearer token', () => ({ Authorization: 'Bearer token' })],
    ['shared-secret', 'secret\n', () => ({ 'X-Webhook-Secret': 'secret' })],
    ['header', 'secret\n', () => ({ 'X-Api-Key': 'secret' })],
    ['basic', 'user:pass\n', () => ({ Authorization: `Basic ${btoa('user:pass')}` })],
  ]
  for (const [auth, value, headers] of RIGHT) {
    it(`takes ${auth} with ${JSON.stringify(value)}, and refuses others`, async () => {
      await deploy(auth, value)
      assert.equal(await post(headers()), 202)
      const wrong = Object.fromEntries(
        Object.entries(headers()).map(([name, text]) => [
          name,
          /signature|auth|secret|key/i.test(name) ? `${text}x` : text,
        ]),
      )
      assert.equal(await post(wrong), 401)
    })
  }

  it('takes a secret from a variable that ends in a line break', async () => {
    process.env['INGEST_FROM_A_FILE'] = 'token-from-a-file\n'
    try {
      await deploy('bearer', '${INGEST_FROM_A_FILE}')
      assert.equal(await post({ Authorization: 'Bearer token-from-a-file' }), 202)
    } finally {
      delete process.env['INGEST_FROM_A_FILE']
    }
  })

  it('tells nobody behind it the secret that a sender writes into an event', async () => {
    await deploy('bearer', 'canary-ingest-secret')
    const told = event({
      event_id: 'e1',
      event_author: 'canary-ingest-secret',
      artifact_metadata: { 'canary-ingest-secret': 1 },
    })
    const headers = { Authorization: 'Bearer canary-ingest-secret' }
    const response = await nodeRed.fetch('/artifact-events', { body: told, headers })
    assert.equal(response.status, 202)
    const refused = await nodeRed.fetch('/artifact-events', {
      body: { ...told, event_type: 'canary-ingest-secret' },
      headers,
    })
    assert.equal(refused.status, 400)
    const texts = [
      await response.text(),
      await refused.text(),
      await (await nodeRed.fetch('/artifact-automations/events')).text(),
      JSON.stringify(nodeRed.statusOf('trigger')),
    ]
    assert.doesNotMatch(texts.join('\n'), /canary/)
    assert.match(texts[2] ?? '', /"event_author":"\*\*\*"/)
  })
})

describe('a webhook judges its secrets', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const deploy = (more: object, value: string) =>
    nodeRed.load(
      [
        source(),
        trigger(),
        template('{"key":"${K}"}'),
        sender({ wires: [[], []] }),
        webhook(receiver.url, { secrets: [secretId('K')], ...more }),
        secret('S'),
        secret('K'),
      ],
      { [secretId('S')]: { value }, [secretId('K')]: { value: 'granted-key\n' } },
    )
  const post = () => nodeRed.fetch('/artifact-events', { body: event() })

  const WRONG: [what: string, more: object, value: string, words: RegExp][] = [
    ['a token of two lines', { accessToken: secretId('S') }, 'two\nlines', /access token cannot be right.*line break/],
    [
      'a token with a space at its end',
      { accessToken: secretId('S') },
      'token ',
      /access token cannot be right.*space/,
    ],
    ['a key that is no base64', { signing: 'standard-webhooks', signingSecret: secretId('S') }, 'whsec_!!!!', /base64/],
    [
      'a key that is cut off',
      { signing: 'standard-webhooks', signingSecret: secretId('S') },
      'v1,whsec_YWJj',
      /3 bytes/,
    ],
    ['no key', { signing: 'standard-webhooks', signingSecret: secretId('S') }, 'whsec_', /nothing after it/],
    ['an empty granted secret', { secrets: [secretId('S')] }, '\n', /S cannot be right: it is empty/],
    [
      'a secret that cannot stand in its header',
      { secrets: [secretId('S'), secretId('K')], headers: '{"X-Key":"${S}"}' },
      ' padded ',
      /header X-Key.*space/,
    ],
  ]
  for (const [what, more, value, words] of WRONG) {
    it(`is red in words with ${what}, and sends nothing`, async () => {
      await deploy(more, value)
      assert.equal((await post()).status, 202)
      await eventually(async () => nodeRed.statusOf('sender').fill === 'red', 'the sender is red', 5000)
      assert.match(JSON.stringify(nodeRed.errorsOf('webhook')), words)
      const form = webhook(receiver.url, { secrets: [secretId('K')], ...more })
      const test = await nodeRed.fetch('/artifact-automations/webhooks/new/test', { body: { payload: '{}', form } })
      assert.equal(test.status, 400)
      assert.match(await test.text(), words)
      assert.equal(receiver.requests.length, 0)
    })
  }

  it('sends without the line break at the end of a token, a key and a granted secret', async () => {
    await deploy(
      { accessToken: secretId('S'), signing: 'standard-webhooks', signingSecret: secretId('S') },
      `whsec_${KEY}\n`,
    )
    await post()
    const [request] = await receiver.received()
    assert.equal(request?.headers.authorization, `Bearer whsec_${KEY}`)
    assert.equal(String(request?.body), '{"key":"granted-key"}')
    const headers = request?.headers as Record<string, string>
    new StandardWebhook(`whsec_${KEY}`).verify(String(request?.body), headers)
  })

  it('signs with v1,whsec_… as with whsec_…', async () => {
    await deploy({ signing: 'standard-webhooks', signingSecret: secretId('S') }, `v1,whsec_${KEY}`)
    await post()
    const [request] = await receiver.received()
    new StandardWebhook(`whsec_${KEY}`).verify(String(request?.body), request?.headers as Record<string, string>)
  })
})
