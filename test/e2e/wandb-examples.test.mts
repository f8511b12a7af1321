import assert from 'node:assert/strict'
import MarkdownIt from 'markdown-it'
import { type Company, company } from '../nodes/wandb.mts'
import { filledIn, readExample, sourceOf, WATCHING_WANDB } from './example-flows.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver, type Recorded } from './harness/receiver.mts'

interface Story {
  /** What a person fills into the trigger. */
  readonly place: object
  readonly happens: (wandb: Company) => void
  readonly arrives: (body: string, request: Recorded) => void
}

const STORIES: Record<string, Story> = {
  'W&B metric threshold to Teams': {
    place: { entity: 'vision', project: 'training' },
    happens({ world, project, ada }) {
      const run = world.addRun(project, ada, { name: 'r1', displayName: 'brave-fox-1' })
      world.logMetrics(
        run,
        [0.9, 0.2, 0.06, 0.05, 0.05, 0.05, 0.04].map((loss) => ({ loss })),
      )
    },
    arrives(body) {
      assert.match(body, /"loss of run brave-fox-1"/)
      // values are escaped for the Markdown that Teams reads
      const read = new MarkdownIt().renderInline(JSON.stringify(JSON.parse(body)).replaceAll('\\\\', '\\'))
      assert.match(read, /average\(loss, 5\) &lt; 0\.1/)
    },
  },
  'W&B project run failed to Slack': {
    place: { entity: 'vision', project: 'training' },
    happens({ world, project, ada }) {
      world.runState(world.addRun(project, ada, { displayName: 'good' }), 'finished')
      world.runState(world.addRun(project, ada, { displayName: 'bad' }), 'failed')
    },
    arrives(body) {
      assert.equal(JSON.parse(body).text, 'Run bad is failed')
    },
  },
  'W&B registry to GitHub dispatch': {
    place: { entity: 'acme' },
    happens({ world, first, portfolio, ada }) {
      world.addAlias(first, portfolio, 'staging', ada)
      world.addAlias(first, portfolio, 'production', ada)
    },
    arrives(body, { headers }) {
      const { event_type, client_payload } = JSON.parse(body)
      assert.equal(event_type, 'BUILD_AND_DEPLOY')
      assert.deepEqual([client_payload.alias, client_payload.event_author], ['production', 'ada'])
      assert.equal(client_payload.artifact_version_string, 'acme_X7QK/wandb-registry-model/classifier:production')
      assert.equal(headers.authorization, 'Bearer value of GITHUB_DISPATCH_TOKEN')
    },
  },
}

describe(`the example flows that watch W&B, in Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let receiver: Receiver
  let wandb: Company

  before(async () => {
    nodeRed = await NodeRed.start()
  })
  after(() => nodeRed.stop())
  beforeEach(async () => {
    wandb = await company()
    receiver = await Receiver.listen()
    receiver.answer(({ url }, response) => {
      const webhook = Object.keys(STORIES)
        .flatMap(readExample)
        .find(({ id }) => url === `/${id}`)
      if (webhook?.['service'] === 'github') response.writeHead(204).end()
      else response.end(webhook?.['service'] === 'teams' ? '1' : 'ok')
    })
  })
  afterEach(async () => {
    await nodeRed.deploy([])
    await receiver.close()
    await wandb.close()
  })

  /** Deploys the example as a person would have filled it in. */
  async function deploy(name: string, place: object): Promise<FlowNode[]> {
    const flow = filledIn(readExample(name), receiver.url).map((node) => {
      if (node.type === 'artifact-event') return { ...node, ...place }
      if (node.type === 'artifact-source') return { ...node, baseUrl: wandb.standin.url, interval: '1' }
      return node.id === sourceOf(readExample(name))?.['apiKey']
        ? { ...node, credentials: { value: wandb.ada.keys[0] } }
        : node
    })
    await nodeRed.deploy(flow)
    return flow
  }

  it('are all told in this test', () => {
    assert.deepEqual(Object.keys(STORIES), WATCHING_WANDB)
  })

  for (const [name, { place, happens, arrives }] of Object.entries(STORIES)) {
    it(`${name}: what happens in W&B arrives once`, async () => {
      await deploy(name, place)
      await wandb.polls(3)
      happens(wandb)
      const [request] = await receiver.received(1, () => true, 20_000)
      await wandb.polls(3)
      assert.equal(receiver.requests.length, 1)
      arrives(String(request?.body), request as Recorded)
    })

    it(`${name}: the button of the trigger sends a sample that fits its own settings`, async () => {
      const flow = await deploy(name, {})
      const node = flow.find(({ type }) => type === 'artifact-event')?.id
      await nodeRed.admin('POST', '/artifact-automations/events/sample', { node })
      await receiver.received()
    })
  }
})
