import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { checkMlflowSettings } from '../../../../dist/lib/sources/mlflow/settings.js'
import { mlflowStandin, type Standin } from '../../../standin/mlflow/server.mts'
import { MlflowWorld } from '../../../standin/mlflow/world.mts'
import { brief, type Watching, watching } from './watching.mts'

describe('When an MLflow server is at fault', () => {
  let world: MlflowWorld
  let standin: Standin
  let watch: Watching
  beforeEach(async () => {
    world = new MlflowWorld()
    world.create('churn')
    world.createVersion('churn')
    standin = await mlflowStandin(world)
    watch = watching(standin.url)
  })
  afterEach(async () => {
    await watch.close()
    await standin.close()
  })

  const answers = (status: number, body: string, headers: Record<string, string> = {}) => {
    standin.intercept = (_request, response: ServerResponse) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
      return true
    }
  }

  const FAULTS: readonly (readonly [what: string, status: number, body: string, code: string, statusText: RegExp])[] = [
    ['HTML', 200, '<html>', 'source_answer_invalid', /no MLflow at this URL/],
    ['another server’s JSON', 200, '[1, 2]', 'source_answer_unexpected', /unexpected answer/],
    ['an answer that says nothing', 200, '{"status": "ok"}', 'source_answer_unexpected', /unexpected answer/],
    ['half an answer', 200, '{"registered_models": [', 'source_answer_invalid', /no MLflow/],
    ['a list that is none', 200, '{"registered_models": 7}', 'source_answer_unexpected', /unexpected/],
    ['a wrong key', 401, '{"message": "no"}', 'source_denied', /API key refused/],
    ['no right to read', 403, '{"message": "no"}', 'source_denied', /not allowed/],
    ['nothing there', 404, 'Not Found', 'source_not_found', /not found/],
    ['too many requests', 429, '{"message": "slow down"}', 'source_rate_limited', /rate limited/],
    ['a broken database', 500, '{"message": "database is locked"}', 'source_unavailable', /MLflow says 500/],
    ['a restart', 503, '', 'source_unavailable', /MLflow says 503/],
    ['another address', 302, '', 'source_unavailable', /MLflow says 302/],
  ]

  for (const [what, status, body, code, statusText] of FAULTS) {
    it(`${what} is said in words, nothing is stored, and what happened meanwhile is told when it is well`, async () => {
      await watch.poll()
      world.setAlias('churn', 'production', 1)
      answers(status, body)
      await assert.rejects(watch.poll(), { code, statusText })
      standin.intercept = () => false
      assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS churn:production'])
    })
  }

  it('one alias with a version that is none is left out and named, and everything else is told', async () => {
    await watch.poll()
    world.model('churn').aliases.set('odd', -1)
    world.setAlias('churn', 'production', 1)
    world.create('other')
    world.createVersion('other')
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'ADD_ARTIFACT_ALIAS churn:production',
      'LINK_ARTIFACT other:v1',
    ])
    assert.match(watch.skipped.get('churn') ?? '', /data\.version/)
  })

  it('one version of a time that no clock has is told all the same', async () => {
    await watch.poll()
    world.createVersion('churn')
    const listed = world.model('churn').versions.get(2)!
    Object.assign(listed, { created: Number.MAX_SAFE_INTEGER })
    assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT churn:v2'])
  })

  it('in the middle of a first look, the first look begins again', async () => {
    standin.intercept = (_request, response, url) => {
      if (!url.pathname.includes('model-versions')) return false
      response.writeHead(500).end()
      return true
    }
    await assert.rejects(watch.poll())
    standin.intercept = () => false
    assert.deepEqual(await watch.poll(), [])
    assert.deepEqual(await watch.poll(), [])
  })

  it('asks nothing before the time that it was asked to wait for', async () => {
    answers(429, '', { 'Retry-After': '90' })
    const before = Date.now()
    await assert.rejects(watch.poll(), { pause: 90_000 })
    assert.ok(watch.client.heldUntil >= before + 90_000)
  })

  it('lists without end: it ends, in words', async () => {
    const model = { name: 'churn', creation_timestamp: 1, last_updated_timestamp: 1 }
    answers(200, JSON.stringify({ registered_models: [model], model_versions: [], next_page_token: 'again' }))
    await assert.rejects(watch.poll(), { code: 'source_answer_unexpected', statusText: 'list without end' })
    assert.ok(standin.requests.length < 10)
  })

  it('has one model that nobody can read: it is left out and named, nothing is taken for gone, the others fire', async () => {
    world.create('other')
    world.createVersion('other')
    await watch.poll()
    standin.intercept = (_request, response, url) => {
      if (!url.pathname.includes('registered-models/search')) return false
      const churn = { name: 'churn', creation_timestamp: 'yesterday' }
      const { created, updated } = world.model('other')
      const aliases = [{ alias: 'production', version: '1' }]
      const other = { name: 'other', creation_timestamp: created, last_updated_timestamp: updated, aliases }
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ registered_models: [churn, other] }))
      return true
    }
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS other:production'])
    standin.intercept = () => false
    assert.deepEqual(brief(await watch.poll()), ['REMOVE_ARTIFACT_ALIAS other:production'])
  })

  it('tells names as they are: dots, quotes, unicode, and what objects have', async () => {
    const names = ['a.b.c', 'it’s "x"', 'it\'s "both"', '模型', '__proto__', 'constructor', 'a%2Fb&c=d']
    await watch.poll()
    for (const name of names) {
      world.create(name)
      world.createVersion(name, { tags: { constructor: 'x', __proto__: 'y' } })
      world.setAlias(name, 'toString', 1)
    }
    const told = brief(await watch.poll())
    for (const name of names) {
      assert.ok(told.includes(`LINK_ARTIFACT ${name}:v1`), name)
      assert.ok(told.includes(`ADD_ARTIFACT_ALIAS ${name}:toString`), name)
    }
    assert.deepEqual(await watch.poll(), [])
    for (const name of names) world.deleteVersion(name, 1)
    const gone = brief(await watch.poll()).filter((each) => each.startsWith('UNLINK'))
    assert.equal(gone.length, names.length)
  })

  it('has had more changes than are read in one look: the rest is found by a full look, and none is read twice', async () => {
    standin.intercept = (_request, response, url) => {
      if (Number(url.searchParams.get('max_results') ?? 0) <= 100) return false
      response.writeHead(400, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify({ error_code: 'INVALID_PARAMETER_VALUE', message: 'max_results: at most 100' }))
      return true
    }
    await watch.close()
    watch = watching(standin.url, { fullLookEvery: 24 * 60 * 60 * 1000 })
    const many = 10_150
    await watch.poll()
    for (let polls = 0; polls < 6; polls += 1) await watch.poll()
    for (let version = 0; version < many; version += 1) world.createVersion('churn')
    const told = brief(await watch.poll())
    const costs: number[] = []
    while (told.length < many && costs.length < 300) {
      const before = standin.requests.length
      told.push(...brief(await watch.poll()))
      costs.push(standin.requests.length - before)
    }
    assert.equal(told.length, many)
    assert.equal(new Set(told).size, many)
    assert.ok(Math.max(...costs.slice(1)) <= 4, String(costs))
  }).timeout(60_000)

  it('knows prompts, which are none of a model’s business', async () => {
    await watch.poll()
    world.create('prompt', { 'mlflow.prompt.is_prompt': 'true' })
    world.createVersion('prompt', { tags: { 'mlflow.prompt.is_prompt': 'true', 'mlflow.prompt.text': 'Hello' } })
    assert.deepEqual(await watch.poll(), [])
  })

  it('never shows the key, whatever it answers', async () => {
    await watch.close()
    watch = watching(standin.url, { key: 'ada:lovelace-1815' })
    answers(500, JSON.stringify({ message: `bad credentials ${btoa('ada:lovelace-1815')} ada:lovelace-1815` }))
    const error = await watch.poll().catch((caught: Error) => caught)
    assert.ok(error instanceof Error)
    assert.ok(!/lovelace|YWRhOmxvdmVsYWNl/.test(error.message), error.message)
  })
})

