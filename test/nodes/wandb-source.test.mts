import assert from 'node:assert/strict'
import { parseEvent } from '../../dist/lib/events/parse.js'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { ALL_ARTIFACT_EVENTS, brief } from '../lib/sources/wandb/watching.mts'
import { collects, sender, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'
import { type Company, company, wandbSource } from './wandb.mts'

/** A trigger for every event of artifacts whose messages are kept in `<id>-out`; no id is a scope's name. */
const watches = (id: string, more: object): FlowNode[] => [
  trigger({ id: `on-${id}`, project: '', pattern: '', events: ALL_ARTIFACT_EVENTS, ...more, wires: [[`${id}-out`]] }),
  collects(`${id}-out`),
]

describe('artifact-source of the kind wandb', function () {
  this.timeout(60_000)
  const nodeRed = useNodeRed()
  let wandb: Company
  beforeEach(async () => {
    wandb = await company()
  })
  afterEach(() => wandb.close())

  const eventsAt = (id: string) => nodeRed.received(`${id}-out`).map(({ payload }) => payload as never)
  const load = (flow: readonly FlowNode[]) => nodeRed.load([...wandb.nodes, ...flow], wandb.credentials)
  const shown = (id: string) => nodeRed.statusOf(`on-${id}`)
  const shows = (id: string, fill: string, text: RegExp) =>
    eventually(
      async () => shown(id).fill === fill && text.test(shown(id).text ?? ''),
      `${id} shows ${text} in ${fill}`,
      20_000,
    )

  it('fires every event of artifacts once, in every scope that has it', async () => {
    const scopes = {
      registry: { scope: 'registry', entity: 'acme', project: 'model' },
      'registry-entity': { scope: 'registry', entity: 'acme_X7QK', project: 'model' },
      project: { scope: 'project', entity: 'vision', project: 'training' },
      entity: { scope: 'entity', entity: 'vision' },
      organization: { scope: 'organization', entity: 'acme' },
      collection: { scope: 'registry', entity: '', project: 'model', collection: 'classifier' },
      elsewhere: { scope: 'registry', entity: 'acme', project: 'dataset' },
    }
    await load(Object.entries(scopes).flatMap(([id, more]) => watches(id, more)))
    const { world, sequence, portfolio, first, second } = wandb
    await wandb.polls(8)
    for (const id of Object.keys(scopes)) assert.deepEqual(eventsAt(id), [], 'the first poll is silent')

    world.createVersion(sequence, { aliases: ['candidate'] })
    world.link(second, portfolio, [], wandb.ada)
    world.addAlias(first, portfolio, 'production')
    world.tag(first, 'europe')
    world.tagCollection(portfolio, 'nightly')
    const inProject = [
      'ADD_ARTIFACT_ALIAS resnet:v2 candidate',
      'ADD_ARTIFACT_ALIAS resnet:v2 latest',
      'ADD_ARTIFACT_TAG resnet:v0 europe',
      'CREATE_ARTIFACT resnet:v2',
      'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
    ]
    const inRegistry = [
      'ADD_ARTIFACT_ALIAS classifier:v0 production',
      'ADD_ARTIFACT_ALIAS classifier:v1 latest',
      'ADD_ARTIFACT_TAG classifier:v0 europe',
      'ADD_COLLECTION_TAG classifier nightly',
      'LINK_ARTIFACT classifier:v1',
      'REMOVE_ARTIFACT_ALIAS classifier:v0 latest',
    ]
    await nodeRed.messages('organization-out', 11, 20_000)

    world.removeAlias(first, portfolio, 'production')
    world.untag(first, 'europe')
    world.untagCollection(portfolio, 'nightly')
    world.unlink(first, portfolio)
    inProject.push('REMOVE_ARTIFACT_TAG resnet:v0 europe')
    inRegistry.push('REMOVE_ARTIFACT_ALIAS classifier:v0 production', 'REMOVE_COLLECTION_TAG classifier nightly')
    inRegistry.push('REMOVE_ARTIFACT_TAG classifier:v0 europe', 'UNLINK_ARTIFACT classifier:v0')
    await nodeRed.messages('organization-out', 16, 20_000)
    await wandb.polls(8)

    const firedBy = (id: string) => brief(eventsAt(id)).sort()
    assert.deepEqual(firedBy('project'), [...inProject].sort())
    assert.deepEqual(firedBy('entity'), [...inProject].sort())
    assert.deepEqual(firedBy('registry'), [...inRegistry].sort())
    assert.deepEqual(firedBy('registry-entity'), [...inRegistry].sort())
    assert.deepEqual(firedBy('collection'), [...inRegistry].sort())
    assert.deepEqual(firedBy('organization'), [...inProject, ...inRegistry].sort())
    assert.deepEqual(firedBy('elsewhere'), [])

    const link = (eventsAt('registry') as Record<string, unknown>[]).find(
      ({ event_type }) => event_type === 'LINK_ARTIFACT',
    )
    const { event_id, event_time, ...variables } = link ?? {}
    assert.match(String(event_id), /^wandb-/)
    assert.ok(Date.parse(String(event_time)))
    assert.deepEqual(variables, {
      event_type: 'LINK_ARTIFACT',
      event_author: 'ada',
      entity_name: 'acme_X7QK',
      organization_name: 'acme',
      project_name: 'wandb-registry-model',
      artifact_collection_name: 'classifier',
      artifact_type: 'model',
      artifact_version: `wandb-artifact://_id/${Buffer.from(`Artifact:${second.id}`).toString('base64')}`,
      artifact_version_string: 'acme_X7QK/wandb-registry-model/classifier:v1',
      artifact_version_index: 1,
      artifact_metadata: { accuracy: 0.93 },
    })
  })

  it('fires every event of runs once, for the runs that a trigger asks for', async () => {
    const place = { entity: 'vision', project: 'training', scope: 'project', metric: 'loss' }
    await load([
      ...watches('state', { ...place, events: ['RUN_STATE'], states: ['failed'], user: 'ada' }),
      ...watches('of-bob', { ...place, events: ['RUN_STATE'], user: 'bob' }),
      ...watches('low', { ...place, events: ['RUN_METRIC'], comparison: '$lt', threshold: '0.5' }),
      ...watches('lower', { ...place, scope: 'entity', events: ['RUN_METRIC'], comparison: '$lt', threshold: '0.1' }),
      ...watches('jump', {
        ...place,
        scope: 'organization',
        entity: 'acme',
        events: ['RUN_METRIC_CHANGE'],
        changeAmount: '5',
      }),
      ...watches('odd', { ...place, events: ['RUN_METRIC_ZSCORE', 'RUN_METRIC'], window: '4', threshold: '3' }),
      ...watches('named', { ...place, events: ['RUN_STATE'], runName: '^weekly' }),
    ])
    await wandb.polls(4)
    const run = wandb.world.addRun(wandb.project, wandb.ada, { name: 'r1', displayName: 'nightly' })
    wandb.world.logMetrics(
      run,
      [0.4, 0.42, 0.4, 0.42, 9].map((loss) => ({ loss })),
    )
    wandb.world.runState(run, 'failed')
    await nodeRed.messages('state-out', 1, 20_000)
    await nodeRed.messages('jump-out', 1, 20_000)
    await wandb.polls(4)
    const fired = (id: string) => brief(eventsAt(id))
    assert.deepEqual(fired('state'), ['RUN_STATE nightly failed'])
    assert.deepEqual(fired('of-bob'), [])
    assert.deepEqual(fired('low'), ['RUN_METRIC nightly loss'])
    assert.deepEqual(fired('lower'), [])
    assert.deepEqual(fired('jump'), ['RUN_METRIC_CHANGE nightly loss'])
    assert.deepEqual(fired('odd').sort(), ['RUN_METRIC nightly loss', 'RUN_METRIC_ZSCORE nightly loss'])
    assert.deepEqual(fired('named'), [])
    const [event] = eventsAt('low') as Record<string, unknown>[]
    assert.deepEqual(
      [event?.['metric_filter'], event?.['metric_value'], event?.['metric_current_status'], event?.['run_id']],
      ['loss < 0.5', 0.4, '0.4 < 0.5', 'r1'],
    )
  })

  it('sends the events on, and they are valid ones', async () => {
    const receiver = await Receiver.listen()
    try {
      await load([
        trigger({ entity: 'acme', pattern: '^production$' }),
        template(
          '{"what": "${artifact_version_string}", "accuracy": ${artifact_metadata.accuracy}, "event": ${event_json}}',
        ),
        sender(),
        webhook(receiver.url),
        collects('delivered'),
        collects('failed'),
      ])
      await wandb.polls(3)
      wandb.world.addAlias(wandb.first, wandb.portfolio, 'staging')
      wandb.world.addAlias(wandb.first, wandb.portfolio, 'production', wandb.ada)
      const [request] = await receiver.received(1, () => true, 20_000)
      const { event, ...rest } = JSON.parse(String(request?.body))
      assert.deepEqual(rest, { what: 'acme_X7QK/wandb-registry-model/classifier:production', accuracy: 0.91 })
      assert.equal(event.event_author, 'ada')
      parseEvent(event, { receivedAt: new Date(), newId: () => assert.fail('it has an id') })
      await nodeRed.messages('delivered')
      const { events } = (await (await nodeRed.fetch('/artifact-automations/events?source=source')).json()) as {
        events: object[]
      }
      assert.equal(events.length, 2, 'every event is kept, whether it starts something or not')
    } finally {
      await receiver.close()
    }
  })

  it('#latency sees what happens within its interval and a second', async () => {
    const interval = 2
    const [, key] = wandb.nodes as [FlowNode, FlowNode]
    const slower = wandbSource(wandb.standin.url, { interval: String(interval) })
    await nodeRed.load([slower, key, ...watches('registry', { project: 'model' })], wandb.credentials)
    await wandb.polls(3)
    const waits: number[] = []
    for (let count = 1; count <= 3; count += 1) {
      const before = performance.now()
      wandb.world.addAlias(wandb.first, wandb.portfolio, `alias-${count}`)
      await nodeRed.messages('registry-out', count, 20_000)
      waits.push(performance.now() - before)
    }
    const longest = Math.max(...waits)
    console.log(`      interval ${interval} s: seen after ${waits.map((ms) => Math.round(ms)).join(', ')} ms`)
    assert.ok(longest <= interval * 1000 + 1000, `${longest} ms`)
  })

  it('says in words how it goes: that it watches, that W&B is away, and that it is back', async () => {
    await load([...watches('registry', { project: 'model' })])
    await shows('registry', 'green', /^polled \d\d:\d\d$/)
    wandb.standin.faults.always({ kind: 'status', status: 503 })
    await shows('registry', 'red', /^W&B says 503 · last poll \d\d:\d\d$/)
    wandb.world.addAlias(wandb.first, wandb.portfolio, 'production')
    wandb.standin.faults.always(null)
    await shows('registry', 'green', /^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d · polled \d\d:\d\d$/)
  })

  it('says that the key is refused', async () => {
    wandb.standin.faults.always({ kind: 'status', status: 401 })
    await load([...watches('registry', { project: 'model' })])
    await shows('registry', 'red', /^API key refused · never polled$/)
  })

  it('does not ask without a key, and says so', async () => {
    await nodeRed.load([...wandb.nodes, ...watches('registry', { project: 'model' })])
    await shows('registry', 'red', /^source: API key missing$/)
    assert.equal(wandb.standin.requests.length, 0)
  })

  for (const [what, more, text] of [
    ['a base URL for people', { baseUrl: 'https://wandb.ai' }, 'invalid base URL'],
    ['no interval', { interval: 'often' }, 'invalid interval'],
    ['a kind of the future', { kind: 'comet' }, 'unknown kind of source'],
  ] as const) {
    it(`is red with ${what}`, async () => {
      const [, key] = wandb.nodes as [FlowNode, FlowNode]
      const flow = [wandbSource(wandb.standin.url, more), key, ...watches('registry', {})]
      await nodeRed.load(flow, wandb.credentials)
      await shows('registry', 'red', new RegExp(`^${text}$`))
    })
  }

  it('is red on the trigger alone whose metric is missing', async () => {
    await load([
      ...watches('metric', { scope: 'project', project: 'training', events: ['RUN_METRIC'] }),
      ...watches('registry', { project: 'model' }),
    ])
    await shows('metric', 'red', /^invalid run trigger$/)
    await shows('registry', 'green', /^polled/)
  })
})

for (const [fullScanHours, looks] of [
  [undefined, false],
  [1, true],
] as const) {
  describe(`a source of the kind wandb with fullScanHours ${fullScanHours} in settings.js`, function () {
    this.timeout(60_000)
    const nodeRed = useNodeRed({ settings: { artifactAutomations: { fullScanHours } } })

    it(`${looks ? 'looks' : 'does not look'} at everything after two hours`, async () => {
      const wandb = await company()
      try {
        await nodeRed.load([...wandb.nodes, ...watches('registry', { project: 'model' })], wandb.credentials)
        await wandb.polls(3)
        wandb.world.pass(2 * 3_600_000)
        await wandb.polls(4)
        assert.equal(
          wandb.standin.requests.some(({ operation }) => operation === 'WatchScan'),
          looks,
        )
      } finally {
        await wandb.close()
      }
    })
  })
}

describe('a source of the kind wandb with a fullScanHours that is no number', function () {
  this.timeout(60_000)
  const nodeRed = useNodeRed({ settings: { artifactAutomations: { fullScanHours: 'daily' } } })

  it('is red, and says so', async () => {
    const wandb = await company()
    try {
      await nodeRed.load([...wandb.nodes, ...watches('registry', {})], wandb.credentials)
      const shown = () => nodeRed.statusOf('on-registry')
      await eventually(async () => shown().text === 'invalid fullScanHours' && shown().fill === 'red', 'it is red')
    } finally {
      await wandb.close()
    }
  })
})
