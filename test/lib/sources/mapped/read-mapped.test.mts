import assert from 'node:assert/strict'
import { setTimeout as passed } from 'node:timers/promises'
import { CloudEvent, HTTP } from 'cloudevents'
import type { AutomationError } from '../../../../dist/lib/error.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { LastRequests } from '../../../../dist/lib/sources/mapped/last-requests.js'
import { type MappedBy, readMapped } from '../../../../dist/lib/sources/mapped/read-mapped.js'
import { linked, NOW, SECRET, type Source, startSource } from '../http/server.mts'
import { map, readByMapping } from './mapped.mts'

const ALIAS = { ...linked, event_type: 'ADD_ARTIFACT_ALIAS' }

/** What a mapping sees of a request to a source. */
async function seen(headers: Record<string, string>, body: unknown = {}, settings: object = {}) {
  const requests = new LastRequests()
  const source = await startSource({
    settings: { format: 'mapped', mapping: 'null', ...settings },
    map,
    onInput: (input) => requests.note('source', input, NOW.getTime()),
  })
  try {
    const { status } = await source.post(body, headers)
    return { status, last: requests.of('source') }
  } finally {
    await source.close()
  }
}

describe('a source that maps what is posted', () => {
  const mapped = (mapping: string, body: unknown = {}, settings = {}) => readByMapping(mapping, { body }, settings)
  const refusal = (mapping: string, body?: unknown) =>
    mapped(mapping, body).then(
      () => assert.fail('it was accepted'),
      ({ code, message, details }) => ({ code, message, path: details[0]?.path }),
    )

  it('makes one event of a request, several, or none', async () => {
    const one = await mapped(`$merge([body, {"alias": query.stage[0]}])`, ALIAS)
    assert.deepEqual(
      one.events.map(({ event_id, alias }) => [event_id, alias]),
      [['new', 'a']],
    )
    const two = await mapped(`query.stage.$merge([$$.body, {"alias": $}])`, ALIAS)
    assert.deepEqual(
      two.events.map(({ alias }) => alias),
      ['a', 'b'],
    )
    for (const nothing of ['null', 'body.nothing', '[]']) {
      assert.deepEqual(await mapped(nothing), { events: [], ignored: 1, many: true })
    }
  })

  it('gives events the entity and the project that they do not say', async () => {
    const { entity_name: _entity, project_name: _project, ...rest } = linked
    const { events } = await mapped('body', rest, { entity: 'acme', project: 'models' })
    assert.deepEqual([events[0]?.entity_name, events[0]?.project_name], ['acme', 'models'])
  })

  it('says what is wrong with what the mapping made, by its path', async () => {
    assert.deepEqual(await refusal('"a text"'), {
      code: 'mapping_failed',
      message: 'The mapping must make an event, an array of events, or nothing; it made a string.',
      path: 'mapping',
    })
    assert.deepEqual(await refusal('body', ALIAS), {
      code: 'event_invalid',
      message: 'What the mapping made is not valid: alias is required for ADD_ARTIFACT_ALIAS.',
      path: 'alias',
    })
    const second = await refusal('[body, {"event_type": "NOPE"}]', linked)
    assert.match(second.message, /^What the mapping made is not valid: /)
    assert.equal(second.path, '[1].entity_name')
    assert.equal((await refusal('[1, 2]')).path, '[0]')
  })

  it('never shows a mapping a credential, by whatever header or parameter it comes', async () => {
    const { status, last } = await seen({
      Authorization: 'Bearer abc-secret',
      Cookie: 'session=abc-secret',
      'X-Gitlab-Token': 'abc-secret',
      'X-Hub-Signature-256': 'sha256=abc-secret',
      'X-Auth-Key': 'abc-secret',
      // of JFrog's webhooks, whose secret it is
      'X-JFrog-Event-Auth': 'abc-secret',
      'Ocp-Apim-Subscription-Key': 'abc-secret',
      'X-Functions-Key': 'abc-secret',
      'X-Goog-IAP-JWT-Assertion': 'abc-secret',
      'X-Author': 'ada',
      'Idempotency-Key': 'one',
      'X-GitHub-Event': 'create',
    })
    assert.equal(status, 202)
    assert.ok(!JSON.stringify(last).includes('abc-secret'))
    assert.equal(last?.headers['x-github-event'], 'create')
    assert.equal(last?.headers['authorization'], '***')
    assert.deepEqual([last?.headers['x-author'], last?.headers['idempotency-key']], ['ada', 'one'])
  })

  it('never shows it the secret of its source either, wherever that stands', async () => {
    for (const auth of ['header', 'bearer', 'shared-secret'] as const) {
      const headers = {
        'X-Custom': SECRET,
        'X-Webhook-Secret': SECRET,
        Authorization: `Bearer ${SECRET}`,
        'X-Other': `it is ${SECRET}`,
      }
      const { status, last } = await seen(headers, { text: SECRET }, { auth, headerName: 'X-Custom' })
      assert.equal(status, 202)
      assert.ok(!JSON.stringify(last).includes(SECRET))
      assert.deepEqual(last?.body, { text: '***' })
    }
  })

  it('refuses what is no JSON before any mapping sees it, and takes every type that ends in +json', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'json']) {
      const { status, last } = await seen({ 'Content-Type': type })
      assert.deepEqual([status, last], [415, null])
    }
    assert.equal((await seen({ 'Content-Type': 'application/vnd.docker.distribution.events.v2+json' })).status, 202)
  })

  it('asks senders to come again where no engine is', async () => {
    const source = await startSource({ settings: { format: 'mapped', mapping: 'null' } })
    assert.equal((await source.post({})).status, 503)
    await source.close()
  })

  it('keeps the last request of each source, but no body that is very large', async () => {
    const requests = new LastRequests()
    assert.equal(requests.of('none'), null)
    const about = JSON.stringify({ headers: {}, query: {} })
    requests.note('one', { body: 'no JSON', about }, 0)
    assert.deepEqual(requests.of('one'), {
      received_at: '1970-01-01T00:00:00.000Z',
      headers: {},
      query: {},
      body: 'no JSON',
    })
    requests.note('one', { body: JSON.stringify('x'.repeat(300_000)), about }, 0)
    assert.match(String(requests.of('one')?.body), /too long to be kept/)
    for (let index = 0; index < 100; index += 1) requests.note(`source ${index}`, { body: '1', about }, 0)
    assert.equal(requests.of('one'), null)
  })
})

