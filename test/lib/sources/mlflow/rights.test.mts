import assert from 'node:assert/strict'
import { UnityApi } from '../../../../dist/lib/sources/mlflow/unity-api.js'
import { UnityWatch } from '../../../../dist/lib/sources/mlflow/unity-watch.js'
import { mlflowStandin, type Standin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'
import { brief, type Watching, watching } from './watching.mts'

const REFUSED = { status: 403, body: { error_code: 'PERMISSION_DENIED', message: 'Permission denied' } }

describe('An MLflow server that keeps something from a key', () => {
  let world: MlflowWorld
  let standin: Standin
  let watch: Watching
  beforeEach(async () => {
    world = new MlflowWorld()
    for (const name of ['main.ml.churn', 'main.ml.other']) {
      world.create(name, { team: 'x' })
      world.createVersion(name, { tags: { by: 'ada' } })
      world.setAlias(name, 'production', 1)
    }
    standin = await mlflowStandin(world)
    watch = watching(standin.url)
  })
  afterEach(async () => {
    await watch.close()
    await standin.close()
  })

  /** MLflow's own authentication: lists lack what the user may not read, and who asks for it is refused. */
  const hide = (...names: string[]) => {
    const hidden = new Set(names)
    standin.intercept = (_request, response, url) => {
      if (!hidden.has(url.searchParams.get('name') ?? '')) return false
      response.writeHead(REFUSED.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(REFUSED.body))
      return true
    }
    standin.isListed = (name) => !hidden.has(name)
  }
  const show = () => {
    standin.intercept = () => false
    standin.isListed = () => true
  }
  const polls = async (count: number) => {
    const told: string[] = []
    for (let poll = 0; poll < count; poll += 1) told.push(...brief(await watch.poll()))
    return told
  }

  const DELETED = [
    'REMOVE_ARTIFACT_ALIAS main.ml.churn:production',
    'REMOVE_ARTIFACT_TAG main.ml.churn:v1 by',
    'REMOVE_COLLECTION_TAG main.ml.churn team',
    'UNLINK_ARTIFACT main.ml.churn:v1',
  ]

  for (const [what, hidden] of [
    ['one model', ['main.ml.churn']],
    ['every model', ['main.ml.churn', 'main.ml.other']],
  ] as const) {
    it(`tells no deletion of ${what}, says which, and goes on from there when it gives it back`, async () => {
      await polls(2)
      hide(...hidden)
      assert.deepEqual(await polls(4), [])
      assert.deepEqual(
        hidden.map((name) => [name, watch.skipped.get(name)]),
        hidden.map((name) => [name, 'the API key may not read it (any more)']),
      )
      const before = standin.requests.length
      await polls(4)
      assert.ok(standin.requests.length - before <= 12, 'it is asked for one at a time')
      world.setAlias('main.ml.churn', 'champion', 1)
      show()
      assert.deepEqual(await polls(2), ['ADD_ARTIFACT_ALIAS main.ml.churn:champion'])
      assert.equal(watch.skipped.size, 0)
      world.delete('main.ml.churn')
      assert.ok((await polls(2)).includes('UNLINK_ARTIFACT main.ml.churn:v1'))
    })
  }

  it('tells no deletion of versions that a list of versions lacks though the list of models came before', async () => {
    await polls(2)
    hide('main.ml.churn')
    standin.isListed = (name, list) => list === 'models' || name !== 'main.ml.churn'
    assert.deepEqual(await polls(2), [])
  })

  it('still tells that a model is deleted', async () => {
    await polls(2)
    hide('main.ml.other')
    world.delete('main.ml.churn')
    assert.deepEqual((await polls(2)).sort(), DELETED)
  })

  for (const [status, why] of [
    [403, 'the API key may not read it (any more)'],
    [404, null],
    [500, 'the server answers 500 when it is asked for it'],
  ] as const) {
    it(`goes on with the others when it answers ${status} to whoever asks for one model that its list lacks`, async () => {
      await polls(2)
      standin.isListed = (name) => name !== 'main.ml.churn'
      standin.intercept = (_request, response, url) => {
        if (url.searchParams.get('name') !== 'main.ml.churn') return false
        const body = JSON.stringify({ error_code: status === 404 ? 'RESOURCE_DOES_NOT_EXIST' : 'X', message: 'no' })
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
        return true
      }
      world.createVersion('main.ml.other')
      const told = await polls(2)
      assert.deepEqual(
        told.filter((each) => each.startsWith('LINK')),
        ['LINK_ARTIFACT main.ml.other:v2'],
      )
      assert.deepEqual(told.filter((each) => !each.startsWith('LINK')).sort(), status === 404 ? DELETED : [])
      assert.equal(watch.skipped.get('main.ml.churn') ?? null, why)
    })
  }

  it('keeps nobody from the others by the versions of one model, however many models there are', async () => {
    for (let model = 0; model < 150; model += 1) {
      world.create(`model ${model}`)
      for (let version = 0; version < 2; version += 1) world.createVersion(`model ${model}`)
    }
    let refuses = false
    standin.intercept = (_request, response, url) => {
      const isLarge = Number(url.searchParams.get('max_results') ?? 0) > 100
      const isOfOne = refuses && /model 7['"]?$/.test(url.searchParams.get('filter') ?? '')
      if (!isLarge && !isOfOne) return false
      response.writeHead(isLarge ? 400 : 500, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ error_code: 'INVALID_PARAMETER_VALUE', message: 'max_results: at most 100' }))
      return true
    }
    await polls(2)
    refuses = true
    world.deleteVersion('model 7', 1)
    world.deleteVersion('model 8', 1)
    assert.deepEqual(await polls(4), ['UNLINK_ARTIFACT model 8:v1'])
    assert.match(watch.skipped.get('model 7') ?? '', /answers 500/)
    refuses = false
    assert.deepEqual(await polls(4), ['UNLINK_ARTIFACT model 7:v1'])
  })

  it('of Unity Catalog, whose grants were revoked, tells no deletion, says which, and goes on when they are back', async () => {
    await watch.close()
    const place = { entity: 'acme', project: 'models' }
    watch = watching(standin.url, {
      looks: (client) => new UnityWatch({ api: new UnityApi(client), server: standin.url, ...place }),
    })
    await polls(3)
    for (const answer of [
      REFUSED,
      { status: 404, body: { error_code: 'NOT_FOUND', message: 'It does not exist, or you lack the privilege.' } },
      { status: 500, body: { error_code: 'INTERNAL_ERROR', message: 'no' } },
    ]) {
      hide('main.ml.churn')
      standin.intercept = (_request, response, url) => {
        const { searchParams } = url
        if (![searchParams.get('name'), searchParams.get('filter')].some((each) => each?.includes('churn')))
          return false
        response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer.body))
        return true
      }
      world.setAlias('main.ml.other', `of ${answer.status}`, 1)
      assert.deepEqual(await polls(3), [`ADD_ARTIFACT_ALIAS main.ml.other:of ${answer.status}`])
      assert.ok(watch.skipped.has('main.ml.churn'), String(answer.status))
      show()
      assert.deepEqual(await polls(3), [])
      assert.equal(watch.skipped.size, 0)
    }
    world.delete('main.ml.churn')
    assert.deepEqual((await polls(3)).sort(), DELETED)
  })
})
