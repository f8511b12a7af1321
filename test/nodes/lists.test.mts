import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

describe('the lists of the admin interface', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(async () => {
    delete process.env['HOOK_URL']
    await receiver.close()
  })

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations/${route}`, body === undefined ? {} : { body })
    const text = await response.text()
    return text === '' ? null : JSON.parse(text)
  }
  const flow = (hook: object = {}, more: readonly FlowNode[] = []) => [
    source(),
    trigger(),
    template('{"alias": "${alias}"}'),
    sender(),
    webhook(receiver.url, { schedule: '', ...hook }),
    collects('delivered'),
    collects('failed'),
    ...more,
  ]
  const post = (more: object = {}) => nodeRed.fetch('/artifact-events', { body: event(more) })
  const hook = async (id = 'webhook') =>
    (await call('webhooks')).webhooks.find((one: { id: string }) => one.id === id) as Record<string, unknown>

  it('say of an automation when it fired last, and what came of it in a day', async () => {
    await nodeRed.load(flow())
    const before = (await call('automations')).automations[0]
    assert.deepEqual([before.problem, before.running, before.last_fired_at], [null, true, null])
    assert.deepEqual(before.statistics, { day: { fired: 0, delivered: 0, failed: 0 } })
    await post({ event_id: 'e1' })
    await post({ event_id: 'e2', alias: 'staging' })
    await nodeRed.messages('delivered')
    const [row] = (await call('automations')).automations
    assert.deepEqual(row.statistics, { day: { fired: 1, delivered: 1, failed: 0 } })
    assert.ok(Math.abs(Date.parse(row.last_fired_at) - Date.now()) < 60_000)
  })

  // a sample needs no source that brings events
  for (const [why, nodes, words, running] of [
    ['its pattern cannot be read', () => [source(), trigger({ pattern: '(' })], /pattern/i, false],
    ['its source is gone', () => [trigger()], /source/i, false],
    ['its source is disabled', () => [source({ d: true }), trigger()], /source/i, false],
    ['its source has no secret', () => [source({ auth: 'bearer', secret: 'gone' }), trigger()], /secret/i, true],
  ] as const) {
    it(`say that an automation is red because ${why}`, async () => {
      await nodeRed.load(nodes())
      const [row] = (await call('automations')).automations
      assert.match(row.problem, words)
      assert.equal(row.running, running)
    })
  }

  it('say of a webhook what it did, and who uses it', async () => {
    await nodeRed.load(flow())
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const { last_delivered_at: at, ...row } = await hook()
    assert.deepEqual(row, {
      id: 'webhook',
      name: 'receiver',
      url: receiver.url,
      service: 'generic',
      store: null,
      state: 'working',
      reason: null,
      until: null,
      waiting: 0,
      oldest_waiting_at: null,
      day: { delivered: 1, failed: 0 },
      last_error: null,
      used_by: [{ id: 'trigger', name: 'model to production' }],
    })
    assert.ok(Math.abs(Date.parse(String(at)) - Date.now()) < 60_000)
  })

  it('keep the last error of a webhook, with the status that it answered', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = 404
      response.end()
    })
    await nodeRed.load(flow())
    await post()
    await nodeRed.messages('failed')
    const { day, last_error: error } = (await hook()) as { day: object; last_error: Record<string, unknown> }
    assert.deepEqual(day, { delivered: 0, failed: 1 })
    assert.deepEqual([error['code'], error['status_code']], ['http_status', 404])
    assert.ok(Date.parse(String(error['at'])) > 0)
  })

  it('say that a webhook is paused, and what waits for it since when', async () => {
    await nodeRed.load(flow())
    await call('webhooks/webhook/pause', {})
    await post({ event_id: 'e1' })
    await post({ event_id: 'e2' })
    await eventually(async () => (await hook())['waiting'] === 2, 'both wait')
    const row = await hook()
    assert.deepEqual([row['state'], row['reason'], row['until']], ['paused', 'Paused by hand.', null])
    const { deliveries } = await call('deliveries')
    assert.equal(row['oldest_waiting_at'], deliveries.at(-1).created_at)
  })

  it('say until when an endpoint asked to wait', async () => {
    receiver.answer((_request, response) => {
      response.writeHead(429, { 'Retry-After': '600' }).end()
    })
    await nodeRed.load(flow({ schedule: '1h' }))
    await post()
    await eventually(async () => (await hook())['state'] === 'held', 'the webhook is held')
    const until = Date.parse(String((await hook())['until'])) - Date.now()
    assert.ok(until > 500_000 && until <= 600_000)
  })

  it('say until when the own rate limit of a webhook holds back what waits', async () => {
    await nodeRed.load(flow({ rateLimit: '0.01' }))
    await post({ event_id: 'first' })
    await receiver.received(1)
    await eventually(async () => (await hook())['waiting'] === 0, 'the first is delivered')
    assert.equal((await hook())['state'], 'working')
    await post({ event_id: 'second' })
    await eventually(async () => (await hook())['state'] === 'held', 'the webhook is held')
    const held = await hook()
    assert.match(String(held['reason']), /own rate limit/)
    const until = Date.parse(String(held['until'])) - Date.now()
    assert.ok(until > 80_000 && until <= 100_000)
  })

  it('say that a webhook rests after failures', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = 503
      response.end()
    })
    await nodeRed.load(flow({ schedule: '1h' }))
    for (let i = 0; i < 12; i++) await post({ event_id: `e${i}` })
    await eventually(async () => (await hook())['state'] === 'resting', 'the webhook rests')
    assert.match(String((await hook())['reason']), /failures/)
  })

  for (const [why, more, words] of [
    ['it is disabled', { d: true }, /disabled/],
    ['its access token is gone', { accessToken: 'gone' }, /access token/],
    ['its address cannot be one', { url: 'no address' }, /url|address/i],
  ] as const) {
    it(`say that a webhook is broken because ${why}`, async () => {
      await nodeRed.load(flow(more))
      const row = await hook()
      assert.equal(row['state'], 'broken')
      assert.match(String(row['reason']), words)
    })
  }

  it('say that a webhook is broken rather than paused', async () => {
    await nodeRed.load(flow())
    await call('webhooks/webhook/pause', {})
    assert.equal((await hook())['state'], 'paused')
    await nodeRed.redeploy(flow({ accessToken: 'gone' }))
    assert.equal((await hook())['state'], 'broken')
  })

  it('show an address from the environment by its name', async () => {
    process.env['HOOK_URL'] = receiver.url
    await nodeRed.load(flow({ url: '${HOOK_URL}' }))
    await post()
    await nodeRed.messages('delivered')
    const row = await hook()
    assert.deepEqual([row['url'], row['state']], ['${HOOK_URL}', 'working'])
    assert.ok(!JSON.stringify(await call('webhooks')).includes(receiver.url))
  })

  it('show secrets with where they are used and never with a value', async () => {
    const names = ['TOKEN', 'SIGN', 'KEY', 'POST', 'EMPTY', 'VARIABLE', 'SPARE']
    const secrets = names.map(secret)
    await nodeRed.load(
      [
        source({ auth: 'bearer', secret: secretId('POST') }),
        source({ id: 'source-2', name: 'open', path: '/open', auth: 'none', secret: secretId('SPARE') }),
        ...flow({
          accessToken: secretId('TOKEN'),
          signing: 'github',
          signingSecret: secretId('SIGN'),
          secrets: [secretId('KEY'), secretId('EMPTY')],
        }).slice(1),
        ...secrets,
      ],
      Object.fromEntries(
        names
          .filter((name) => name !== 'EMPTY')
          .map((name) => [secretId(name), { value: name === 'VARIABLE' ? '${NO_SUCH_VARIABLE}' : `value-of-${name}` }]),
      ),
    )
    const answer = await call('secrets')
    assert.ok(!JSON.stringify(answer).includes('value-of-'))
    const hookAs = (as: string) => [{ id: 'webhook', type: 'automation-webhook', name: 'receiver', as }]
    assert.deepEqual(
      answer.secrets.map(({ name, set, used_by }: { name: string; set: boolean; used_by: unknown }) => [
        name,
        set,
        used_by,
      ]),
      [
        ['TOKEN', true, hookAs('access token')],
        ['SIGN', true, hookAs('signing secret')],
        ['KEY', true, hookAs('secret of payloads and headers')],
        ['POST', true, [{ id: 'source', type: 'artifact-source', name: 'registry events', as: 'secret of senders' }]],
        ['EMPTY', false, hookAs('secret of payloads and headers')],
        ['VARIABLE', false, []],
        ['SPARE', true, []],
      ],
    )
  })
})
