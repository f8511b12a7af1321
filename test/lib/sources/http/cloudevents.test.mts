import assert from 'node:assert/strict'
import { CloudEvent, emitterFor, HTTP, Mode } from 'cloudevents'
import { linked, SECRET, type Source, startSource } from './server.mts'

// The judge is the official SDK (npm cloudevents): what it sends has to become events, and it has to read our batches.

const at = '2026-01-02T10:00:00.000Z'
const make = (more: object = {}) =>
  new CloudEvent({ id: 'e-1', source: '/training/jobs', type: 'model.linked', time: at, data: linked, ...more })

describe('a source that takes CloudEvents', () => {
  let source: Source
  beforeEach(async () => {
    source = await startSource({ settings: { format: 'cloudevents' } })
  })
  afterEach(() => source.close())

  const accepted = () => source.accepted.flat()
  /** Posts by the SDK's own emitter. */
  const emit = async (event: CloudEvent<unknown>, mode: Mode) => {
    let answer: unknown
    await emitterFor(
      async ({ headers, body }) => {
        answer = await source.post(body, headers as Record<string, string>)
      },
      { mode },
    )(event)
    return answer as Awaited<ReturnType<Source['post']>>
  }

  for (const mode of [Mode.STRUCTURED, Mode.BINARY]) {
    it(`takes what the SDK emits in the mode ${mode}: source and id are the event's id, time its time`, async () => {
      const { status, body } = await emit(make(), mode)
      assert.equal(status, 202)
      assert.equal(body.event_id, '/training/jobs e-1')
      assert.deepEqual(accepted(), [{ ...linked, event_id: '/training/jobs e-1', event_time: at }])
    })

    it(`keeps letters of attributes and data in the mode ${mode}, and no two sources have an id in common`, async () => {
      await emit(make({ id: 'é 100%', data: { ...linked, event_author: 'Zoë' } }), mode)
      await emit(make({ source: '/training/jobs/e-1' }), mode)
      assert.deepEqual(
        accepted().map(({ event_id }) => event_id),
        ['/training/jobs é 100%', '/training/jobs/e-1 e-1'],
      )
      assert.equal(accepted()[0]?.event_author, 'Zoë')
    })
  }

  // "HTTP Protocol Binding for CloudEvents 1.0", section 3.1.3.2: its own example; the SDK sends letters as they are
  it('decodes what stands percent-encoded in headers', async () => {
    const { headers } = HTTP.binary(make())
    const { body } = await source.post(linked, { ...headers, 'ce-id': 'Euro%20%E2%82%AC%20%F0%9F%98%80' } as never)
    assert.equal(body.event_id, '/training/jobs Euro € 😀')
  })

  // the same section: a value in quotes is what stands in them (RFC 9110, section 5.6.4), decoded once after that
  const QUOTED: [header: string, id: string][] = [
    ['"e-1"', 'e-1'],
    ['"a \\"b\\" \\\\ c"', 'a "b" \\ c'],
    ['"Euro%20%E2%82%AC"', 'Euro €'],
    ['"100%2525"', '100%25'],
    ['"%22"', '"'],
    // these are no quoted strings: they stay as they are
    ['"open', '"open'],
    ['"', '"'],
    ['"a" and "b"', '"a" and "b"'],
    ['"ends with \\"', '"ends with \\"'],
  ]
  for (const [header, id] of QUOTED) {
    it(`reads the header ce-id: ${header}`, async () => {
      const { headers } = HTTP.binary(make())
      const { body } = await source.post(linked, { ...headers, 'ce-id': header } as never)
      assert.equal(body.event_id, `/training/jobs ${id}`)
    })
  }

  it('takes a batch, all or nothing, and an empty one', async () => {
    const batch = (...events: object[]) =>
      source.post(JSON.stringify(events), { 'Content-Type': 'application/cloudevents-batch+json; charset=UTF-8' })
    const events = [make(), make({ id: 'e-2', time: undefined })]
    const read = HTTP.toEvent({
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
    })
    assert.equal((read as unknown[]).length, 2)
    const { status, body } = await batch(...events)
    assert.equal(status, 202)
    assert.deepEqual(
      body.map(({ event_id }: { event_id: string }) => event_id),
      ['/training/jobs e-1', '/training/jobs e-2'],
    )
    const refused = await batch(make(), { ...make().toJSON(), specversion: '0.3' })
    assert.deepEqual([refused.status, refused.body.error.details[0].path], [400, '[1].specversion'])
    assert.equal(accepted().length, 2)
    assert.deepEqual((await batch()).body, [])
  })

  it('takes binary data, as the SDK encodes them in base64', async () => {
    const data = new TextEncoder().encode(JSON.stringify(linked))
    const event = make({ data, datacontenttype: 'application/json' })
    assert.ok(String(HTTP.structured(event).body).includes('data_base64'))
    assert.equal((await emit(event, Mode.STRUCTURED)).status, 202)
    assert.equal(accepted()[0]?.artifact_collection_name, 'cifar10')
  })

  it('gives events an entity and a project that do not say theirs', async () => {
    await source.close()
    source = await startSource({ settings: { format: 'cloudevents', entity: 'acme', project: 'models' } })
    const { entity_name: _entity, project_name: _project, ...rest } = linked
    await emit(make({ data: rest }), Mode.STRUCTURED)
    assert.equal(accepted()[0]?.entity_name, 'acme')
    assert.equal(accepted()[0]?.project_name, 'models')
  })

  it('makes a long id short, the same each time', async () => {
    const id = 'x'.repeat(300)
    const first = await emit(make({ id }), Mode.BINARY)
    const again = await emit(make({ id }), Mode.STRUCTURED)
    assert.equal(first.body.event_id, again.body.event_id)
    assert.equal(first.body.event_id.length, 64)
  })

  const coded = (data: unknown) => Buffer.from(JSON.stringify(data)).toString('base64')
  const envelope = make().toJSON() as Record<string, unknown>
  const without = (name: string) => ({ ...envelope, [name]: undefined })
  const WRONG: [what: string, body: unknown, path: string, words: RegExp][] = [
    ['an older version', { ...envelope, specversion: '0.3' }, 'specversion', /must be "1\.0"/],
    ['a version that is to come', { ...envelope, specversion: '2.0' }, 'specversion', /must be "1\.0"/],
    ['no version', without('specversion'), 'specversion', /is required/],
    ['no id', without('id'), 'id', /is required for a CloudEvent/],
    ['an empty id', { ...envelope, id: '' }, 'id', /not empty/],
    ['no source', without('source'), 'source', /is required/],
    ['no type', without('type'), 'type', /is required/],
    ['a time that is none', { ...envelope, time: 'yesterday' }, 'time', /RFC 3339/],
    ['no data', without('data'), 'data', /must be an artifact event/],
    ['data that are a text', { ...envelope, data: 'text' }, 'data', /must be an artifact event/],
    ['data that are no event', { ...envelope, data: {} }, 'event_type', /is required/],
    ['an array', [envelope], '', /must be a CloudEvent/],
    ['data twice', { ...envelope, data_base64: 'e30=' }, 'data_base64', /together with data/],
    ['base64 that is a number', { ...without('data'), data_base64: 7 }, 'data_base64', /base64/],
    ['base64 that is none', { ...without('data'), data_base64: '!!!' }, 'data_base64', /base64/],
    [
      'base64 with something between',
      { ...without('data'), data_base64: `${coded(linked)}!` },
      'data_base64',
      /base64/,
    ],
    ['empty base64', { ...without('data'), data_base64: '' }, 'data_base64', /JSON/],
    [
      'base64 of no JSON',
      { ...without('data'), data_base64: Buffer.from('{').toString('base64') },
      'data_base64',
      /JSON/,
    ],
    ['base64 of no UTF-8', { ...without('data'), data_base64: '/w==' }, 'data_base64', /UTF-8/],
  ]
  for (const [what, body, path, words] of WRONG) {
    it(`refuses ${what} in words, and stores nothing`, async () => {
      const answer = await source.post(body, { 'Content-Type': 'application/cloudevents+json' })
      assert.equal(answer.status, 400)
      assert.equal(answer.body.error.details[0].path, path)
      assert.match(answer.body.error.details[0].message, words)
      assert.deepEqual([accepted(), source.refused], [[], ['event_invalid']])
    })
  }

  it('says which event of a batch has data that are no JSON', async () => {
    const bad = { ...without('data'), id: 'e-2', data_base64: '!!!' }
    const answer = await source.post(JSON.stringify([envelope, bad]), {
      'Content-Type': 'application/cloudevents-batch+json',
    })
    assert.deepEqual([answer.status, answer.body.error.details[0].path], [400, '[1].data_base64'])
    assert.deepEqual(accepted(), [])
  })

  it('takes base64 with line breaks, without padding, or for URLs', async () => {
    const data = coded({ ...linked, event_author: 'Zoë ÿÿÿ???' })
    const FORMS = [
      `${data.slice(0, 20)}\r\n${data.slice(20)}`,
      data.replace(/=+$/, ''),
      data.replaceAll('+', '-').replaceAll('/', '_'),
    ]
    for (const [index, data_base64] of FORMS.entries()) {
      const body = { ...without('data'), id: `f-${index}`, data_base64 }
      assert.equal((await source.post(body, { 'Content-Type': 'application/cloudevents+json' })).status, 202)
    }
  })

  it('refuses what is no CloudEvent, or has another form, in words', async () => {
    const status = async (body: unknown, headers: Record<string, string>) => {
      const answer = await source.post(body, headers)
      return [answer.status, answer.body.error.message]
    }
    assert.match(String(await status(linked, {})), /^400,.*neither the header ce-specversion/)
    assert.match(String(await status(linked, { 'ce-specversion': '1.0', 'ce-id': '1' })), /^400,.*source/)
    assert.match(String(await status(linked, { 'Content-Type': 'text/plain' })), /^415,.*cloudevents\+json/)
    assert.match(String(await status('x', { 'Content-Type': 'application/cloudevents+avro' })), /^415,.*read as JSON/)
    const { headers } = HTTP.binary(make())
    assert.match(
      String(await status('<a/>', { ...headers, 'content-type': 'text/xml' } as never)),
      /^415,.*must be JSON/,
    )
    assert.match(String(await status('{', { 'Content-Type': 'application/cloudevents+json' })), /^400,.*not JSON/)
    assert.match(String(await status({}, { 'Content-Type': 'application/cloudevents-batch+json' })), /^400,.*array/)
    assert.deepEqual(accepted(), [])
  })
})

