import assert from 'node:assert/strict'
import { HubWorld, hubStandin } from '../standin/hub/server.mts'
import { mlflowStandin } from '../standin/mlflow/server.mts'
import { MlflowWorld } from '../standin/mlflow/world.mts'
import { filledIn, readExample, sourceOf, WATCHING, WATCHING_WANDB } from './example-flows.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'

interface Registry {
  /** The base URL that a person fills in. */
  readonly url: string
  /** What the example waits for happens. */
  happens(): void
  close(): Promise<void>
}

async function mlflow(name: string, alias: string, path = ''): Promise<Registry> {
  const world = new MlflowWorld()
  world.create(name)
  world.createVersion(name)
  const standin = await mlflowStandin(world, { token: path === '' ? '' : 'dapi-1' })
  const happens = () => {
    world.setAlias(name, 'other', 1)
    world.setAlias(name, alias, 1)
  }
  return { url: standin.url + path, happens, close: () => standin.close() }
}

async function hub(): Promise<Registry> {
  const world = new HubWorld()
  const churn = world.create('my-org/churn')
  const standin = await hubStandin(world)
  return { url: standin.url, happens: () => void world.commit(churn), close: () => standin.close() }
}

const STORIES: Record<string, { readonly registry: () => Promise<Registry>; readonly arrives: RegExp }> = {
  'Hugging Face watched to Teams': { registry: hub, arrives: /my-org\/churn|my\\\\-org/ },
  'MLflow watched to GitHub dispatch': {
    registry: () => mlflow('churn', 'production'),
    arrives: /my-team\/models\/churn:production/,
  },
  'Unity Catalog alias to Slack': {
    registry: () => mlflow('main.ml.churn', 'champion', '/unity-catalog'),
    arrives: /main\.ml\.churn/,
  },
}

describe(`the example flows that watch other registries, in Node-RED ${NODE_RED_VERSION}`, function () {
  this.timeout(60_000)
  let nodeRed: NodeRed
  before(async () => {
    nodeRed = await NodeRed.start()
    await nodeRed.listen()
  })
  after(() => nodeRed.stop())

  it('are all told in this test', () => {
    assert.deepEqual(
      Object.keys(STORIES),
      WATCHING.filter((name) => !WATCHING_WANDB.includes(name)),
    )
  })

  for (const [name, { registry, arrives }] of Object.entries(STORIES)) {
    it(`${name}: what happens there arrives once, and the trigger’s button sends a sample`, async () => {
      const there = await registry()
      const receiver = await Receiver.listen()
      const service = readExample(name).find(({ type }) => type === 'automation-webhook')?.['service']
      receiver.answer((_request, response) => {
        if (service === 'github') response.writeHead(204).end()
        else response.end(service === 'teams' ? '1' : 'ok')
      })
      try {
        const source = sourceOf(readExample(name))
        const flow = filledIn(readExample(name), receiver.url).map((node) => {
          if (node.id === source?.id) return { ...node, baseUrl: there.url, interval: '1' }
          return node.id === source?.['apiKey'] ? { ...node, credentials: { value: 'dapi-1' } } : node
        })
        await nodeRed.deploy(flow)
        const trigger = flow.find(({ type }) => type === 'artifact-event')?.id
        await nodeRed.sawPushed(({ topic, data }) => {
          return topic === `status/${trigger}` && /polled/.test((data as { text?: string }).text ?? '')
        })
        there.happens()
        const [request] = await receiver.received(1, () => true, 20_000)
        assert.match(String(request?.body), arrives)
        await nodeRed.admin('POST', '/artifact-automations/events/sample', { node: trigger })
        await receiver.received(2)
        assert.equal(receiver.requests.length, 2)
      } finally {
        await nodeRed.deploy([])
        await receiver.close()
        await there.close()
      }
    })
  }
})
