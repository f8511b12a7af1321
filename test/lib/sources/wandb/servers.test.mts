import assert from 'node:assert/strict'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { KINDS, type Kind } from '../../../standin/kinds.mts'
import { runTrigger, trigger, type Watching, watching } from './watching.mts'

/** What each server tells, whatever it is. */
const TOLD = [
  'ADD_ARTIFACT_ALIAS classifier:v1 latest',
  'ADD_ARTIFACT_ALIAS classifier:v1 production',
  'ADD_ARTIFACT_ALIAS resnet:v2 latest',
  'ADD_ARTIFACT_TAG classifier:v0 europe',
  'ADD_ARTIFACT_TAG resnet:v0 europe',
  'ADD_COLLECTION_TAG classifier nightly',
  'CREATE_ARTIFACT resnet:v2',
  'LINK_ARTIFACT classifier:v1',
  'REMOVE_ARTIFACT_ALIAS classifier:v0 latest',
  'REMOVE_ARTIFACT_ALIAS classifier:v0 old',
  'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
  'REMOVE_ARTIFACT_TAG classifier:v0 candidate',
  'REMOVE_ARTIFACT_TAG resnet:v0 candidate',
  'REMOVE_COLLECTION_TAG classifier stale',
  'RUN_METRIC fox loss',
  'RUN_METRIC_CHANGE fox loss',
  'RUN_METRIC_ZSCORE fox loss',
  'RUN_STATE fox finished',
  'UNLINK_ARTIFACT classifier:v0',
]

const line = (event: ArtifactEvent) =>
  [
    event.event_type,
    event.artifact_collection_name === undefined
      ? event.run_name
      : `${event.artifact_collection_name}${event.artifact_version_index === undefined ? '' : `:v${event.artifact_version_index}`}`,
    event.alias ?? event.tag ?? event.metric_name ?? event.run_state,
  ]
    .filter((part) => part !== undefined)
    .join(' ')

const RULES = [
  { event: 'RUN_STATE', states: ['finished'] },
  { event: 'RUN_METRIC', metric: 'loss', comparison: '$lt', threshold: '0.1' },
  { event: 'RUN_METRIC_CHANGE', metric: 'loss', changeAmount: '0.5', changeDirection: 'DECREASE' },
  { event: 'RUN_METRIC_ZSCORE', metric: 'loss', window: '3', threshold: '2' },
] as const

describe('The whole story of events', () => {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    it(`is told once behind a server ${kind}, with the right variables`, async () => {
      const triggers = [
        trigger('registry', { entity: 'acme', project: 'model' }),
        trigger('project', { entity: 'vision', project: 'training' }),
        ...RULES.map((rule) => runTrigger({ ...rule })),
      ]
      const watch = await watching(triggers, { server: KINDS[kind] })
      try {
        await happen(watch)
        // what a usual look does not show is found by the full one
        watch.world.pass(25 * 3_600_000)
        for (let poll = 0; poll < 4; poll += 1) await watch.poll()
        const { events } = watch.store
        assert.deepEqual(events.map(line).sort(), TOLD)
        assert.deepEqual(watch.poller.skipped, [])
        check(watch, kind, events)
      } finally {
        await watch.close()
      }
    }).timeout(20_000)
  }
})

async function happen(watch: Watching): Promise<void> {
  const { world, first, second, sequence, portfolio, project, ada } = watch
  world.addAlias(first, portfolio, 'old')
  world.tag(first, 'candidate')
  world.tagCollection(portfolio, 'stale')
  const run = world.addRun(project, ada, { name: 'fox' })
  await watch.poll()
  await watch.poll()
  world.link(second, portfolio, ['production'], ada)
  await watch.poll()
  const third = world.createVersion(sequence, { run, metadata: { accuracy: 0.95 } })
  await watch.poll()
  assert.equal(third.versionIndex, 2)
  world.removeAlias(first, portfolio, 'old', ada)
  world.tag(first, 'europe')
  world.untag(first, 'candidate')
  world.tagCollection(portfolio, 'nightly')
  world.untagCollection(portfolio, 'stale')
  await watch.poll()
  world.unlink(first, portfolio, ada)
  await watch.poll()
  for (const loss of [1, 0.98, 1.02, 0.04]) {
    world.logMetrics(run, [{ loss }])
    await watch.poll()
  }
  world.runState(run, 'finished')
  await watch.poll()
}

function check(watch: Watching, kind: Kind, events: readonly ArtifactEvent[]): void {
  const find = (text: string) => events.find((event) => line(event) === text) ?? assert.fail(text)
  const linked = find('LINK_ARTIFACT classifier:v1')
  assert.deepEqual(
    [linked.entity_name, linked.organization_name, linked.project_name, linked.artifact_version_string],
    ['acme_X7QK', 'acme', 'wandb-registry-model', 'acme_X7QK/wandb-registry-model/classifier:v1'],
  )
  assert.deepEqual(linked.artifact_metadata, { accuracy: 0.93 })
  assert.match(linked.artifact_version ?? '', /^wandb-artifact:\/\/_id\/QXJ0aWZhY3Q6/)
  const alias = find('ADD_ARTIFACT_ALIAS classifier:v1 production')
  assert.equal(alias.artifact_version, linked.artifact_version)
  assert.equal(alias.artifact_version_string, 'acme_X7QK/wandb-registry-model/classifier:production')
  // the run's user made it, which every server tells
  assert.equal(find('CREATE_ARTIFACT resnet:v2').event_author, 'ada')
  const hasHistory = watch.client.offers.has('authors')
  assert.equal(hasHistory, !('schema' in KINDS[kind]) || kind.startsWith('older'))
  assert.equal(alias.event_author, hasHistory ? 'ada' : undefined)
  const metric = find('RUN_METRIC fox loss')
  assert.deepEqual([metric.metric_value, metric.metric_filter, metric.run_author], [0.04, 'loss < 0.1', 'ada'])
}

describe('What was learned about a server', () => {
  it('costs no request more once it is known, even where the server says nothing', async () => {
    const watch = await watching([trigger('registry', { entity: 'acme', project: 'model' })], {
      server: KINDS['that does not say why it refuses'],
    })
    try {
      await watch.poll()
      for (let round = 0; round < 12; round += 1) {
        watch.world.addAlias(watch.first, watch.portfolio, `alias-${round}`)
        await watch.poll()
      }
      const { lacks, doubts } = watch.client.knowledge.learned
      assert.deepEqual(doubts, [])
      assert.deepEqual([...lacks].sort(), ['aliasHolder', 'authors'])
      assert.equal(await watch.requestsOf(() => watch.poll()), 1)
      watch.restart()
      assert.equal(
        await watch.requestsOf(() => watch.poll()),
        3,
        'who the key is, whether it is the same server, a look',
      )
    } finally {
      await watch.close()
    }
  })
})
