import assert from 'node:assert/strict'
import { brief, trigger, type Watching, watching } from './watching.mts'

describe('Watching artifacts of a W&B server', () => {
  let watch: Watching
  afterEach(() => watch.close())

  it('#70 fires nothing at the first poll, nor at a second one when nothing happened', async () => {
    watch = await watching([trigger('registry'), trigger('entity', { entity: 'vision' })])
    assert.deepEqual(await watch.poll(), [])
    assert.deepEqual(await watch.poll(), [])
  })

  it('says of a linked version everything that the server knows', async () => {
    watch = await watching([trigger('registry', { project: 'model', events: ['LINK_ARTIFACT'] })])
    await watch.poll()
    const membership = watch.world.link(watch.second, watch.portfolio, [], watch.ada)
    const [event, ...more] = await watch.poll()
    assert.deepEqual(more, [])
    const { event_id, ...rest } = event ?? assert.fail('no event')
    assert.match(event_id, /^wandb-[0-9a-f]{32}$/)
    assert.deepEqual(rest, {
      event_type: 'LINK_ARTIFACT',
      event_time: new Date(membership.createdAt).toISOString(),
      event_author: 'ada',
      entity_name: 'acme_X7QK',
      organization_name: 'acme',
      project_name: 'wandb-registry-model',
      artifact_collection_name: 'classifier',
      artifact_type: 'model',
      artifact_version: `wandb-artifact://_id/${Buffer.from(`Artifact:${watch.second.id}`).toString('base64')}`,
      artifact_version_string: 'acme_X7QK/wandb-registry-model/classifier:v1',
      artifact_version_index: 1,
      artifact_metadata: { accuracy: 0.93 },
    })
  })

  it('says who made a version and when, by the run that made it or by the user', async () => {
    watch = await watching([trigger('project', { entity: 'vision', project: 'training', events: ['CREATE_ARTIFACT'] })])
    await watch.poll()
    const run = watch.world.addRun(watch.project, watch.ada)
    const byRun = watch.world.createVersion(watch.sequence, { run, metadata: { f1: 1 } })
    watch.world.createVersion(watch.sequence)
    const events = await watch.poll()
    assert.deepEqual(brief(events), ['CREATE_ARTIFACT resnet:v2', 'CREATE_ARTIFACT resnet:v3'])
    assert.deepEqual(
      events.map(({ event_author, organization_name, artifact_version_string }) => [
        event_author,
        organization_name,
        artifact_version_string,
      ]),
      [
        ['ada', 'acme', 'vision/training/resnet:v2'],
        [undefined, 'acme', 'vision/training/resnet:v3'],
      ],
    )
    assert.equal(Math.abs(Date.parse(events[0]?.event_time ?? '') - byRun.createdAt) <= 1000, true)
  })

  for (const { scope, entity, project } of [
    { scope: 'registry', entity: '', project: 'model' },
    { scope: 'registry', entity: 'acme_X7QK', project: '' },
    { scope: 'registry', entity: 'acme', project: '' },
    { scope: 'project', entity: 'acme_X7QK', project: 'wandb-registry-model' },
    { scope: 'entity', entity: 'acme_X7QK', project: '' },
    { scope: 'organization', entity: 'acme', project: '' },
  ] as const) {
    it(`tells every kind of event of a registry once, in the scope ${scope} of ${entity || 'any'} ${project}`, async () => {
      watch = await watching([trigger(scope, { entity, project })])
      await watch.poll()
      const { world, portfolio, first, second } = watch
      const step = async (act: () => void) => {
        act()
        const events = brief(await watch.poll()).filter((text) => text.includes('classifier'))
        assert.deepEqual(await watch.poll(), [], 'the next poll is silent')
        return events
      }
      assert.deepEqual(await step(() => world.link(second, portfolio)), [
        'LINK_ARTIFACT classifier:v1',
        'REMOVE_ARTIFACT_ALIAS classifier:v0 latest',
        'ADD_ARTIFACT_ALIAS classifier:v1 latest',
      ])
      assert.deepEqual(await step(() => world.addAlias(first, portfolio, 'production')), [
        'ADD_ARTIFACT_ALIAS classifier:v0 production',
      ])
      assert.deepEqual(await step(() => world.addAlias(second, portfolio, 'production')), [
        'REMOVE_ARTIFACT_ALIAS classifier:v0 production',
        'ADD_ARTIFACT_ALIAS classifier:v1 production',
      ])
      assert.deepEqual(await step(() => world.removeAlias(second, portfolio, 'production')), [
        'REMOVE_ARTIFACT_ALIAS classifier:v1 production',
      ])
      assert.deepEqual(await step(() => world.tag(first, 'europe')), ['ADD_ARTIFACT_TAG classifier:v0 europe'])
      assert.deepEqual(await step(() => world.untag(first, 'europe')), ['REMOVE_ARTIFACT_TAG classifier:v0 europe'])
      assert.deepEqual(await step(() => world.tagCollection(portfolio, 'nightly')), [
        'ADD_COLLECTION_TAG classifier nightly',
      ])
      assert.deepEqual(await step(() => world.untagCollection(portfolio, 'nightly')), [
        'REMOVE_COLLECTION_TAG classifier nightly',
      ])
      assert.deepEqual(await step(() => world.unlink(first, portfolio)), ['UNLINK_ARTIFACT classifier:v0'])
    })
  }

  for (const { scope, entity, project } of [
    { scope: 'project', entity: 'vision', project: 'training' },
    { scope: 'project', entity: '', project: 'training' },
    { scope: 'project', entity: 'vision', project: '' },
    { scope: 'entity', entity: 'vision', project: '' },
    { scope: 'organization', entity: '', project: '' },
  ] as const) {
    it(`tells what happens to versions of a project once, in the scope ${scope} of ${entity || 'any'} ${project}`, async () => {
      watch = await watching([trigger(scope, { entity, project })])
      await watch.poll()
      const { world, sequence, first } = watch
      world.createVersion(sequence, { aliases: ['candidate'] })
      const events = brief(await watch.poll()).filter((text) => text.includes('resnet'))
      assert.deepEqual(events, [
        'CREATE_ARTIFACT resnet:v2',
        'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
        'ADD_ARTIFACT_ALIAS resnet:v2 latest',
        'ADD_ARTIFACT_ALIAS resnet:v2 candidate',
      ])
      world.tag(first, 'europe')
      assert.deepEqual(
        brief(await watch.poll()).filter((text) => text.includes('resnet')),
        ['ADD_ARTIFACT_TAG resnet:v0 europe'],
      )
      assert.deepEqual(await watch.poll(), [])
    })
  }

  it('watches collections that are made later, from their first version on', async () => {
    watch = await watching([trigger('project', { entity: 'vision', project: 'training' })])
    await watch.poll()
    const made = watch.world.addCollection(watch.project, 'bert', 'SEQUENCE')
    watch.world.createVersion(made)
    watch.world.tagCollection(made, 'text')
    assert.deepEqual(brief(await watch.poll()), [
      'CREATE_ARTIFACT bert:v0',
      'ADD_ARTIFACT_ALIAS bert:v0 latest',
      'ADD_COLLECTION_TAG bert text',
    ])
  })

  it('#68 tells of a version that is committed after later ones', async () => {
    watch = await watching([trigger('project', { entity: 'vision', project: 'training', events: ['CREATE_ARTIFACT'] })])
    await watch.poll()
    const pending = watch.world.createVersion(watch.sequence, { state: 'PENDING' })
    for (let count = 0; count < 12; count += 1) watch.world.createVersion(watch.sequence)
    assert.equal((await watch.poll()).length, 12)
    watch.world.commit(pending)
    assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT resnet:v2'])
    assert.deepEqual(await watch.poll(), [])
  })

  it('lists a collection that got more versions than come with a look', async () => {
    watch = await watching([trigger('project', { entity: 'vision', project: 'training', events: ['CREATE_ARTIFACT'] })])
    await watch.poll()
    for (let count = 0; count < 250; count += 1) watch.world.createVersion(watch.sequence)
    const indexes = (await watch.poll()).map(({ artifact_version_index }) => artifact_version_index)
    assert.deepEqual(
      indexes,
      Array.from({ length: 250 }, (_, index) => index + 2),
    )
  })

  it('#71 says nothing false of an alias that moved away and back between two polls', async () => {
    watch = await watching([trigger('registry')])
    watch.world.link(watch.second, watch.portfolio)
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    await watch.poll()
    watch.world.addAlias(watch.second, watch.portfolio, 'production')
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    assert.deepEqual(await watch.poll(), [])
    watch.world.addAlias(watch.second, watch.portfolio, 'production')
    assert.deepEqual(brief(await watch.poll()), [
      'REMOVE_ARTIFACT_ALIAS classifier:v0 production',
      'ADD_ARTIFACT_ALIAS classifier:v1 production',
    ])
  })

  it('gives the same alias a new event each time it is added to the same version', async () => {
    watch = await watching([trigger('registry', { events: ['ADD_ARTIFACT_ALIAS'] })])
    await watch.poll()
    const ids = new Set<string>()
    for (let count = 0; count < 3; count += 1) {
      watch.world.addAlias(watch.first, watch.portfolio, 'production')
      for (const { event_id } of await watch.poll()) ids.add(event_id)
      watch.world.removeAlias(watch.first, watch.portfolio, 'production')
      await watch.poll()
    }
    assert.equal(ids.size, 3)
  })

  it('tells the same thing again after it was not watched for a while', async () => {
    const wanted = [trigger('registry', { entity: 'acme', project: 'model' })]
    watch = await watching(wanted)
    await watch.poll()
    for (let round = 0; round < 3; round += 1) {
      watch.world.addAlias(watch.first, watch.portfolio, 'production')
      assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS classifier:v0 production'], `round ${round}`)
      watch.poller.setTriggers([])
      await watch.poll()
      watch.world.removeAlias(watch.first, watch.portfolio, 'production')
      watch.poller.setTriggers(wanted)
      assert.deepEqual(await watch.poll(), [])
    }
  })

  it('takes a deleted version for neither unlinked nor made', async () => {
    watch = await watching([trigger('registry'), trigger('project', { entity: 'vision', project: 'training' })])
    watch.world.link(watch.second, watch.portfolio)
    await watch.poll()
    watch.world.deleteVersion(watch.first)
    const events = brief(await watch.poll())
    assert.deepEqual(events, [])
  })

  it('looks at nothing that no trigger waits for', async () => {
    watch = await watching([trigger('registry', { project: 'dataset' })])
    await watch.poll()
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    assert.deepEqual(await watch.poll(), [])
    assert.equal(watch.standin.requests.filter(({ operation }) => operation === 'WatchDetails').length, 0)
  })

  it('begins anew where a trigger comes later, and goes on where one was already', async () => {
    const model = trigger('registry', { project: 'model' })
    watch = await watching([model])
    await watch.poll()
    const set = watch.world.addCollection(watch.dataset, 'images', 'PORTFOLIO')
    watch.world.link(watch.second, set)
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    watch.restart([model, trigger('registry', { project: 'dataset' })])
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
    watch.world.addAlias(watch.second, set, 'gold')
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS images:v0 gold'])
  })

  it('keeps the aliases and tags of a name that means something to JavaScript', async () => {
    watch = await watching([trigger('registry')])
    await watch.poll()
    for (const alias of ['__proto__', 'constructor']) watch.world.addAlias(watch.first, watch.portfolio, alias)
    const added = ['ADD_ARTIFACT_ALIAS classifier:v0 __proto__', 'ADD_ARTIFACT_ALIAS classifier:v0 constructor']
    assert.deepEqual(brief(await watch.poll()), added)
    watch.restart()
    assert.deepEqual(await watch.poll(), [])
  })
})
