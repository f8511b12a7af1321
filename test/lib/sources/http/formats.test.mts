import assert from 'node:assert/strict'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { readEvents } from '../../../../dist/lib/sources/http/read-events.js'
import type { Format } from '../../../../dist/lib/sources/http/settings.js'
import { NOW, startSource } from './server.mts'

const read = (format: Format, body: unknown, headers: Record<string, string> = {}) =>
  readEvents(format, body, {
    settings: { entity: 'acme', project: 'mlflow' },
    headers,
    receivedAt: NOW,
    newId: () => 'new',
  })

const refusedPath = (format: Format, body: unknown): string | undefined => {
  try {
    read(format, body)
  } catch (error) {
    return (error as { details: { path: string }[] }).details[0]?.path
  }
  return undefined
}

describe('MLflow', () => {
  const timestamp = '2025-07-31T08:27:32.080217+00:00'
  const message = (entity: string, action: string, data: object) => ({ entity, action, timestamp, data })
  const common = {
    entity_name: 'acme',
    project_name: 'mlflow',
    event_id: 'new',
    event_time: timestamp,
    artifact_collection_name: 'example_model',
  }
  const version = {
    artifact_version: 'models:/example_model/1',
    artifact_version_string: 'acme/mlflow/example_model:v1',
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
        artifact_version_string: 'acme/mlflow/example_model:champion',
        alias: 'champion',
      },
    ],
    [
      'model_version_alias.deleted',
      { name: 'example_model', alias: 'champion' },
      {
        ...common,
        event_type: 'REMOVE_ARTIFACT_ALIAS',
        artifact_version_string: 'acme/mlflow/example_model:champion',
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
      const [entity = '', action = ''] = kind.split('.')
      assert.deepEqual(read('mlflow', message(entity, action, data)), { events: [event], ignored: 0, many: true })
    })
  }

  for (const kind of [
    'registered_model.created',
    'prompt.created',
    'prompt_alias.created',
    'budget_policy.exceeded',
    'model_version.deleted',
    'constructor.name',
  ]) {
    it(`tells ${kind}, which is ignored`, () => {
      const [entity = '', action = ''] = kind.split('.')
      assert.deepEqual(read('mlflow', message(entity, action, {})), { events: [], ignored: 1, many: true })
    })
  }

  it('names its deliveries, and its own name counts, for that is what is signed', () => {
    const body = message('model_version', 'created', created)
    const idOf = (headers: Record<string, string>) => read('mlflow', body, headers).events[0]?.event_id
    assert.equal(idOf({ 'x-mlflow-delivery-id': 'd-1' }), 'd-1')
    assert.equal(idOf({ 'x-mlflow-delivery-id': 'd-1', 'webhook-id': 'w-1', 'idempotency-key': 'k-1' }), 'd-1')
    assert.equal(idOf({ 'idempotency-key': 'k-1' }), 'k-1')
  })

  it('may tell a time that nobody can read', () => {
    const body = { ...message('model_version', 'created', created), timestamp: '2025-07-31 08:27:32' }
    assert.equal(read('mlflow', body).events[0]?.event_time, NOW.toISOString())
  })

  it('may tell a version as a number, and an empty tag', () => {
    const [event] = read(
      'mlflow',
      message('model_version_tag', 'set', { name: 'm', version: 12, key: 'k', value: '' }),
    ).events
    assert.deepEqual([event?.artifact_version_index, event?.tag], [12, 'k='])
  })

  const wrong: readonly (readonly [path: string, body: unknown])[] = [
    ['', []],
    ['', null],
    ['entity', {}],
    ['action', { entity: 'model_version' }],
    ['data.name', message('model_version', 'created', { version: '1' })],
    ['data.name', { entity: 'model_version', action: 'created' }],
    ['data.version', message('model_version', 'created', { name: 'm' })],
    ['data.version', message('model_version', 'created', { name: 'm', version: '' })],
    ['data.version', message('model_version', 'created', { name: 'm', version: '1.5' })],
    ['data.version', message('model_version', 'created', { name: 'm', version: '-1' })],
    ['data.alias', message('model_version_alias', 'created', { name: 'm', version: '1', alias: '' })],
    ['data.key', message('model_version_tag', 'deleted', { name: 'm', version: '1' })],
  ]
  for (const [path, body] of wrong) {
    it(`is refused for ${path || 'the whole'} of ${JSON.stringify(body)}`, () =>
      assert.equal(refusedPath('mlflow', body), path))
  }
})