describe('The settings of a watched MLflow server', () => {
  const check = (more: object) => checkMlflowSettings({ baseUrl: 'http://localhost:5000', interval: '30', ...more })

  for (const [given, baseUrl, isUnityCatalog] of [
    ['http://localhost:5000/', 'http://localhost:5000', false],
    ['http://localhost:5000/#/models/churn', 'http://localhost:5000', false],
    ['https://ml.example/mlflow/api/2.0/mlflow', 'https://ml.example/mlflow', false],
    ['https://adb-1.azuredatabricks.net/unity-catalog', 'https://adb-1.azuredatabricks.net', true],
    ['https://adb-1.azuredatabricks.net/api/2.1/unity-catalog', 'https://adb-1.azuredatabricks.net', true],
  ] as const) {
    it(`take ${given}`, () => {
      const settings = check({ baseUrl: given })
      assert.deepEqual([settings.baseUrl, settings.isUnityCatalog], [baseUrl, isUnityCatalog])
    })
  }

  it('give events a place where none is named', () => {
    assert.deepEqual([check({}).entity, check({ project: ' x ' }).project], ['mlflow', 'x'])
  })

  for (const baseUrl of ['', 'localhost:5000', 'ftp://x', 'http://ada:pw@localhost', 'http://localhost/?a=b'])
    it(`refuse ${baseUrl || 'nothing'}`, () => assert.throws(() => check({ baseUrl }), { code: 'source_invalid' }))
  for (const interval of ['', '0', 'soon', '1e9'])
    it(`refuse an interval of ${interval || 'nothing'}`, () =>
      assert.throws(() => check({ interval }), { code: 'source_invalid' }))
})
