import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { NodeMessage } from 'node-red'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import {
  catches,
  collects,
  event,
  secret,
  secretId,
  sender,
  source,
  template,
  trigger,
  webhook,
} from './automation.mts'
import { useNodeRed } from './harness.mts'

describe('an event on its way to a webhook', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const post = async (body: unknown) => {
    const response = await nodeRed.fetch('/artifact-events', { body })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }

  const automation = (text: string, hook: object = {}, send: object = {}) => [
    source(),
    trigger(),
    template(text),
    sender(send),
    webhook(receiver.url, hook),
    collects('delivered'),
    collects('failed'),
    collects('caught'),
    catches(),
  ]

  it('is answered 202 once it is stored, and arrives with body, token and signature', async () => {
    await nodeRed.load(
      [
        ...automation('{"alias": "${alias}", "key": "${API_KEY}"}', {
          accessToken: secretId('TOKEN'),
          secrets: [secretId('API_KEY')],
          signing: 'wandb',
          signingSecret: secretId('SIGNING'),
        }),
        secret('TOKEN'),
        secret('API_KEY'),
        secret('SIGNING'),
      ],
      {
        [secretId('TOKEN')]: { value: 'token-1' },
        [secretId('API_KEY')]: { value: 'key "1"' },
        [secretId('SIGNING')]: { value: 'wandb-secret' },
      },
    )
    const answer = await post(event({ event_id: 'e-1' }))
    assert.deepEqual(answer, { status: 202, body: { event_id: 'e-1', duplicate: false, automations: 1 } })

    const request = (await receiver.received())[0]!
    const body = '{"alias": "production", "key": "key \\"1\\""}'
    assert.equal(request.body.toString(), body)
    assert.equal(request.headers['authorization'], 'Bearer token-1')
    assert.equal(request.headers['content-type'], 'application/json')
    assert.equal(request.headers['x-automation-attempt'], '1')
    assert.equal(request.headers['x-wandb-signature'], createHmac('sha256', 'wandb-secret').update(body).digest('hex'))

    const message = (await nodeRed.messages('delivered'))[0]!
    assert.equal(message.payload, 'ok')
    assert.equal(message['statusCode'], 200)
    assert.equal((message['event'] as { event_id: string }).event_id, 'e-1')
    assert.deepEqual(message['automation'], { id: 'trigger', name: 'model to production' })
    const { id, status, attempts } = message['delivery'] as Record<string, unknown>
    assert.deepEqual({ status, attempts, id }, { status: 'delivered', attempts: 1, id: request.headers['webhook-id'] })
    assert.equal(message['topic'], 'ADD_ARTIFACT_ALIAS')
  })

  it('#61 #91 is a duplicate the second time, and is not sent again', async () => {
    await nodeRed.load(automation('{"n": 1}'))
    await post(event({ event_id: 'twice' }))
    const again = await post(event({ event_id: 'twice' }))
    assert.deepEqual(again.body, { event_id: 'twice', duplicate: true, automations: 1 })
    await nodeRed.messages('delivered')
    await post(event({ event_id: 'other' }))
    await nodeRed.messages('delivered', 2)
    assert.equal(receiver.requests.length, 2)
  })

  it('is sent again after a 500, under the same id and with the same bytes', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = receiver.requests.length < 3 ? 500 : 200
      response.end()
    })
    await nodeRed.load(automation('{"alias": "${alias}"}'))
    await post(event())
    const requests = await receiver.received(3)
    assert.equal(new Set(requests.map(({ headers }) => headers['webhook-id'])).size, 1)
    assert.equal(new Set(requests.map(({ body }) => body.toString())).size, 1)
    assert.deepEqual(
      requests.map(({ headers }) => headers['x-automation-attempt']),
      ['1', '2', '3'],
    )
    const message = (await nodeRed.messages('delivered'))[0]!
    assert.equal((message['delivery'] as { attempts: number }).attempts, 3)
  })

  it('goes to the second output and to Catch when it failed for good', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = 404
      response.end('no such hook')
    })
    await nodeRed.load(automation('{"alias": "${alias}"}'))
    await post(event())
    const failed = (await nodeRed.messages('failed'))[0]!
    assert.equal(failed.payload, '{"alias": "production"}')
    assert.equal((failed['error'] as { code: string }).code, 'http_status')
    assert.equal((failed['delivery'] as { status: string; status_code: number }).status_code, 404)
    const caught = (await nodeRed.messages('caught'))[0]!
    assert.match((caught['error'] as { message: string }).message, /404/)
    assert.equal((caught['error'] as { source: { id: string } }).source.id, 'sender')
    assert.equal(receiver.requests.length, 1)
  })

  it('keeps the properties that the flow gave the message', async () => {
    const flow = automation('{}').map((node) => (node.id === 'trigger' ? { ...node, wires: [['mine']] } : node))
    await nodeRed.load([...flow, { id: 'mine', type: 'helper', wires: [['template']] }])
    nodeRed
      .node('mine')
      .on('input', (msg) => nodeRed.node('mine').send({ ...msg, channel: '#ml', req: {} } as NodeMessage))
    await post(event())
    const message = (await nodeRed.messages('delivered'))[0]!
    assert.equal(message['channel'], '#ml')
    assert.equal('req' in message, false)
  })

  it('is refused when somebody changed the payload under its secrets, and nothing is sent', async () => {
    const flow = automation('{"key": "${API_KEY}"}', { secrets: [secretId('API_KEY')] }).map((node) =>
      node.id === 'template' ? { ...node, wires: [['change']] } : node,
    )
    await nodeRed.load([...flow, secret('API_KEY'), { id: 'change', type: 'helper', wires: [['sender']] }], {
      [secretId('API_KEY')]: { value: 'k' },
    })
    nodeRed
      .node('change')
      .on('input', (msg) => nodeRed.node('change').send({ ...msg, payload: ' {"a": 1}' } as NodeMessage))
    await post(event())
    const caught = (await nodeRed.messages('caught'))[0]!
    assert.equal((caught['error'] as { code: string }).code, 'payload_changed')
    const failed = (await nodeRed.messages('failed'))[0]!
    assert.equal((failed['error'] as { code: string }).code, 'payload_changed')
    assert.equal(receiver.requests.length, 0)
  })

  it('#62 names a secret that the webhook does not grant, and sends nothing', async () => {
    await nodeRed.load(automation('{"key": "${OTHER}"}'))
    await post(event())
    const failed = (await nodeRed.messages('failed'))[0]!
    const error = failed['error'] as { code: string; message: string }
    assert.equal(error.code, 'secret_unknown')
    assert.match(error.message, /OTHER/)
    assert.equal(receiver.requests.length, 0)
  })

  it('waits while a credential is missing', async () => {
    await nodeRed.load([...automation('{}', { accessToken: secretId('TOKEN') }), secret('TOKEN')])
    const answer = await post(event())
    assert.equal(answer.status, 202)
    const pending = async () => {
      const page = await nodeRed.fetch('/artifact-automations/deliveries?status=pending')
      return ((await page.json()) as { deliveries: { status: string }[] }).deliveries.length === 1
    }
    await eventually(pending, 'no delivery is pending')
    assert.equal(receiver.requests.length, 0)
    assert.equal(nodeRed.received('failed').length, 0)
  })

  const says = (id: string, shown: RegExp) =>
    eventually(async () => shown.test(nodeRed.statusOf(id).text ?? ''), `${id} does not show ${shown}`)

  describe('whose endpoint has trouble', () => {
    const warnings = () => nodeRed.warningsOf('webhook').map(String)

    it('says why in the status, the reason first, and once in the log until there is another reason', async () => {
      let status = 503
      receiver.answer((_request, response) => {
        response.statusCode = status
        response.end('not now')
      })
      await nodeRed.load(automation('{}', { schedule: '1h' }))
      await post([event({ event_id: 'a' }), event({ event_id: 'b' }), event({ event_id: 'c' })])
      await says('sender', /^3 waiting · 503 · next (\w{3} )?\d\d:\d\d$/)
      assert.equal(warnings().length, 1)
      assert.match(
        warnings()[0]!,
        /answered 503 Service Unavailable: not now The delivery waits, and is tried again\.$/,
      )
      status = 500
      await post(event({ event_id: 'd' }))
      await says('sender', /^4 waiting · 500 · next/)
      assert.equal(warnings().length, 2)
    })

    it('says so again after a restart of the flows, and after one of Node-RED from the store', async () => {
      receiver.answer((_request, response) => {
        response.statusCode = 502
        response.end()
      })
      const flow = automation('{}', { schedule: '1h' })
      await nodeRed.load(flow)
      await post(event())
      await says('sender', /^1 waiting · 502 · next/)
      await nodeRed.redeploy(flow)
      await says('sender', /^1 waiting · 502 · next/)
      await nodeRed.restart(flow)
      await says('sender', /^1 waiting · 502 · next/)
    })

    it('is paused at once by a 410, and says so before anything waits', async () => {
      receiver.answer((_request, response) => {
        response.statusCode = 410
        response.end()
      })
      await nodeRed.load(automation('{}'))
      await post(event())
      await nodeRed.messages('failed')
      await says('sender', /^paused \(410\)$/)
      await post(event({ event_id: 'next' }))
      await says('sender', /^1 waiting · paused \(410\)$/)
    })
  })

  it('leaves its result on the sender over a restart of the flows, and of Node-RED', async () => {
    const flow = automation('{}')
    await nodeRed.load(flow)
    await post(event())
    await nodeRed.messages('delivered')
    await says('sender', /^200 · \d\d:\d\d:\d\d$/)
    const { text } = nodeRed.statusOf('sender')
    await nodeRed.redeploy(flow)
    await eventually(async () => nodeRed.statusOf('sender').text === text, 'the result is gone')
    await nodeRed.restart(flow)
    await eventually(async () => nodeRed.statusOf('sender').text === text, 'the result is gone')
  })

  describe('shows what was sent', () => {
    type Headers = Record<string, string>
    interface Sent {
      method: string
      url: string
      headers: Headers
      body: string
    }
    /** What the receiver got, by the names that are ours. */
    const got = (headers: Record<string, unknown>, sent: Headers) =>
      Object.fromEntries(Object.keys(sent).map((name) => [name, headers[name.toLowerCase()]]))
    const flow = () => [
      ...automation('{"key": "${API_KEY}", "alias": "${alias}"}', {
        accessToken: secretId('TOKEN'),
        secrets: [secretId('API_KEY')],
        signing: 'github',
        signingSecret: secretId('SIGNING'),
        headers: '{"X-Mine": "yes"}',
      }),
      secret('TOKEN'),
      secret('API_KEY'),
      secret('SIGNING'),
    ]
    const credentials = {
      [secretId('TOKEN')]: { value: 'token-1' },
      [secretId('API_KEY')]: { value: 'api-key-1' },
      [secretId('SIGNING')]: { value: 'signing-1' },
    }
    const MASKED: Headers = { Authorization: 'Bearer ***', 'X-Hub-Signature-256': 'sha256=***' }

    it('in msg.request, with every secret masked', async () => {
      await nodeRed.load(flow(), credentials)
      await post(event())
      const { method, url, headers, body } = (await nodeRed.messages('delivered'))[0]!['request'] as Sent
      assert.deepEqual([method, url, body], ['POST', `${receiver.url}/`, '{"key": "***", "alias": "production"}'])
      assert.deepEqual({ ...got(receiver.requests[0]!.headers, headers), ...MASKED }, headers)
      assert.equal(headers['X-Mine'], 'yes')
    })

    it('in each attempt of the history, also after a restart and under other settings', async () => {
      let status = 503
      receiver.answer((_request, response) => {
        response.statusCode = status
        response.end('ok')
        status = 400
      })
      await nodeRed.load(flow(), credentials)
      await post(event())
      const message = (await nodeRed.messages('failed'))[0]!
      const { id } = message['delivery'] as { id: string }
      const asked = async () => (await nodeRed.fetch(`/artifact-automations/deliveries/${id}`)).json()
      const first = await asked()
      const changed = flow().map((node) => (node.id === 'webhook' ? { ...node, headers: '{"X-Mine": "no"}' } : node))
      await nodeRed.restart(changed, credentials)
      const { log, request } = (await asked()) as { log: { request: Sent }[]; request: Sent }
      assert.deepEqual({ log, request }, { log: first.log, request: first.request })
      assert.equal(log.length, 2)
      for (const [index, { request: sent }] of log.entries()) {
        const { headers } = receiver.requests[index]!
        assert.deepEqual({ ...got(headers, sent.headers), ...MASKED }, sent.headers)
        assert.equal(sent.headers['X-Automation-Attempt'], String(index + 1))
      }
      assert.deepEqual(request, { ...log[1]!.request, body: '{"key": "***", "alias": "production"}' })
      assert.deepEqual((message['request'] as Sent).headers, log[1]!.request.headers)
      const text = JSON.stringify(first)
      for (const { value } of Object.values(credentials)) assert.ok(!text.includes(value))
    })
  })

  it('that failed reaches Catch as the sentence that it is', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = 404
      response.end()
    })
    await nodeRed.load(automation('{}'))
    await post(event())
    const caught = (await nodeRed.messages('caught'))[0]!
    assert.match((caught['error'] as { message: string }).message, /^127\.0\.0\.1:\d+ answered 404 Not Found\.$/)
  })

  describe('whose endpoint is dead', () => {
    const TIME = String.raw`(\w{3} )?\d\d:\d\d(:\d\d)?`
    const refusing = async () => {
      const gone = await Receiver.listen()
      const { url } = gone
      await gone.close()
      return url
    }
    const shows = (waiting: number, reason: string) => {
      const shown = new RegExp(`^${waiting} waiting · ${reason} · next ${TIME}$`)
      return eventually(
        async () => shown.test(nodeRed.statusOf('sender').text ?? ''),
        `the sender does not say that ${waiting} wait, for ${reason}`,
      )
    }

    it('is on its way no longer: the sender says when it is tried again', async () => {
      await nodeRed.load(automation('{}', { url: await refusing(), schedule: '1h' }))
      await post(event())
      await shows(1, 'connection refused')
    })

    it('waits with all others, and the sender says that the webhook is paused, and until when', async () => {
      await nodeRed.load(automation('{}', { url: await refusing(), schedule: '1h' }))
      await post(Array.from({ length: 40 }, (_, index) => event({ event_id: `e-${index}` })))
      await shows(40, 'connection refused')
    })
  })

  it('shows in a dry run what would be sent, masked, and sends nothing', async () => {
    await nodeRed.load(
      [
        ...automation(
          '{"key": "${API_KEY}"}',
          { accessToken: secretId('TOKEN'), secrets: [secretId('API_KEY')] },
          { mode: 'dry-run' },
        ),
        secret('TOKEN'),
        secret('API_KEY'),
      ],
      { [secretId('TOKEN')]: { value: 'token-1' }, [secretId('API_KEY')]: { value: 'key-1' } },
    )
    await post(event())
    const message = (await nodeRed.messages('delivered'))[0]!
    const request = message['request'] as {
      method: string
      url: string
      headers: Record<string, string>
      body: string
    }
    assert.equal(request.method, 'POST')
    assert.equal(request.headers['Authorization'], 'Bearer ***')
    assert.equal(request.body, '{"key": "***"}')
    assert.equal((message['delivery'] as { status: string }).status, 'dry-run')
    assert.equal(receiver.requests.length, 0)
  })

  it('of which a dry run cannot show the request, for want of a secret, waits for nothing, and says no such thing', async () => {
    await nodeRed.load([...automation('{}', { accessToken: secretId('TOKEN') }, { mode: 'dry-run' }), secret('TOKEN')])
    await post(event())
    const [caught] = await nodeRed.messages('caught')
    const { code, message } = (caught as { error?: { code?: string; message: string } }).error!
    assert.equal(code, 'secret_missing')
    assert.equal(message, 'The secret TOKEN, the access token, has no value. Open it and enter the value.')
    const said = [...nodeRed.errorsOf('sender'), ...nodeRed.errorsOf('webhook')].map(String)
    assert.deepEqual(
      said.filter((text) => /wait/.test(text)),
      [],
    )
    assert.equal(nodeRed.statusOf('sender').text, 'secret TOKEN missing')
  })

  it('is the whole event when the trigger is wired straight to the sender', async () => {
    const flow = automation('{}').map((node) => (node.id === 'trigger' ? { ...node, wires: [['sender']] } : node))
    await nodeRed.load(flow)
    await post(event({ event_id: 'direct' }))
    const request = (await receiver.received())[0]!
    assert.equal(JSON.parse(request.body.toString()).event_id, 'direct')
  })

  it('is needed: a message without one fails in words', async () => {
    await nodeRed.load(automation('{}'))
    nodeRed.node('sender').receive({ payload: 'hello' })
    const caught = (await nodeRed.messages('caught'))[0]!
    assert.match((caught['error'] as { message: string }).message, /artifact-event/)
    assert.equal(receiver.requests.length, 0)
  })

  it('is not sent by a sender whose mode is neither live nor dry-run', async () => {
    await nodeRed.load(automation('{}', {}, { mode: 'dryrun' }))
    assert.equal(nodeRed.statusOf('sender').text, 'unknown mode')
    assert.equal((await post(event({}))).status, 202)
    const [caught] = await nodeRed.messages('caught')
    assert.equal((caught as { error?: { code?: string } }).error?.code, 'mode_unknown')
    assert.equal(receiver.requests.length, 0)
  })
})