describe('the Hugging Face Hub', () => {
  const repo = {
    type: 'model',
    name: 'some-user/some-repo',
    id: '6366c000a2abcdf2fd69a080',
    private: false,
    url: {
      web: 'https://huggingface.co/some-user/some-repo',
      api: 'https://huggingface.co/api/models/some-user/some-repo',
    },
    headSha: 'c379e821c9c95d613899e8c4343e4bfee2b0c600',
    tags: ['license:other'],
    owner: { id: '61d2000c3c2083e1c08af22d' },
  }
  const message = (updatedRefs: object[], event = { action: 'update', scope: 'repo.content' }) => ({
    event,
    repo,
    updatedRefs,
    webhook: { id: '6390e855e30d9209411de93b', version: 3 },
  })
  const one = (ref: string, oldSha: string | null, newSha: string | null): ArtifactEvent | undefined =>
    read('huggingface', message([{ ref, oldSha, newSha }])).events[0]

  it('tells a change of main as a new version', () => {
    assert.deepEqual(one('refs/heads/main', 'old', 'new'), {
      event_type: 'CREATE_ARTIFACT',
      event_id: '6366c000a2abcdf2fd69a080:refs/heads/main:old..new',
      event_time: NOW.toISOString(),
      entity_name: 'some-user',
      project_name: 'mlflow',
      artifact_collection_name: 'some-user/some-repo',
      artifact_version: 'hf://some-user/some-repo@new',
      artifact_version_string: 'some-user/mlflow/some-user/some-repo:new',
      artifact_type: 'model',
      artifact_metadata: { url: repo.url.web, tags: ['license:other'], ref: 'refs/heads/main', revision: 'new' },
    })
  })

  const tags: readonly (readonly [what: string, oldSha: string | null, newSha: string | null, type: string])[] = [
    ['new', null, 'b', 'ADD_ARTIFACT_ALIAS'],
    ['moved', 'a', 'b', 'ADD_ARTIFACT_ALIAS'],
    ['removed', 'a', null, 'REMOVE_ARTIFACT_ALIAS'],
  ]
  for (const [what, oldSha, newSha, type] of tags) {
    it(`tells a tag that is ${what} as ${type}`, () => {
      const event = one('refs/tags/v1.0/rc', oldSha, newSha)
      assert.deepEqual([event?.event_type, event?.alias], [type, 'v1.0/rc'])
      assert.equal(event?.artifact_version, `hf://some-user/some-repo@${newSha ?? oldSha}`)
      assert.equal(event?.artifact_version_string, 'some-user/mlflow/some-user/some-repo:v1.0/rc')
      assert.equal(event?.event_author, undefined)
    })
  }

  it('tells each ref of a delivery as an event of its own, always with the same id', () => {
    const body = message([
      { ref: 'refs/heads/main', oldSha: 'a', newSha: 'b' },
      { ref: 'refs/tags/v1', oldSha: null, newSha: 'b' },
      { ref: 'refs/pr/1', oldSha: null, newSha: 'c' },
      { ref: 'refs/heads/dev', oldSha: 'a', newSha: 'b' },
      { ref: 'refs/heads/main', oldSha: 'b', newSha: null },
    ])
    const { events, ignored } = read('huggingface', body)
    assert.deepEqual(
      events.map(({ event_type }) => event_type),
      ['CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'],
    )
    assert.equal(ignored, 3)
    const again = read('huggingface', body).events.map(({ event_id }) => event_id)
    assert.deepEqual(
      events.map(({ event_id }) => event_id),
      again,
    )
    assert.equal(new Set(again).size, 2)
  })

  it('keeps an id short when a ref is long', () => {
    const ids = ['x', 'y'].map((end) => one(`refs/tags/${'t'.repeat(300)}${end}`, null, 'a')?.event_id)
    assert(ids.every((id) => id !== undefined && id.length <= 255))
    assert.notEqual(ids[0], ids[1])
  })

  it('tells of datasets, and of repositories without an owner in their name', () => {
    const body = {
      ...message([{ ref: 'refs/tags/v1', oldSha: null, newSha: 'a' }]),
      repo: { type: 'dataset', name: 'squad' },
    }
    const [event] = read('huggingface', body).events
    assert.deepEqual(
      [event?.entity_name, event?.artifact_collection_name, event?.artifact_version, event?.artifact_type],
      ['acme', 'squad', 'hf://datasets/squad@a', 'dataset'],
    )
  })

  const others = [
    { action: 'create', scope: 'repo' },
    { action: 'update', scope: 'repo.config' },
    { action: 'create', scope: 'discussion' },
    { action: 'create', scope: 'discussion.comment' },
    { action: 'update', scope: 'repo.contents' },
  ]
  for (const event of others) {
    it(`tells ${event.scope} ${event.action}, which is ignored`, () => {
      assert.deepEqual(read('huggingface', message([], event)), { events: [], ignored: 1, many: true })
    })
  }

  it('takes a narrower scope as the one it knows', () => {
    const refs = [{ ref: 'refs/tags/v1', oldSha: null, newSha: 'a' }]
    assert.equal(read('huggingface', message(refs, { action: 'update', scope: 'repo.content.lfs' })).events.length, 1)
  })

  const wrong: readonly (readonly [path: string, body: unknown])[] = [
    ['', 'text'],
    ['event.scope', {}],
    ['event.action', { event: { scope: 'repo.content' } }],
    ['repo.name', { event: { action: 'update', scope: 'repo.content' } }],
    ['updatedRefs', { ...message([]), updatedRefs: 'x' }],
    ['ref', message([{}])],
  ]
  for (const [path, body] of wrong) {
    it(`is refused for ${path || 'the whole'}`, () => assert.equal(refusedPath('huggingface', body), path))
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
