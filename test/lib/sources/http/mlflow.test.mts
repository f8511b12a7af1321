import assert from 'node:assert/strict'
import { KINDS, message, TIMESTAMP } from './mlflow-messages.mts'
import { read, refusedPath } from './reading.mts'
import { NOW, startSource } from './server.mts'

describe('MLflow', () => {
  const common = {
    entity_name: 'acme',
    project_name: 'models',
    event_id: 'new',
    event_time: TIMESTAMP,
    artifact_collection_name: 'example_model',
  }
  const version = {
    artifact_version: 'models:/example_model/1',
    artifact_version_string: 'acme/models/example_model:v1',
    artifact_version_index: 1,
  }
  const created = {
    name: 'example_model',
    version: '1',
    source: 'models:/m-1',
    run_id: 'abcd',
    tags: { a: 'b' },
    description: null,
  }

  it('tells models of one name in two workspaces apart, and keeps the workspace', () => {
    const inWorkspace = (workspace: string | null) => {
      const { events } = read('mlflow', {
        ...message('model_version_alias.created', { ...created, alias: 'champion' }),
        workspace,
      })
      return events[0] as unknown as Record<string, unknown>
    }
    const [plain, usual, vision, speech] = [null, 'default', 'vision', 'speech'].map(inWorkspace)
    const names = (event: Record<string, unknown> | undefined) => [
      event?.['workspace'],
      event?.['artifact_collection_name'],
      event?.['artifact_version'],
      event?.['artifact_version_string'],
    ]
    assert.deepEqual(names(plain), [
      undefined,
      'example_model',
      'models:/example_model/1',
      'acme/models/example_model:champion',
    ])
    assert.deepEqual(names(usual), [
      'default',
      'example_model',
      'models:/example_model/1',
      'acme/models/example_model:champion',
    ])
    assert.deepEqual(names(vision), [
      'vision',
      'example_model',
      'models:/example_model/1?workspace=vision',
      'acme/models/vision/example_model:champion',
    ])
    assert.notDeepEqual(names(vision).slice(2), names(speech).slice(2))
    assert.equal(refusedPath('mlflow', { ...message('model_version.created', created), workspace: 7 }), 'workspace')
  })

  const table: readonly (readonly [kind: string, data: object, event: object])[] = [
    [
      'model_version.created',
      created,
      {
        ...common,
        ...version,
        event_type: 'LINK_ARTIFACT',
        artifact_metadata: { tags: { a: 'b' }, source: 'models:/m-1', run_id: 'abcd' },
      },
    ],
    [
      'model_version_alias.created',
      { name: 'example_model', alias: 'champion', version: '1' },
      {
        ...common,
        ...version,
        event_type: 'ADD_ARTIFACT_ALIAS',
        artifact_version_string: 'acme/models/example_model:champion',
        alias: 'champion',
      },
    ],
    [
      'model_version_alias.deleted',
      { name: 'example_model', alias: 'champion' },
      {
        ...common,
        event_type: 'REMOVE_ARTIFACT_ALIAS',
        artifact_version_string: 'acme/models/example_model:champion',
        alias: 'champion',
      },
    ],
    [
      'model_version_tag.set',
      { name: 'example_model', version: '1', key: 'region', value: 'europe' },
      { ...common, ...version, event_type: 'ADD_ARTIFACT_TAG', tag: 'region=europe' },
    ],
    [
      'model_version_tag.deleted',
      { name: 'example_model', version: '1', key: 'region', value: null },
      { ...common, ...version, event_type: 'REMOVE_ARTIFACT_TAG', tag: 'region' },
    ],
  ]
  for (const [kind, data, event] of table) {
    it(`tells ${kind}`, () => {
      assert.deepEqual(read('mlflow', message(kind, data)), { events: [event], ignored: 0, many: true })
    })
  }

  for (const { kind, data, becomes } of KINDS) {
    it(`tells ${kind} with its own example: ${becomes ?? 'ignored'}`, () => {
      const { events, ignored } = read('mlflow', message(kind, data))
      assert.deepEqual(
        { types: events.map(({ event_type }) => event_type), ignored },
        { types: becomes ? [becomes] : [], ignored: becomes ? 0 : 1 },
      )
    })
  }

  for (const kind of ['model_version.deleted', 'model_version.stage_changed', 'constructor.name']) {
    it(`tells ${kind}, which nobody knows: ignored`, () => {
      assert.deepEqual(read('mlflow', message(kind, {})), { events: [], ignored: 1, many: true })
    })
  }

  it('names its deliveries, and its own name counts, for that is what is signed', () => {
    const body = message('model_version.created', created)
    const idOf = (headers: Record<string, string>) => read('mlflow', body, headers).events[0]?.event_id
    assert.equal(idOf({ 'x-mlflow-delivery-id': 'd-1' }), 'd-1')
    assert.equal(idOf({ 'x-mlflow-delivery-id': 'd-1', 'webhook-id': 'w-1', 'idempotency-key': 'k-1' }), 'd-1')
    assert.equal(idOf({ 'idempotency-key': 'k-1' }), 'k-1')
  })

  it('may tell a time that nobody can read', () => {
    const body = { ...message('model_version.created', created), timestamp: '2025-07-31 08:27:32' }
    assert.equal(read('mlflow', body).events[0]?.event_time, NOW.toISOString())
  })

  it('may tell a version as a number, and an empty tag', () => {
    const [event] = read(
      'mlflow',
      message('model_version_tag.set', { name: 'm', version: 12, key: 'k', value: '' }),
    ).events
    assert.deepEqual([event?.artifact_version_index, event?.tag], [12, 'k='])
  })

  const wrong: readonly (readonly [path: string, body: unknown])[] = [
    ['', []],
    ['', null],
    ['entity', {}],
    ['action', { entity: 'model_version' }],
    ['data.name', message('model_version.created', { version: '1' })],
    ['data.name', { entity: 'model_version', action: 'created' }],
    ['data.version', message('model_version.created', { name: 'm' })],
    ['data.version', message('model_version.created', { name: 'm', version: '' })],
    ['data.version', message('model_version.created', { name: 'm', version: '1.5' })],
    ['data.version', message('model_version.created', { name: 'm', version: '-1' })],
    ['data.version', message('model_version.created', { name: 'm', version: ['1'] })],
    ['data.version', message('model_version.created', { name: 'm', version: 1e20 })],
    ['data.alias', message('model_version_alias.created', { name: 'm', version: '1', alias: '' })],
    ['data.key', message('model_version_tag.deleted', { name: 'm', version: '1' })],
  ]
  for (const [path, body] of wrong) {
    it(`is refused for ${path || 'the whole'} of ${JSON.stringify(body)}`, () =>
      assert.equal(refusedPath('mlflow', body), path))
  }
})

describe('a source of a registry', () => {
  it('answers with an array, empty when there was no event, and counts what it ignored', async () => {
    const source = await startSource({ settings: { format: 'mlflow', entity: 'acme', project: 'p' } })
    try {
      const ignored = await source.post({ entity: 'prompt', action: 'created', data: {} })
      assert.deepEqual([ignored.status, ignored.body], [202, []])
      assert.deepEqual([source.ignored, source.accepted], [1, []])
      const data = { name: 'm', alias: 'champion' }
      const told = await source.post(
        { entity: 'model_version_alias', action: 'deleted', data },
        { 'X-MLflow-Delivery-Id': 'd' },
      )
      assert.deepEqual([told.status, told.body], [202, [{ event_id: 'd', duplicate: false, automations: 2 }]])
      assert.equal((await source.post({ entity: 'model_version', action: 'created', data: {} })).status, 400)
    } finally {
      await source.close()
    }
  })
})
