import assert from 'node:assert/strict'
import { ALL_ARTIFACT_EVENTS, brief, trigger, type Watching, type WatchingOptions, watching } from './watching.mts'

const project = (events: readonly string[] = ALL_ARTIFACT_EVENTS) =>
  trigger('project', { entity: 'vision', project: 'training', events })

describe('Pages that change while they are read', () => {
  let watch: Watching
  afterEach(() => watch.close())

  /** The sample company with 249 more collections of one version each. */
  async function many(options: WatchingOptions = {}, events?: readonly string[]): Promise<Watching> {
    const made = await watching([project(events)], options)
    for (let count = 0; count < 249; count += 1) {
      const collection = made.world.addCollection(made.project, `c${count}`, 'SEQUENCE')
      made.world.createVersion(collection)
    }
    return made
  }

  it('#68 lose nothing and make nothing up when collections come and go between the pages of the baseline', async () => {
    watch = await many({}, ['CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'])
    const { world, standin } = watch
    const gone = watch.project.collections.get('c5')
    let page = 0
    standin.before = ({ operation, variables }) => {
      if (operation !== 'WatchPoll' || variables['rolling'] !== true) return
      page += 1
      // shifts the second page up by one: one collection is on no page
      if (page === 2) watch.project.collections.delete('c5')
    }
    assert.deepEqual(await watch.poll(), [])
    assert.equal(page, 3)
    standin.before = () => {}
    assert.deepEqual(await watch.poll(), [])
    // the one that was on no page (the 100th by its making) is found as it is, and what is new in it is told
    const missed = [...watch.project.collections.values()][99]
    world.createVersion(missed ?? assert.fail())
    assert.deepEqual(brief(await watch.poll()), [
      `CREATE_ARTIFACT ${missed?.name}:v1`,
      `ADD_ARTIFACT_ALIAS ${missed?.name}:v1 latest`,
    ])
    assert.ok(gone)
  })

  it('#68 show every change within a round of pages, though the server does not move what changed to the front', async () => {
    watch = await many({ touches: false }, ['CREATE_ARTIFACT', 'ADD_ARTIFACT_ALIAS'])
    await watch.poll()
    const made = ['resnet', 'c0', 'c120', 'c248'].map(
      (name) => watch.project.collections.get(name) ?? assert.fail(name),
    )
    for (const collection of made) watch.world.createVersion(collection)
    for (let poll = 0; poll < 4; poll += 1) await watch.poll()
    const found = watch.store.events.filter(({ event_type }) => event_type === 'CREATE_ARTIFACT')
    assert.deepEqual(found.map(({ artifact_collection_name }) => artifact_collection_name).sort(), [
      'c0',
      'c120',
      'c248',
      'resnet',
    ])
    assert.equal(await watch.requestsOf(() => watch.poll()), 1)
  })

  it('#68 tell no removal that did not happen when aliases shift between the pages of a long list', async () => {
    watch = await watching([project()])
    const { world, sequence, first, second } = watch
    world.addAlias(
      first,
      sequence,
      Array.from({ length: 1500 }, (_, index) => `sha-${index}`),
    )
    await watch.poll()
    let lists = 0
    watch.standin.before = ({ operation }) => {
      if (operation !== 'WatchAliases') return
      lists += 1
      // one that was on the first page goes, and all others move up
      if (lists === 2) world.removeAlias(first, sequence, 'sha-3')
    }
    world.addAlias(second, sequence, 'production')
    world.removeAlias(first, sequence, 'sha-0')
    const events = brief(await watch.poll())
    assert.equal(lists, 2)
    watch.standin.before = () => {}
    const rest = brief(await watch.poll())
    const all = [...events, ...rest, ...brief(await watch.poll())].sort()
    const real = [
      'ADD_ARTIFACT_ALIAS resnet:v1 production',
      'REMOVE_ARTIFACT_ALIAS resnet:v0 sha-0',
      'REMOVE_ARTIFACT_ALIAS resnet:v0 sha-3',
    ]
    assert.deepEqual(
      all.filter((text) => !real.includes(text)),
      [],
      'nothing false',
    )
    assert.ok(all.includes('ADD_ARTIFACT_ALIAS resnet:v1 production'))
  })

  it('end although the server repeats its cursor', async () => {
    watch = await many()
    watch.standin.before = ({ variables }) => {
      if (typeof variables['rollingAfter'] === 'string') Object.assign(variables, { rollingAfter: null })
    }
    await watch.poll()
    assert.equal(watch.standin.requests.length < 20, true)
  })
})

describe('Servers that offer less', () => {
  let watch: Watching
  afterEach(() => watch.close())

  for (const missing of [
    ['ArtifactAlias.artifact'],
    ['ArtifactCollection.aliasActionHistory'],
    ['ArtifactCollectionMembership.createdAt'],
    ['Artifact.artifactMemberships'],
  ]) {
    it(`are asked without ${missing.join(', ')}, and tell all the same`, async () => {
      watch = await watching([trigger('registry', { project: 'model' })], { server: { schema: { without: missing } } })
      const { world, portfolio, first, second } = watch
      await watch.poll()
      world.link(second, portfolio, ['production'], watch.ada)
      const linked = await watch.poll()
      assert.deepEqual(brief(linked).sort(), [
        'ADD_ARTIFACT_ALIAS classifier:v1 latest',
        'ADD_ARTIFACT_ALIAS classifier:v1 production',
        'LINK_ARTIFACT classifier:v1',
        'REMOVE_ARTIFACT_ALIAS classifier:v0 latest',
      ])
      world.addAlias(first, portfolio, 'production')
      assert.deepEqual(brief(await watch.poll()), [
        'REMOVE_ARTIFACT_ALIAS classifier:v1 production',
        'ADD_ARTIFACT_ALIAS classifier:v0 production',
      ])
      assert.equal(await watch.requestsOf(() => watch.poll()), 1)
    })
  }

  it('are asked for what they lack again when they say that they are another version', async () => {
    const server = { schema: { without: ['ArtifactCollectionMembership.createdAt'] } }
    watch = await watching([trigger('registry', { project: 'model' })], { server })
    await watch.poll()
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    await watch.poll()
    assert.equal(watch.client.offers.has('linkTime'), false)
    watch.restart()
    await watch.poll()
    assert.equal(watch.client.offers.has('linkTime'), false, 'known after a restart')
    watch.world.pass(25 * 3_600_000)
    await watch.poll()
    assert.equal(watch.client.offers.has('linkTime'), false, 'known after a day')
    watch.world.features.set('SOMETHING_NEW', true)
    watch.world.pass(25 * 3_600_000)
    await watch.poll()
    assert.equal(watch.client.offers.has('linkTime'), true)
  })
})
