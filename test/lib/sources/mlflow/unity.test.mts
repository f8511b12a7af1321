import assert from 'node:assert/strict'
import { live } from '../../../../dist/lib/sources/mlflow/live.js'
import { UnityApi } from '../../../../dist/lib/sources/mlflow/unity-api.js'
import { UnityWatch } from '../../../../dist/lib/sources/mlflow/unity-watch.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { mlflowStandin, type Standin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'
import { brief, type Watching, watching } from './watching.mts'

const NAME = 'main.ml.churn'

describe('Models in Unity Catalog', () => {
  let world: MlflowWorld
  let standin: Standin
  let watch: Watching
  beforeEach(async () => {
    world = new MlflowWorld()
    standin = await mlflowStandin(world, { token: 'dapi-1' })
    const place = { entity: 'acme', project: 'models' }
    watch = watching(standin.url, {
      key: 'dapi-1',
      looks: (client) => new UnityWatch({ api: new UnityApi(client), server: standin.url, ...place }),
      collection: NAME,
    })
  })
  afterEach(async () => {
    await watch.close()
    await standin.close()
  })

  it('are told like any others: versions, aliases, tags, deletions, and a new name is none', async () => {
    world.create(NAME)
    world.createVersion(NAME)
    world.setAlias(NAME, 'champion', 1)
    assert.deepEqual(await watch.poll(), [])
    assert.deepEqual(await watch.poll(), [])

    world.createVersion(NAME, { tags: { by: 'ada' } })
    world.setAlias(NAME, 'champion', 2)
    world.model(NAME).tags.set('team', 'x')
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'ADD_ARTIFACT_ALIAS main.ml.churn:champion',
      'ADD_ARTIFACT_TAG main.ml.churn:v2 by=ada',
      'ADD_COLLECTION_TAG main.ml.churn team=x',
      'LINK_ARTIFACT main.ml.churn:v2',
    ])
    world.rename(NAME, 'main.ml.churn2')
    assert.deepEqual(await watch.poll(), [])
    world.deleteAlias('main.ml.churn2', 'champion')
    world.deleteVersion('main.ml.churn2', 1)
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'REMOVE_ARTIFACT_ALIAS main.ml.churn2:champion',
      'UNLINK_ARTIFACT main.ml.churn2:v1',
    ])
    world.delete('main.ml.churn2')
    assert.deepEqual(brief(await watch.poll()), [
      'REMOVE_ARTIFACT_TAG main.ml.churn2:v2 by',
      'UNLINK_ARTIFACT main.ml.churn2:v2',
      'REMOVE_COLLECTION_TAG main.ml.churn2 team',
    ])
  })

  it('are looked at in turns, where no time moves: an alias of any model is told in the end, of a named one at once', async () => {
    for (let model = 0; model < 30; model += 1) {
      world.create(`main.ml.model${model}`)
      world.createVersion(`main.ml.model${model}`)
    }
    world.create(NAME)
    world.createVersion(NAME)
    await watch.poll()
    for (let poll = 0; poll < 10; poll += 1) assert.deepEqual(await watch.poll(), [])
    const before = standin.requests.length
    for (let poll = 0; poll < 10; poll += 1) assert.deepEqual(await watch.poll(), [])
    // the list, and a model with its versions: the one that is named, and four in turns
    assert.ok(standin.requests.length - before <= 10 * (1 + 2 * 5), String(standin.requests.length - before))
    world.setAlias(NAME, 'champion', 1)
    world.setAlias('main.ml.model7', 'champion', 1)
    const told = brief(await watch.poll())
    assert.ok(told.includes('ADD_ARTIFACT_ALIAS main.ml.churn:champion'))
    for (let poll = 0; poll < 10; poll += 1) told.push(...brief(await watch.poll()))
    assert.deepEqual(told.sort(), [
      'ADD_ARTIFACT_ALIAS main.ml.churn:champion',
      'ADD_ARTIFACT_ALIAS main.ml.model7:champion',
    ])
  })

  it('that the key may not see any more are not told to be gone', async () => {
    world.create(NAME)
    await watch.poll()
    standin.intercept = (_request, response, url) => {
      if (url.pathname.endsWith('/get')) response.writeHead(403).end('{}')
      else response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}')
      return true
    }
    await watch.poll().catch(() => {})
    assert.deepEqual(await watch.poll().catch(() => []), [])
  })

  it('that the key may not see any more do not keep it from the others', async () => {
    const other = 'main.ml.other'
    world.create(NAME)
    world.create(other)
    await watch.poll()
    world.createVersion(other)
    standin.intercept = (_request, response, url) => {
      if (url.pathname.endsWith('/registered-models/search')) {
        const { name, created, updated } = world.model(other)
        const registered_models = [{ name, creation_timestamp: created, last_updated_timestamp: updated }]
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ registered_models }))
        return true
      }
      if (url.searchParams.get('name') !== NAME) return false
      response.writeHead(403).end('{"error_code": "PERMISSION_DENIED"}')
      return true
    }
    assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT main.ml.other:v1'])
    assert.deepEqual(await watch.poll(), [])
  })

  for (const [what, body] of Object.entries({
    'whose aliases are no list': { registered_model: { name: NAME, aliases: 5 } },
    'without a name': { registered_model: { aliases: [] } },
    'that is a text': { registered_model: 'churn' },
  })) {
    it(`that are answered with one ${what} do not keep the watch from the others, and are named`, async () => {
      const other = 'main.ml.other'
      for (const name of [NAME, other]) world.create(name)
      await watch.poll()
      for (const name of [NAME, other]) world.createVersion(name)
      standin.intercept = (_request, response, url) => {
        if (!url.pathname.endsWith('/registered-models/get') || url.searchParams.get('name') !== NAME) return false
        response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
        return true
      }
      assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT main.ml.other:v1'])
      assert.match(watch.skipped.get(NAME) ?? '', /^Unity Catalog’s answer about a model cannot be read/)
      standin.intercept = () => false
      assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT main.ml.churn:v1'])
    })
  }

  it('whose versions cannot be read are not told to be gone', async () => {
    world.create(NAME)
    world.createVersion(NAME)
    world.createVersion(NAME)
    await watch.poll()
    standin.intercept = (_request, response, url) => {
      if (!url.pathname.endsWith('/model-versions/search')) return false
      const model_versions = [{ name: NAME, version: 'the first' }]
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ model_versions }))
      return true
    }
    assert.deepEqual(await watch.poll(), [])
  })

  it('that are missing all at once are asked for a few at a time, and all told to be gone in the end', async () => {
    for (let model = 0; model < 50; model += 1) world.create(`main.ml.model${model}`, { team: 'x' })
    world.create(NAME)
    for (let poll = 0; poll < 15; poll += 1) await watch.poll()
    for (let model = 0; model < 50; model += 1) world.delete(`main.ml.model${model}`)
    const told: string[] = []
    for (let poll = 0; poll < 4; poll += 1) {
      const before = standin.requests.length
      told.push(...brief(await watch.poll()))
      assert.ok(standin.requests.length - before < 40)
    }
    assert.equal(told.length, 50)
  })

  it('are listed in smaller pages where the catalog wants that', async () => {
    world.create(NAME)
    standin.intercept = (_request, response, url) => {
      if (Number(url.searchParams.get('max_results') ?? 0) <= 100) return false
      response.writeHead(400).end('{"message": "max_results must be at most 100"}')
      return true
    }
    await watch.poll()
    world.createVersion(NAME)
    assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT main.ml.churn:v1'])
  })

  it('are offered by their names', async () => {
    world.create(NAME)
    const settings = { baseUrl: `${standin.url}/unity-catalog`, interval: '30', entity: '', project: '', apiKey: '' }
    const { Secret } = await import('../../../../dist/lib/secrets/secret.js')
    const registry = live.connect(settings, {
      apiKey: () => new Secret('dapi-1'),
      addressPolicy: parseAddressPolicy('lan'),
      machineProxy: () => undefined,
    })
    const seen = await registry.explore({ entity: '', project: '' }, AbortSignal.timeout(5000))
    await registry.close()
    assert.deepEqual([seen.server, seen.collections], ['Unity Catalog', [NAME]])
  })

  it('are said to be unreadable, and no fault of ours, where one thing that is asked for has another shape', async () => {
    for (const json of [[], null, 'text', {}, { registered_model: 5, model_version: 5 }]) {
      const api = new UnityApi({ get: async () => ({ status: 200, headers: {}, json }) } as never)
      const asking = { signal: new AbortController().signal, onSkip: () => {} }
      const failure = { code: 'source_answer_unexpected', message: /answer about a (model|version) cannot be read/ }
      await assert.rejects(api.model(NAME, asking), failure)
      await assert.rejects(api.version(NAME, 1, asking), failure)
    }
  })
})
