import assert from 'node:assert/strict'
import { explore } from '../../../../dist/lib/sources/wandb/explore.js'
import { brief, runTrigger, trigger, type Watching, watching } from './watching.mts'

const project = () => trigger('project', { entity: 'vision', project: 'training' })
const registry = () => trigger('registry', { entity: 'acme', project: 'model' })

type Json = Record<string, unknown>

/** Changes every object in an answer that is of the collection of this name. */
function eachNamed(value: unknown, name: string, change: (item: Json) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const each of Object.values(value)) eachNamed(each, name, change)
  if ((value as Json)['name'] === name && '__typename' in value) change(value as Json)
}

describe('One thing that W&B cannot give', () => {
  let watch: Watching
  afterEach(() => watch.close())

  const rot: readonly { title: string; spoil(item: Json): void }[] = [
    { title: 'has no time', spoil: (item) => Object.assign(item, { createdAt: null }) },
    { title: 'has a name that is no text', spoil: (item) => Object.assign(item, { id: 7 }) },
    { title: 'has no list of versions', spoil: (item) => Object.assign(item, { artifacts: null }) },
    { title: 'has no type', spoil: (item) => Object.assign(item, { type: null }) },
  ]
  for (const { title, spoil } of rot) {
    it(`is a collection that ${title}: it is left out and named, the others fire, and it is told when it is well`, async () => {
      watch = await watching([project()])
      const { world, sequence } = watch
      const good = world.addCollection(watch.project, 'good', 'SEQUENCE')
      await watch.poll()
      watch.standin.after = (body) => {
        eachNamed(body, 'resnet', spoil)
        return body
      }
      world.createVersion(sequence)
      world.createVersion(good)
      assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT good:v0', 'ADD_ARTIFACT_ALIAS good:v0 latest'])
      assert.deepEqual(
        watch.poller.skipped.map(({ what }) => what),
        ['resnet'],
      )
      watch.standin.after = (body) => body
      assert.deepEqual(brief(await watch.poll()), [
        'CREATE_ARTIFACT resnet:v2',
        'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
        'ADD_ARTIFACT_ALIAS resnet:v2 latest',
      ])
      assert.deepEqual(watch.poller.skipped, [])
    })
  }

  it('is a null node with its error in a page: the rest of the page goes on', async () => {
    watch = await watching([project()])
    const { world, sequence } = watch
    const good = world.addCollection(watch.project, 'good', 'SEQUENCE')
    await watch.poll()
    watch.standin.spoil = (_path, field, value) => {
      if (field === 'ArtifactSequence.name' && value === 'resnet') throw new Error('permission denied')
      return undefined
    }
    world.createVersion(sequence)
    world.createVersion(good)
    assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT good:v0', 'ADD_ARTIFACT_ALIAS good:v0 latest'])
    const [skipped] = watch.poller.skipped
    assert.match(skipped?.what ?? '', /^watched\.head\.edges\[\d\]\.node/)
    assert.equal(skipped?.why, 'permission denied')
    watch.standin.spoil = null
    assert.equal((await watch.poll()).length, 3)
  })

  for (const [what, metadata, words] of [
    ['is nested deeper than an event', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`, /nested deeper than 100 levels/],
    ['holds a number that nobody can keep', '{"accuracy": 1e400}', /number too large/],
  ] as const) {
    it(`is metadata that ${what}: the event goes out without it, and says so`, async () => {
      watch = await watching([project()])
      await watch.poll()
      watch.standin.spoil = (_path, field) => (field === 'Artifact.metadata' ? metadata : undefined)
      watch.version({ metadata: { accuracy: 1 } })
      const [event] = await watch.poll()
      assert.deepEqual([event?.event_type, event?.artifact_metadata], ['CREATE_ARTIFACT', undefined])
      assert.match(watch.poller.skipped.map(({ why }) => why).join(), words)
    })
  }

  it('is the list of all versions of a collection: the others fire, and it is told when it can be had', async () => {
    watch = await watching([project()])
    const { world, sequence } = watch
    const good = world.addCollection(watch.project, 'good', 'SEQUENCE')
    await watch.poll()
    watch.standin.after = (body) => {
      const { data } = body as { data?: Json }
      const collection = data?.['artifactCollection'] as Json | undefined
      if (collection && 'artifacts' in collection) collection['artifacts'] = { pageInfo: 5 }
      return body
    }
    for (let count = 0; count < 8; count += 1) world.createVersion(sequence)
    world.createVersion(good)
    assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT good:v0', 'ADD_ARTIFACT_ALIAS good:v0 latest'])
    assert.deepEqual(
      watch.poller.skipped.map(({ what }) => what),
      ['resnet'],
    )
    watch.standin.after = (body) => body
    const told = brief(await watch.poll())
    assert.equal(told.filter((text) => text.startsWith('CREATE_ARTIFACT resnet')).length, 8)
  })

  it('is metadata that is no JSON: the event goes out without it, and says so', async () => {
    watch = await watching([project()])
    await watch.poll()
    watch.standin.spoil = (_path, field) => (field === 'Artifact.metadata' ? '{"accuracy": NaN}' : undefined)
    watch.version({ metadata: { accuracy: 1 } })
    const events = await watch.poll()
    assert.deepEqual(brief(events), [
      'CREATE_ARTIFACT resnet:v2',
      'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
      'ADD_ARTIFACT_ALIAS resnet:v2 latest',
    ])
    assert.equal(events[0]?.artifact_metadata, undefined)
    assert.equal(events[0]?.event_author, 'ada')
    assert.match(watch.poller.skipped[0]?.what ?? '', /metadata/)
  })

  it('is a version in a list: no removal is made of it, and a new one is told when it can be read', async () => {
    watch = await watching([registry()])
    const { world, portfolio, second } = watch
    const third = watch.version()
    world.link(second, portfolio)
    await watch.poll()
    const hidden = Buffer.from(`Artifact:${second.id}`).toString('base64')
    const hiddenToo = Buffer.from(`Artifact:${third.id}`).toString('base64')
    watch.standin.after = (body) => {
      const visit = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return
        const node = (value as Json)['node'] as Json | undefined
        if (node && 'version' in value && [hidden, hiddenToo].includes(String(node['id']))) node['createdAt'] = null
        for (const each of Object.values(value)) visit(each)
      }
      visit(body)
      return body
    }
    world.link(third, portfolio, ['production'])
    const first = brief(await watch.poll())
    assert.deepEqual(first, [
      'REMOVE_ARTIFACT_ALIAS classifier:v1 latest',
      'ADD_ARTIFACT_ALIAS classifier:v2 latest',
      'ADD_ARTIFACT_ALIAS classifier:v2 production',
    ])
    assert.equal(watch.poller.skipped.length > 0, true)
    const requests = await watch.requestsOf(async () => assert.deepEqual(brief(await watch.poll()), []))
    assert.ok(requests <= 3, `${requests} requests`)
    watch.standin.after = (body) => body
    assert.deepEqual(brief(await watch.poll()), ['LINK_ARTIFACT classifier:v2'])
    assert.deepEqual(await watch.poll(), [])
  })

  it('is one run of many: the others are judged', async () => {
    watch = await watching([
      runTrigger({ event: 'RUN_STATE', states: ['finished'] }),
      runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$lt', threshold: '1' }),
    ])
    const { world, ada } = watch
    const runs = ['bad', 'good'].map((name) => world.addRun(watch.project, ada, { name }))
    await watch.poll()
    watch.standin.after = (body) => {
      const bad = JSON.stringify(body).replaceAll(/("name":"bad".*?"createdAt":)"[^"]*"/g, '$1null')
      return JSON.parse(bad) as object
    }
    for (const run of runs) world.logMetrics(run, [{ loss: 0.5 }])
    for (const run of runs) world.runState(run, 'finished')
    assert.deepEqual(brief(await watch.poll()).sort(), ['RUN_METRIC good loss', 'RUN_STATE good finished'])
    assert.deepEqual(
      watch.poller.skipped.map(({ what }) => what),
      ['bad'],
    )
    watch.standin.after = (body) => body
    assert.deepEqual(brief(await watch.poll()).sort(), ['RUN_METRIC bad loss', 'RUN_STATE bad finished'])
  })

  it('is one history of many: the values of the others are judged, and its own when they can be had', async () => {
    watch = await watching([runTrigger({ event: 'RUN_METRIC', metric: 'loss', comparison: '$lt', threshold: '1' })])
    const { world, ada } = watch
    const runs = ['bad', 'good'].map((name) => world.addRun(watch.project, ada, { name }))
    await watch.poll()
    const [bad = assert.fail()] = runs
    let isBad = true
    watch.standin.spoil = (path, field, value) => {
      if (field === 'Run.sampledHistory' && isBad && Array.isArray(value) && /\.r0\./.test(path))
        throw new Error('history is being moved')
      return undefined
    }
    for (const run of runs) world.logMetrics(run, [{ loss: 0.5 }])
    const first = brief(await watch.poll())
    assert.equal(first.length, 1)
    isBad = false
    const all = [...first, ...brief(await watch.poll())]
    assert.deepEqual(all.sort(), ['RUN_METRIC bad loss', 'RUN_METRIC good loss'])
    assert.equal(bad.state, 'running')
  })

  it('is an organization beside one that can be read: its registries are watched', async () => {
    watch = await watching([trigger('registry', { project: 'model' }), project()])
    const { world, ada } = watch
    world.addOrganization('broken', [ada], 'broken_1')
    watch.standin.spoil = (path, field) => {
      if (field === 'Organization.orgEntity' && path === 'viewer.organizations.1.orgEntity')
        throw new Error('no access')
      return undefined
    }
    await watch.poll()
    assert.deepEqual(
      watch.poller.skipped.map(({ what, why }) => [what, why]),
      [['viewer.organizations[1].orgEntity', 'no access']],
    )
    world.addAlias(watch.first, watch.portfolio, 'production')
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('is told to whoever looks around', async () => {
    watch = await watching([])
    const { world, ada } = watch
    world.addOrganization('broken', [ada], 'broken_1')
    watch.standin.spoil = (path) => {
      if (path === 'viewer.organizations.1.orgEntity') throw new Error('no access')
      return undefined
    }
    const seen = await explore(watch.client, { entity: '', project: '' })
    assert.deepEqual(seen.skipped, [{ what: 'viewer.organizations[1].orgEntity', why: 'no access' }])
    assert.deepEqual(
      seen.registries.map(({ name }) => name),
      ['wandb-registry-dataset', 'wandb-registry-model'],
    )
  })
})

describe('Who the key belongs to', () => {
  let watch: Watching
  afterEach(() => watch.close())

  const broken: readonly { title: string; field: string; fail: string | null }[] = [
    { title: 'cannot be read', field: 'Query.viewer', fail: 'permission denied' },
    { title: 'is nobody', field: 'Query.viewer', fail: null },
    { title: 'has organizations that cannot be read', field: 'User.organizations', fail: 'internal error' },
  ]
  for (const { title, field, fail } of broken) {
    it(`${title}: what triggers name is watched, an organization by its name too`, async () => {
      watch = await watching([project(), registry(), runTrigger({ event: 'RUN_STATE', states: ['finished'] })])
      watch.standin.spoil = (_path, name) => {
        if (name !== field) return undefined
        if (fail !== null) throw new Error(fail)
        return null
      }
      const run = watch.world.addRun(watch.project, watch.ada, { name: 'fox' })
      await watch.poll()
      watch.version()
      watch.world.addAlias(watch.first, watch.portfolio, 'production')
      watch.world.runState(run, 'finished')
      const events = brief(await watch.poll())
      assert.deepEqual(events.sort(), [
        'ADD_ARTIFACT_ALIAS classifier:v0 production',
        'ADD_ARTIFACT_ALIAS resnet:v2 latest',
        'CREATE_ARTIFACT resnet:v2',
        'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
        'RUN_STATE fox finished',
      ])
    })
  }

  it('cannot be told by a server without organizations: what triggers name is watched', async () => {
    const server = { schema: { without: ['User.organizations'] } }
    watch = await watching([project()], { server })
    await watch.poll()
    watch.version()
    assert.equal((await watch.poll()).length, 3)
    assert.equal(watch.client.offers.has('organizations'), false)
  })

  it('cannot be read: triggers that wait for whatever it sees say so, and the others go on', async () => {
    watch = await watching([project(), trigger('registry', { project: 'model' })])
    watch.standin.spoil = (_path, name) => {
      if (name === 'Query.viewer') throw new Error('permission denied')
      return undefined
    }
    const failure = { code: 'source_not_found', statusText: 'unknown what the key sees' }
    await assert.rejects(watch.poll(), failure)
    watch.version()
    const before = watch.store.events.length
    await assert.rejects(watch.poll(), failure)
    assert.equal(watch.store.events.length - before, 3)
  })
})
