import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { EVENTS } from '../lib/sources/mlflow/watching.mts'
import { mlflowStandin, type Standin } from '../standin/mlflow/server.mts'
import { MlflowWorld } from '../standin/mlflow/world.mts'
import { collects, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

const PLACE = { entity: 'acme', project: 'models' }

const watched = (baseUrl: string, more: object = {}): FlowNode =>
  source({ kind: 'mlflow', baseUrl, apiKey: '', interval: '1', ...PLACE, ...more })

const everything = (more: object = {}): FlowNode =>
  trigger({ scope: 'project', entity: '', project: 'models', pattern: '', events: EVENTS, wires: [['out']], ...more })

describe('artifact-source of the kind mlflow', function () {
  this.timeout(60_000)
  const nodeRed = useNodeRed()
  let world: MlflowWorld
  let standin: Standin
  beforeEach(async () => {
    world = new MlflowWorld()
    world.create('churn ü')
    world.createVersion('churn ü')
    standin = await mlflowStandin(world)
  })
  afterEach(() => standin.close())

  /** Resolves when so many further looks have ended. */
  async function polls(count = 1): Promise<void> {
    const asked = () => standin.requests.filter((path) => path.includes('registered-models/search')).length
    const until = asked() + count + 1
    await eventually(async () => asked() >= until, `${until} polls`, 20_000)
  }

  const shows = (fill: string, text: RegExp, id = 'trigger') =>
    eventually(
      async () => nodeRed.statusOf(id).fill === fill && text.test(nodeRed.statusOf(id).text ?? ''),
      `${id} shows ${text} in ${fill}: ${JSON.stringify(nodeRed.statusOf(id))}`,
      20_000,
    )

  it('fires every event, with the fields that MLflow’s webhooks give it, and the first look fires none', async () => {
    await nodeRed.load([watched(standin.url), everything(), collects('out')])
    await polls(2)
    assert.deepEqual(nodeRed.received('out'), [])
    world.createVersion('churn ü', { runId: 'r1', tags: { by: 'ada' } })
    world.setAlias('churn ü', 'production', 2)
    world.stage('churn ü', 1, 'Staging')
    world.model('churn ü').tags.set('team', 'vision')
    const events = (await nodeRed.messages('out', 5, 20_000)).map(({ payload }) => payload as Record<string, unknown>)
    const of = (type: string) => events.filter(({ event_type }) => event_type === type)
    const [link] = of('LINK_ARTIFACT')
    const { event_id, event_time, ...fields } = link ?? {}
    assert.match(String(event_id), /^mlflow-/)
    assert.equal(Date.parse(String(event_time)), world.version('churn ü', 2).created)
    assert.deepEqual(fields, {
      event_type: 'LINK_ARTIFACT',
      entity_name: 'acme',
      project_name: 'models',
      artifact_collection_name: 'churn ü',
      artifact_version: 'models:/churn ü/2',
      artifact_version_string: 'acme/models/churn ü:v2',
      artifact_version_index: 2,
      artifact_metadata: { source: 's3://bucket/model', run_id: 'r1', tags: { by: 'ada' } },
    })
    assert.deepEqual(
      of('ADD_ARTIFACT_ALIAS').map((each) => [each['alias'], each['artifact_version']]),
      [
        ['Staging', 'models:/churn ü/1'],
        ['production', 'models:/churn ü/2'],
      ],
    )
    assert.deepEqual(
      of('ADD_COLLECTION_TAG').map(({ tag }) => tag),
      ['team=vision'],
    )
    assert.deepEqual(
      of('ADD_ARTIFACT_TAG').map(({ tag }) => tag),
      ['by=ada'],
    )
  })

  it('goes on after a restart where it was: what happened meanwhile fires once', async () => {
    const flow = [watched(standin.url), everything(), collects('out')]
    await nodeRed.load(flow)
    await polls(1)
    await nodeRed.redeploy([collects('out')])
    world.setAlias('churn ü', 'production', 1)
    await nodeRed.restart(flow)
    await nodeRed.messages('out', 1, 20_000)
    await polls(2)
    assert.deepEqual(
      nodeRed.received('out').map(({ topic }) => topic),
      ['ADD_ARTIFACT_ALIAS'],
    )
  })

  it('says in words what is wrong, and is well again by itself', async () => {
    standin.intercept = (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<html>Jenkins</html>')
      return true
    }
    await nodeRed.load([watched(standin.url), everything(), collects('out')])
    await shows('red', /no MLflow at this URL/)
    standin.intercept = () => false
    await shows('green', /polled/)
  })

  it('asks with the key that it has: a token, or user and password', async () => {
    await standin.close()
    standin = await mlflowStandin(world, { token: 'ada:lovelace' })
    const flow = [watched(standin.url, { apiKey: secretId('KEY') }), everything(), collects('out'), secret('KEY')]
    await nodeRed.load(flow, { [secretId('KEY')]: { value: 'ada:wrong' } })
    await shows('red', /API key refused/)
    await nodeRed.redeploy(flow, { [secretId('KEY')]: { value: 'ada:lovelace' } })
    await shows('green', /polled/)
    await nodeRed.redeploy(flow, { [secretId('KEY')]: { value: '' } })
    await shows('red', /API key missing/)
  })

  it('tells whoever looks around what there is', async () => {
    await nodeRed.load([watched(standin.url), everything()])
    const look = (form: object) =>
      nodeRed.fetch('/artifact-automations/sources/source/explore', {
        method: 'POST',
        headers: { 'X-Artifact-Automations': '1' },
        body: { form },
      })
    const answer = await look({ kind: 'mlflow', baseUrl: standin.url, apiKey: '', ...PLACE })
    assert.equal(answer.status, 200)
    const { server, collections, projects } = (await answer.json()) as Record<string, unknown>
    assert.deepEqual(
      [server, collections, projects],
      ['MLflow 3.99.0', ['churn ü'], [{ entity: 'acme', name: 'models' }]],
    )
    const imported = await nodeRed.fetch('/artifact-automations/sources/source/automations', {
      method: 'POST',
      headers: { 'X-Artifact-Automations': '1' },
      body: {},
    })
    assert.equal(imported.status, 400)
  })

  describe('beside MLflow’s webhooks', () => {
    let farEnd: Receiver
    beforeEach(async () => {
      farEnd = await Receiver.listen()
      const told = source({ id: 'told', format: 'mlflow', path: '/told', ...PLACE })
      await nodeRed.load([
        watched(standin.url),
        told,
        everything({ wires: [['template']] }),
        everything({ id: 'of-told', source: 'told', wires: [['template']] }),
        template('{"event": ${event_json}}'),
        sender(),
        collects('delivered'),
        collects('failed'),
        webhook(farEnd.url),
      ])
      await polls(1)
    })
    afterEach(() => farEnd.close())

    const post = async (kind: string, data: object, id: string = randomUUID()) => {
      const [entity, action] = kind.split('.')
      const body = { entity, action, timestamp: new Date().toISOString(), data: { name: 'churn ü', ...data } }
      const answer = await nodeRed.fetch('/told', { method: 'POST', headers: { 'X-MLflow-Delivery-Id': id }, body })
      assert.equal(answer.status, 202)
      return { id, receipts: (await answer.json()) as { event_id: string; duplicate: boolean }[] }
    }
    const arrived = () =>
      farEnd.requests.map(({ body }) => {
        const { event } = JSON.parse(body.toString())
        return [event.event_type, event.alias ?? event.tag ?? event.artifact_version_index].join(' ')
      })
    /** The webhook comes as usual, before a look sees the change. */
    const first = async (kind: string, data: object, change: () => void) => {
      await polls(1)
      change()
      await post(kind, data)
    }

    it('fires nothing twice when they come first', async () => {
      await first('model_version.created', { version: '2', source: 's3://bucket/model', tags: {} }, () =>
        world.createVersion('churn ü'),
      )
      await first('model_version_alias.created', { version: '2', alias: 'a' }, () => world.setAlias('churn ü', 'a', 2))
      await first('model_version_tag.set', { version: '2', key: 'k', value: 'v' }, () =>
        world.version('churn ü', 2).tags.set('k', 'v'),
      )
      await first('model_version_alias.deleted', { alias: 'a' }, () => world.deleteAlias('churn ü', 'a'))
      // and the same again is another change
      await first('model_version_alias.created', { version: '2', alias: 'a' }, () => world.setAlias('churn ü', 'a', 2))
      await polls(2)
      const all = ['ADD_ARTIFACT_ALIAS a', 'ADD_ARTIFACT_ALIAS a', 'ADD_ARTIFACT_TAG k=v', 'LINK_ARTIFACT 2']
      await eventually(async () => farEnd.requests.length >= 5, 'five deliveries')
      assert.deepEqual(arrived().sort(), [...all, 'REMOVE_ARTIFACT_ALIAS a'])
    })

    it('fires nothing twice when they come late, or again', async () => {
      world.setAlias('churn ü', 'late', 1)
      await farEnd.received(1)
      const { id, receipts } = await post('model_version_alias.created', { version: '1', alias: 'late' })
      assert.deepEqual(
        receipts.map(({ event_id, duplicate }) => [event_id.slice(0, 7), duplicate]),
        [['mlflow-', false]],
      )
      const again = await post('model_version_alias.created', { version: '1', alias: 'late' }, id)
      assert.deepEqual(
        again.receipts.map(({ duplicate }) => duplicate),
        [true],
      )
      await polls(2)
      assert.deepEqual(arrived(), ['ADD_ARTIFACT_ALIAS late'])
    })
  })
})