describe('whoever wants to send CloudEvents may ask first', () => {
  let source: Source
  beforeEach(async () => {
    source = await startSource({ settings: { format: 'cloudevents', auth: 'bearer' } })
  })
  afterEach(() => source.close())

  // github.com/cloudevents/spec, cloudevents/http-webhook.md, section 4
  it('and is allowed by OPTIONS, at any rate, without a secret', async () => {
    const { status, headers } = await source.post('', OPTIONS, 'OPTIONS')
    assert.equal(status, 200)
    assert.equal(headers['webhook-allowed-origin'], 'eventemitter.example.com')
    assert.equal(headers['webhook-allowed-rate'], '*')
    assert.equal(headers.allow, 'OPTIONS, POST')
    assert.equal((await source.post('', {}, 'OPTIONS')).status, 405)
  })
  const OPTIONS = { 'WebHook-Request-Origin': 'eventemitter.example.com', 'WebHook-Request-Rate': '120' }

  it('but not of a source that takes something else', async () => {
    const other = await startSource()
    try {
      const { status, headers } = await other.post('', OPTIONS, 'OPTIONS')
      assert.deepEqual([status, headers['webhook-allowed-origin']], [405, undefined])
    } finally {
      await other.close()
    }
  })

  // learn.microsoft.com, "Endpoint validation with Event Grid event schema": the request that it shows
  const VALIDATION = [
    {
      id: '2d1781af-3a4c-4d7c-bd0c-e34b19da4e66',
      topic: '/subscriptions/xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx',
      subject: '',
      data: {
        validationCode: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6',
        validationUrl: 'https://rp-eastus2.eventgrid.azure.net:553/eventsubscriptions/myeventsub/validate?id=0000',
      },
      eventType: 'Microsoft.EventGrid.SubscriptionValidationEvent',
      eventTime: '2022-10-28T04:23:35.1981776Z',
      metadataVersion: '1',
      dataVersion: '1',
    },
  ]
  const ASKED = { 'aeg-event-type': 'SubscriptionValidation' }

  it('as Event Grid does, which gets its code back', async () => {
    const { status, body } = await source.post(VALIDATION, ASKED)
    assert.equal(status, 200)
    assert.deepEqual(body, { validationResponse: '512d38b6-c7b8-40c8-89fe-f46f9e9622b6' })
    assert.deepEqual([source.accepted, source.refused], [[], []])
  })

  it('as Event Grid does in the schema of CloudEvents, where it does not ask by OPTIONS', async () => {
    const [{ data, eventType: type, topic, id }] = VALIDATION as [(typeof VALIDATION)[0]]
    const event = { specversion: '1.0', id, source: topic, type, data }
    const headers = { ...ASKED, 'Content-Type': 'application/cloudevents+json; charset=utf-8' }
    const { status, body } = await source.post(event, headers)
    assert.deepEqual([status, body], [200, { validationResponse: data.validationCode }])
  })

  it('and gets nothing past the secret by the header of a question', async () => {
    const event = { ...make().toJSON() }
    const type = { 'Content-Type': 'application/cloudevents+json' }
    assert.equal((await source.post(event, { ...ASKED, ...type })).status, 401)
    assert.equal((await source.post(event, { ...ASKED, ...type, Authorization: `Bearer ${SECRET}` })).status, 202)
    assert.equal((await source.post([{ ...VALIDATION[0], data: {} }], ASKED)).status, 401)
    assert.equal((await source.post('x'.repeat(20_000), ASKED)).status, 413)
    assert.equal((await source.post('{', ASKED)).status, 400)
  })
})
