import assert from 'node:assert/strict'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { useNodeRed } from './harness.mts'

interface Row {
  id: string
  status: string
  attempts: number
  event_id: string
}

describe('the admin interface', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations${route}`, body === undefined ? {} : { body })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  const load = (hook: object = {}, text = '{"alias": "${alias}", "key": "${KEY}"}') =>
    nodeRed.load(
      [
        source(),
        trigger(),
        template(text),
        sender(),
        webhook(receiver.url, { accessToken: secretId('TOKEN'), secrets: [secretId('KEY')], schedule: '', ...hook }),
        secret('TOKEN'),
        secret('KEY'),
        collects('delivered'),
        collects('failed'),
      ],
      { [secretId('TOKEN')]: { value: 'token-1' }, [secretId('KEY')]: { value: 'key-1' } },
    )
  const post = (more: object) => nodeRed.fetch('/artifact-events', { body: event(more) })

  it('lists the automations with their senders and last delivery', async () => {
    await load()
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const { body } = await call('/automations')
    const [row] = body.automations
    assert.equal(row.id, 'trigger')
    assert.equal(row.flow, 'tab')
    assert.deepEqual([row.scope, row.project, row.pattern], ['registry', 'model', '^production$'])
    assert.equal(row.enabled, true)
    assert.deepEqual(row.senders, [{ id: 'sender', name: 'send', webhook: 'webhook' }])
    assert.equal(row.last_delivery.event_id, 'e1')
  })

  it('#102 pages through deliveries, newest first, each once', async () => {
    await load()
    const ids = Array.from({ length: 7 }, (_, index) => `e${index}`)
    for (const event_id of ids) await post({ event_id })
    await nodeRed.messages('delivered', 7)
    const seen: string[] = []
    for (let route: string | null = '/deliveries?limit=3'; route; ) {
      const { body }: { body: { deliveries: Row[]; next: string | null } } = await call(route)
      seen.push(...body.deliveries.map(({ event_id }) => event_id))
      route = body.next && `/deliveries?limit=3&before=${encodeURIComponent(body.next)}`
    }
    assert.deepEqual(seen, [...ids].reverse())
    assert.equal((await call('/deliveries?event_id=e3')).body.deliveries.length, 1)
    assert.equal((await call('/deliveries?status=failed')).body.deliveries.length, 0)
  })

  it('shows one delivery whole: event, masked request, every attempt', async () => {
    await load()
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const [row] = (await call('/deliveries')).body.deliveries
    const { body } = await call(`/deliveries/${row.id}`)
    assert.equal(body.event.event_id, 'e1')
    assert.equal(body.request.body, '{"alias": "production", "key": "***"}')
    assert.equal(body.request.headers.Authorization, 'Bearer ***')
    assert.equal(body.log.length, 1)
    assert.equal(body.log[0].status_code, 200)
    assert.equal(body.log[0].response_body, 'ok')
  })

  it('#63 redelivers one, and all that a filter names', async () => {
    receiver.answer((_request, response) => {
      response.statusCode = 400
      response.end()
    })
    await load()
    for (const event_id of ['e1', 'e2', 'e3']) await post({ event_id })
    await nodeRed.messages('failed', 3)
    receiver.answer((_request, response) => response.end('ok'))
    const [row] = (await call('/deliveries?status=failed')).body.deliveries as Row[]
    assert.deepEqual(await call(`/deliveries/${row!.id}/redeliver`, {}), { status: 202, body: { id: row!.id } })
    await nodeRed.messages('delivered', 1)
    assert.deepEqual(await call('/deliveries/redeliver', { status: 'failed' }), {
      status: 200,
      body: { redelivered: 2, next: null },
    })
    await nodeRed.messages('delivered', 3)
    const { deliveries } = (await call('/deliveries')).body as { deliveries: Row[] }
    assert.deepEqual(
      deliveries.map(({ status, attempts }) => [status, attempts]),
      Array(3).fill(['delivered', 2]),
    )
    const sent = receiver.requests.map(({ headers }) => headers['webhook-id'])
    assert.equal(new Set(sent).size, 3)
  })

  it('pauses a webhook, and sends what waited after a resume', async () => {
    await load()
    assert.equal((await call('/webhooks/webhook/pause', {})).status, 204)
    await post({ event_id: 'e1' })
    await eventually(
      async () => (await call('/deliveries?status=pending')).body.deliveries.length === 1,
      'nothing waits',
    )
    assert.equal(receiver.requests.length, 0)
    assert.equal((await call('/webhooks/webhook/resume', {})).status, 204)
    await nodeRed.messages('delivered')
  })

  it('tests an unsaved form, shows both sides, and stores nothing', async () => {
    await load()
    receiver.answer((request, response) => {
      response.setHeader('Content-Type', 'application/json')
      response.statusCode = 418
      response.end(JSON.stringify({ youSent: request.headers['authorization'] }))
    })
    const form = {
      ...webhook(`${receiver.url}/unsaved`),
      id: undefined,
      accessToken: secretId('TOKEN'),
      secrets: [secretId('KEY')],
    }
    const { status, body } = await call('/webhooks/new/test', {
      payload: '{"key": "${KEY}", "alias": "${alias}"}',
      form,
    })
    assert.equal(status, 200)
    assert.equal(receiver.requests[0]!.url, '/unsaved')
    assert.equal(receiver.requests[0]!.headers['authorization'], 'Bearer token-1')
    assert.equal(body.request.headers.Authorization, 'Bearer ***')
    assert.match(body.request.body, /"key": "\*\*\*"/)
    assert.equal(body.response.status_code, 418)
    assert.equal(body.response.body, '{"youSent":"Bearer ***"}')
    assert.equal(body.error.code, 'http_status')
    assert.equal(typeof body.response.duration_ms, 'number')
    assert.equal((await call('/deliveries')).body.deliveries.length, 0)
  })

  it('a test uses secrets that were typed and not deployed, shows none of them, and keeps none', async () => {
    await load()
    receiver.answer((request, response) => response.end(`You sent ${request.headers['authorization']}`))
    const form = { url: receiver.url, accessToken: secretId('TOKEN'), secrets: ['typed'] }
    const secrets = {
      [secretId('TOKEN')]: { name: 'TOKEN', value: 'token-typed' },
      typed: { name: 'FRESH', value: 'fresh-typed' },
    }
    const { status, body } = await call('/webhooks/new/test', { payload: '{"fresh": "${FRESH}"}', form, secrets })
    assert.equal(status, 200)
    const [sent] = receiver.requests
    assert.equal(sent!.headers['authorization'], 'Bearer token-typed')
    assert.equal(sent!.body.toString(), '{"fresh": "fresh-typed"}')
    assert.equal(body.response.body, 'You sent Bearer ***')
    assert.doesNotMatch(JSON.stringify(body), /-typed/)
    const again = await call('/webhooks/new/test', { payload: '{}', form: { ...form, secrets: [] } })
    assert.equal(again.status, 200)
    assert.equal(receiver.requests[1]!.headers['authorization'], 'Bearer token-1')
    const gone = await call('/webhooks/new/test', { payload: '{}', form })
    assert.equal(gone.body.error.code, 'secret_missing')
    for (const [wrong, path] of [
      [5, 'secrets'],
      [{ typed: 'fresh-typed' }, 'secrets.typed.name'],
      [{ typed: { name: 'alias', value: 'fresh-typed' } }, 'secrets.typed.name'],
      [{ typed: { name: 'FRESH', value: '' } }, 'secrets.typed.value'],
      [{ typed: { name: 'FRESH', value: ['fresh-typed'] } }, 'secrets.typed.value'],
    ] as const) {
      const refused = await call('/webhooks/new/test', { payload: '{}', form, secrets: wrong })
      assert.deepEqual([refused.status, refused.body.error.details[0]?.path], [400, path])
      assert.doesNotMatch(JSON.stringify(refused.body), /-typed/)
    }
    assert.equal(receiver.requests.length, 2)
  })

  describe('with an environment', () => {
    const VARIABLES = { AA_URL: '', AA_TEXT: 'canary-text', AA_HEADERS: '{"X-Leak": "canary-header"}' }
    beforeEach(() => Object.assign(process.env, { ...VARIABLES, AA_URL: `${receiver.url}/from-environment` }))
    afterEach(() => {
      for (const name of Object.keys(VARIABLES)) delete process.env[name]
    })

    it('a test takes the address of its form from it, and shows nothing else of it', async () => {
      await load()
      const named = await call('/webhooks/new/test', { payload: '{}', form: { url: '${AA_URL}' } })
      assert.equal(named.body.response.status_code, 200)
      assert.equal(receiver.requests[0]!.url, '/from-environment')
      const properties = Object.keys(webhook('')).filter((property) => property !== 'id' && property !== 'type')
      for (const property of [...properties, 'made up']) {
        for (const name of ['AA_TEXT', 'AA_HEADERS']) {
          for (const value of [`\${${name}}`, `$(${name})`, [`\${${name}}`], { a: `\${${name}}` }]) {
            for (const id of ['webhook', 'new']) {
              const answer = await call(`/webhooks/${id}/test`, {
                payload: '{}',
                form: { url: receiver.url, [property]: value },
              })
              assert.doesNotMatch(JSON.stringify(answer), /canary/, `${property} of ${id}`)
            }
          }
        }
      }
      const sent = receiver.requests.map(({ headers, body }) => JSON.stringify(headers) + body)
      assert.doesNotMatch(sent.join('\n'), /canary/)
    })

    it('a test sends nothing of it as a secret that was typed', async () => {
      await load()
      const form = { url: receiver.url, accessToken: 'typed' }
      const secrets = { typed: { name: 'FRESH', value: '${AA_TEXT}' } }
      const { status, body } = await call('/webhooks/new/test', { payload: '{}', form, secrets })
      assert.deepEqual([status, body.error.details[0].path], [400, 'secrets.typed.value'])
      assert.equal(receiver.requests.length, 0)
    })

    it('a test uses what the deployed webhook takes from it, where its form says the same', async () => {
      await load({ headers: '${AA_HEADERS}' })
      const form = { headers: '${AA_HEADERS}', name: 'other' }
      assert.equal((await call('/webhooks/webhook/test', { payload: '{}', form })).body.response.status_code, 200)
      assert.equal(receiver.requests[0]!.headers['x-leak'], 'canary-header')
      const { status } = await call('/webhooks/webhook/test', { payload: '{}', form: { headers: '${AA_TEXT}' } })
      assert.equal(status, 400)
    })
  })

  it('says in words what keeps a test from being sent', async () => {
    await load()
    const bad = await call('/webhooks/webhook/test', { payload: '{"a": }' })
    assert.equal(bad.status, 400)
    assert.match(bad.body.error.message, /Line 1, column 7/)
    assert.equal((await call('/webhooks/nope/test', { payload: '{}' })).status, 404)
    const closed = await call('/webhooks/new/test', { payload: '{}', form: { url: 'http://127.0.0.1:1/' } })
    assert.equal(closed.body.response, null)
    assert.equal(closed.body.error.code, 'network')
  })

  it('answers a test that could never be sent as a wrong call, not as a fault of its own', async () => {
    await load()
    const long = 'x'.repeat(101)
    const dispatches = { url: `${receiver.url}/repos/acme/models/dispatches`, service: 'github' }
    /** [what the call carries, the code of the refusal] */
    const calls: [body: object, code: string][] = [
      [{ payload: '"${NOPE}"' }, 'secret_unknown'],
      [{ payload: '"${ACCESS_TOKEN}"', form: { accessToken: '' } }, 'token_missing'],
      [{ payload: '{}', form: { accessToken: 'nope' } }, 'secret_missing'],
      [{ payload: '{}', form: { tls: 'nope' } }, 'tls_missing'],
      [{ payload: '{}', form: { proxy: 'nope' } }, 'proxy_missing'],
      [{ payload: '{}', event: { alias: 'production' } }, 'event_invalid'],
      [{ payload: `{"event_type": "${long}"}`, form: dispatches }, 'service_limits'],
      [{ payload: '{}', form: { url: 5 } }, 'webhook_invalid'],
      [{ payload: '{}', form: { secrets: 5 } }, 'webhook_invalid'],
    ]
    for (const [body, code] of calls) {
      const answer = await call('/webhooks/webhook/test', body)
      assert.deepEqual([answer.status, answer.body.error.code], [400, code])
    }
    assert.equal(receiver.requests.length, 0)
  })

  it('sends nothing for a form that is no form, and says where a test’s event is wrong', async () => {
    await load()
    for (const id of ['webhook', 'new']) {
      for (const form of [5, 'text', [], true, '{"url": "http://127.0.0.1:1/"}']) {
        const { status, body } = await call(`/webhooks/${id}/test`, { payload: '{}', form })
        assert.deepEqual([status, body.error.code, body.error.details[0]?.path], [400, 'request_invalid', 'form'])
      }
    }
    const { body } = await call('/webhooks/webhook/test', { payload: '{}', event: { ...event(), alias: 5 } })
    assert.equal(body.error.details[0].path, 'event.alias')
    assert.equal(receiver.requests.length, 0)
    assert.equal((await call('/webhooks/webhook/test', { payload: '{}', form: null })).status, 200)
  })

  it('refuses a status, a limit, a time or a cursor that is none', async () => {
    await load()
    for (const query of ['status=lost', 'limit=0', 'limit=x', 'since=yesterday', 'before=%21%21']) {
      const { status, body } = await call(`/deliveries?${query}`)
      assert.equal(status, 400, query)
      assert.ok(body.error.message.length > 10, query)
    }
    assert.equal((await call('/deliveries/nope')).status, 404)
    assert.equal((await call('/deliveries/redeliver', {})).status, 400)
  })

  it('sends a sample that fits a trigger whose collection is an environment variable', async () => {
    process.env['TEST_COLLECTION'] = 'cifar10'
    try {
      await nodeRed.load([
        source(),
        trigger({ collection: '${TEST_COLLECTION}' }),
        template('{"collection": "${artifact_collection_name}"}'),
        sender(),
        webhook(receiver.url),
        collects('delivered'),
        collects('failed'),
      ])
      assert.equal((await call('/events/sample', { node: 'trigger' })).status, 202)
    } finally {
      delete process.env['TEST_COLLECTION']
    }
    await nodeRed.messages('delivered')
    assert.equal(String(receiver.requests[0]!.body), '{"collection": "cifar10"}')
  })

  it('lists the events that were accepted', async () => {
    await load()
    await post({ event_id: 'e1' })
    await post({ event_id: 'e2' })
    const { body } = await call('/events?limit=1')
    assert.equal(body.events.length, 1)
    assert.ok(body.next)
  })

  it('counts for Prometheus', async () => {
    await load()
    await post({ event_id: 'e1' })
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const response = await nodeRed.fetch('/artifact-automations/metrics')
    const text = await response.text()
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/)
    const value = (line: string) =>
      text
        .split('\n')
        .find((one) => one.startsWith(`artifact_automations_${line} `))
        ?.split(' ')
        .at(-1)
    assert.equal(value('events_accepted_total'), '1')
    assert.equal(value('events_duplicate_total'), '1')
    assert.equal(value('store_up'), '1')
    assert.equal(value('delivered_total{webhook="webhook",name="receiver"}'), '1')
    assert.equal(value('attempt_seconds_count{webhook="webhook",name="receiver"}'), '1')
    assert.equal(value('attempt_seconds_bucket{le="+Inf",webhook="webhook",name="receiver"}'), '1')
    assert.match(text, /^# TYPE artifact_automations_attempt_seconds histogram$/m)
  })

  it('is there before anything of the package is deployed, and makes no store for that', async () => {
    await nodeRed.load([collects('nothing')])
    const tested = await call('/webhooks/new/test', { payload: '{"a": 1}', form: { url: receiver.url } })
    assert.equal(tested.body.response.status_code, 200)
    assert.deepEqual((await call('/deliveries')).body, { deliveries: [], next: null })
    assert.deepEqual((await call('/automations')).body, { automations: [] })
    await assert.rejects(access(path.join(nodeRed.userDir, 'artifact-automations')))
  })
})
