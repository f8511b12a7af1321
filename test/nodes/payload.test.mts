import assert from 'node:assert/strict'
import { Receiver, type Recorded } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { core, type FlowNode, NODES, useNodeRed } from './harness.mts'

const HOSTILE = '<!channel> R&D <https://evil.example|Deployed>'
const ESCAPED = '&lt;!channel&gt; R&amp;D &lt;https://evil.example|Deployed&gt;'
const MRKDWN = '{"text": "${alias}", "channel": "${alias}"}'

describe('a payload, for the service of its webhook', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const post = async (more: object = { alias: HOSTILE }) => {
    const { status } = await nodeRed.fetch('/artifact-events', { body: event(more) })
    assert.equal(status, 202)
  }
  const flow = (text: string, hook: object, { send = {}, render = {} }: { send?: object; render?: object } = {}) => [
    source(),
    trigger({ pattern: '' }),
    template(text, render),
    sender(send),
    webhook(receiver.url, hook),
    collects('delivered'),
    collects('failed'),
  ]
  const bodyOf = ({ body }: Recorded) => body.toString()

  it('has the event’s values escaped where Slack reads markup, and nowhere else', async () => {
    await nodeRed.load(flow(MRKDWN, { service: 'slack' }))
    await post()
    const [request] = await receiver.received()
    assert.deepEqual(JSON.parse(bodyOf(request!)), { text: ESCAPED, channel: HOSTILE })
  })

  it('shows so in a dry run, and in the test of the dialog', async () => {
    await nodeRed.load(flow(MRKDWN, { service: 'slack' }, { send: { mode: 'dry-run' } }))
    await post()
    const [message] = await nodeRed.messages('delivered')
    assert.deepEqual(JSON.parse((message as { request: { body: string } }).request.body).text, ESCAPED)
    const answer = await nodeRed.fetch('/artifact-automations/webhooks/webhook/test', {
      body: { payload: MRKDWN, event: event({ alias: HOSTILE }) },
    })
    assert.equal(JSON.parse((await answer.json()).request.body).text, ESCAPED)
    assert.deepEqual(JSON.parse(bodyOf(receiver.requests[0]!)), { text: ESCAPED, channel: HOSTILE })
  })

  it('keeps its secrets, which come after what was escaped', async () => {
    const text = '{"text": "${alias} ${WORD} ${alias}", "n": ${WORD}}'
    await nodeRed.load([...flow(text, { service: 'slack', secrets: [secretId('WORD')] }), secret('WORD')], {
      [secretId('WORD')]: { value: '<open> & "shut"' },
    })
    await post()
    const [request] = await receiver.received()
    const word = '<open> & "shut"'
    assert.deepEqual(JSON.parse(bodyOf(request!)), { text: `${ESCAPED} ${word} ${ESCAPED}`, n: word })
  })

  it('reaches two senders behind one template as each service needs it', async () => {
    const flowOfTwo: FlowNode[] = [
      ...flow('{"text": "${alias}"}', { service: 'slack' }, { render: { wires: [['sender', 'other']] } }),
      sender({ id: 'other', webhook: 'teams-hook', wires: [[], []] }),
      webhook(`${receiver.url}/teams`, { id: 'teams-hook', service: 'teams' }),
    ]
    await nodeRed.load(flowOfTwo)
    await post({ alias: 'a_b & <c>' })
    const texts = (await receiver.received(2)).map((request) => [request.url, JSON.parse(bodyOf(request)).text])
    assert.deepEqual(Object.fromEntries(texts), { '/': 'a_b &amp; &lt;c&gt;', '/teams': 'a\\_b & &lt;c>' })
  })

  it('is escaped once, when a failed one goes on to another webhook of the service', async () => {
    receiver.answer(({ url }, response) => {
      response.statusCode = url === '/' ? 400 : 200
      response.end(url === '/' ? 'no' : 'ok')
    })
    await nodeRed.load([
      ...flow(MRKDWN, { service: 'slack' }, { send: { wires: [[], ['other']] } }),
      sender({ id: 'other', webhook: 'second-hook', wires: [[], []] }),
      webhook(`${receiver.url}/second`, { id: 'second-hook', service: 'slack' }),
    ])
    await post()
    const [request] = await receiver.received(1, ({ url }) => url === '/second')
    assert.equal(JSON.parse(bodyOf(request!)).text, ESCAPED)
  })

  it('is what a node between template and sender made of it: its text is the flow’s own', async () => {
    const change = (to: string): FlowNode => ({
      id: 'in-between',
      type: 'change',
      name: '',
      rules: [{ t: 'set', p: 'payload', pt: 'msg', to, tot: 'jsonata' }],
      wires: [['sender']],
    })
    const nodes = [...NODES, core('function/15-change')]
    const own = flow('{"text": "${alias}"}', { service: 'slack' }, { render: { wires: [['in-between']] } })
    await nodeRed.load([...own, change(`'{"text": "<!here> more"}'`)], {}, nodes)
    await post()
    const [request] = await receiver.received()
    assert.equal(JSON.parse(bodyOf(request!)).text, '<!here> more')
  })

  it('is escaped for the service of a webhook that is disabled, which gets it when it is enabled', async () => {
    const off = flow(MRKDWN, { service: 'slack', d: true })
    await nodeRed.load(off)
    await post()
    await eventually(
      async () => (nodeRed.statusOf('sender').text ?? '').includes('1 waiting'),
      'the delivery does not wait',
    )
    await nodeRed.redeploy(flow(MRKDWN, { service: 'slack' }))
    const [request] = await receiver.received()
    assert.equal(JSON.parse(bodyOf(request!)).text, ESCAPED)
  })

  describe('of the format form', () => {
    const FORM = 'application/x-www-form-urlencoded'
    const form = { render: { format: 'form' } }
    const granted = { secrets: [secretId('T')] }
    const credentials = { [secretId('T')]: { value: 'x&y=z +%' } }
    const fields = (request: Recorded) => Object.fromEntries(new URLSearchParams(bodyOf(request)))

    it('has the fields of its template and no other, and says what it is', async () => {
      await nodeRed.load([...flow('token=${T}&alias=${alias}', granted, form), secret('T')], credentials)
      await post({ alias: 'a b&ref=evil' })
      const [request] = await receiver.received()
      assert.deepEqual(fields(request!), { token: 'x&y=z +%', alias: 'a b&ref=evil' })
      assert.equal(request!.headers['content-type'], FORM)
    })

    it('says so in every attempt, also after it failed, and after a redelivery', async () => {
      let answers = 0
      receiver.answer((_request, response) => {
        response.statusCode = [503, 400, 200][answers++] ?? 200
        response.end('ok')
      })
      await nodeRed.load(flow('alias=${alias}', {}, form))
      await post({ alias: 'a&b' })
      const failed = (await nodeRed.messages('failed'))[0]!
      assert.deepEqual(failed['rendered'], { format: 'form', values: [] })
      const { id } = failed['delivery'] as { id: string }
      await nodeRed.fetch(`/artifact-automations/deliveries/${id}/redeliver`, { body: {} })
      for (const request of await receiver.received(3)) {
        assert.equal(request.headers['content-type'], FORM)
        assert.deepEqual(fields(request), { alias: 'a&b' })
      }
      const detail = await (await nodeRed.fetch(`/artifact-automations/deliveries/${id}`)).json()
      assert.equal(detail.request.headers['Content-Type'], FORM)
    })

    it('shows so in a dry run and in a test, with its secrets masked', async () => {
      const text = 'token=${T}&alias=${alias}'
      const dry = { ...form, send: { mode: 'dry-run' } }
      await nodeRed.load([...flow(text, granted, dry), secret('T')], credentials)
      await post({ alias: 'a&b' })
      const [message] = await nodeRed.messages('delivered')
      const { headers, body } = (message as { request: { headers: Record<string, string>; body: string } }).request
      assert.equal(headers['Content-Type'], FORM)
      assert.equal(body, 'token=***&alias=a%26b')
      const answer = await nodeRed.fetch('/artifact-automations/webhooks/webhook/test', {
        body: { payload: text, format: 'form', event: event({ alias: 'a&b' }) },
      })
      assert.equal(answer.status, 200)
      assert.deepEqual(fields(receiver.requests[0]!), { token: 'x&y=z +%', alias: 'a&b' })
      assert.equal(receiver.requests[0]!.headers['content-type'], FORM)
    })

    it('keeps a content type that the webhook’s own headers set', async () => {
      const headers = '{"content-type": "application/x-www-form-urlencoded; charset=utf-8"}'
      await nodeRed.load(flow('alias=${alias}', { headers }, form))
      await post({ alias: 'a' })
      const [request] = await receiver.received()
      assert.equal(request!.headers['content-type'], `${FORM}; charset=utf-8`)
    })

    it('is refused in words when its name is misspelt', async () => {
      await nodeRed.load(flow('alias=${alias}', {}, { render: { format: 'Form' } }))
      assert.equal(nodeRed.statusOf('template').fill, 'red')
      assert.match(String(nodeRed.errorsOf('template')), /The format is none of json, text, form/)
      const answer = await nodeRed.fetch('/artifact-automations/webhooks/webhook/test', {
        body: { payload: '{}', format: 'xml' },
      })
      assert.equal(answer.status, 400)
    })
  })
})