describe('a source of CloudEvents with a mapping', () => {
  let source: Source
  const start = async (mapping: string) => {
    source = await startSource({ settings: { format: 'cloudevents', mapping }, map, secret: () => new Secret(SECRET) })
  }
  afterEach(() => source.close())

  const event = (more: object = {}) =>
    new CloudEvent({
      id: 'e-1',
      source: '/registry',
      type: 'model.promoted',
      time: '2026-01-02T10:00:00.000Z',
      data: { model: 'churn', stages: ['staging', 'production'] },
      ...more,
    })
  const MAPPING = `body.stages.{
    "event_type": "ADD_ARTIFACT_ALIAS", "entity_name": "acme", "project_name": $$.cloudevent.type,
    "artifact_collection_name": $$.body.model, "alias": $
  }`

  it('maps the data, with the attributes beside it; ids are made of source and id', async () => {
    await start(MAPPING)
    const { headers, body } = HTTP.binary(event())
    const answer = await source.post(body, headers as never)
    assert.deepEqual(
      answer.body.map(({ event_id }: { event_id: string }) => event_id),
      ['/registry e-1/0', '/registry e-1/1'],
    )
    assert.deepEqual(
      source.accepted.flat().map(({ alias, project_name, event_time }) => [alias, project_name, event_time]),
      [
        ['staging', 'model.promoted', '2026-01-02T10:00:00.000Z'],
        ['production', 'model.promoted', '2026-01-02T10:00:00.000Z'],
      ],
    )
  })

  it('says which event of a batch its mapping makes nothing right of', async () => {
    const batch = [event({ id: 'e-1' }), event({ id: 'e-2' })].map((one, index) => ({ ...one, data: { n: index } }))
    const settings = { format: 'cloudevents', auth: 'none', headerName: '', entity: '', project: '' } as const
    const message = {
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      target: '/',
      body: Buffer.from(JSON.stringify(batch)),
      shown: (text: string) => text,
    }
    const all = { ...settings, mapping: 'body.n = 1 ? {"event_type": 5}' }
    const read = readMapped(message, { settings: all, receivedAt: NOW, newId: () => 'new' }, { settings: all, map })
    await assert.rejects(read, {
      code: 'event_invalid',
      message: /^Event \[1\] of the batch: What the mapping made is not valid/,
    })
  })

  it('maps each of a batch, and counts those that are nothing', async () => {
    await start(MAPPING)
    const batch = [event({ data: { model: 'churn', stages: ['staging'] } }), event({ id: 'e-2', data: {} })]
    const answer = await source.post(JSON.stringify(batch), { 'Content-Type': 'application/cloudevents-batch+json' })
    assert.deepEqual([answer.status, answer.body.length, source.ignored], [202, 1, 1])
  })

  it('refuses data that cannot be handed on as they are, where they stand', async () => {
    await start(MAPPING)
    const envelope = (data: string) => `{"specversion": "1.0", "id": "1", "source": "/s", "type": "t", "data": ${data}}`
    const endless = '['.repeat(100_000) + ']'.repeat(100_000)
    for (const [data, path, words] of [
      ['{"model": "m", "stages": [1e400]}', 'data.stages[0]', /too large/],
      [`{"model": ${endless}}`, 'data.model', /nested deeper/],
    ] as const) {
      for (const place of ['', '[1].']) {
        const body = place === '' ? envelope(data) : `[${envelope('{}')}, ${envelope(data)}]`
        const type = `application/cloudevents${place === '' ? '' : '-batch'}+json`
        const { status, body: answer } = await source.post(body, { 'Content-Type': type })
        assert.equal(status, 400, JSON.stringify(answer))
        assert(answer.error.details[0].path.startsWith(`${place}${path}`), answer.error.details[0].path)
        assert.match(answer.error.details[0].message, words)
      }
    }
    assert.deepEqual(source.accepted, [])
  })

  const batch = (count: number) => ({
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    target: '/artifact-events',
    body: Buffer.from(
      JSON.stringify(
        Array.from({ length: count }, (_, index) => ({
          specversion: '1.0',
          id: `e${index}`,
          source: '/s',
          type: 't',
          data: linked,
        })),
      ),
    ),
    shown: (text: string) => text,
  })
  const settings = {
    ...({ format: 'cloudevents', auth: 'none', headerName: '', entity: '', project: '', mapping: 'body' } as const),
  }
  const readBatch = (count: number, by: Partial<MappedBy>) =>
    readMapped(batch(count), { settings, receivedAt: NOW, newId: () => 'new' }, { settings, map, ...by })

  it('refuses a batch for which its mapping takes too long in all, and leaves the event loop to others meanwhile', async () => {
    const limits = { time: 100, characters: 1_000_000 }
    const slow: MappedBy['map'] = (expression, input) => passed(15).then(() => map(expression, input))
    let [turns, over] = [0, false]
    const turn = () => {
      turns += 1
      if (!over) setImmediate(turn)
    }
    setImmediate(turn)
    await assert.rejects(readBatch(1_000, { map: slow, limits }), ({ code, message }: AutomationError) => {
      assert.equal(code, 'mapping_failed')
      assert.match(message, /took more than 0\.1 s for \d of the 1000 events of the batch; send fewer/)
      return true
    })
    over = true
    assert.ok(turns > 20, `${turns} turns`)
  })

  it('refuses a batch of which its mapping makes too much in all', async () => {
    const limits = { time: 10_000, characters: 5_000 }
    assert.equal((await readBatch(10, { limits })).events.length, 10)
    await assert.rejects(readBatch(100, { limits }), { code: 'mapping_failed', message: /more than 5000 characters/ })
  })

  it('still refuses what is no CloudEvent', async () => {
    await start(MAPPING)
    assert.equal((await source.post({ model: 'churn' })).status, 400)
  })
})
