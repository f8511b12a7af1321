import assert from 'node:assert/strict'
import { parseEvent } from '../../../../dist/lib/events/parse.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { huggingfaceEvents } from '../../../../dist/lib/sources/http/huggingface.js'
import { live } from '../../../../dist/lib/sources/huggingface/live.js'
import { checkHubSettings } from '../../../../dist/lib/sources/huggingface/settings.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { type HubStandin, HubWorld, hubStandin } from '../../../standin/hub/server.mts'
import { MemoryStore } from '../wandb/memory-store.mts'
import { brief, COMMITS, trigger, watching as watchingAt } from './watching.mts'

describe('A watched Hugging Face Hub', () => {
  let world: HubWorld
  let hub: HubStandin
  let store: MemoryStore
  let closes: (() => Promise<void>)[]
  beforeEach(async () => {
    world = new HubWorld()
    hub = await hubStandin(world)
    store = new MemoryStore()
    closes = []
  })
  afterEach(async () => {
    for (const close of closes) await close()
    await hub.close()
  })

  const network = (key?: string) => ({
    apiKey: () => (key === undefined ? undefined : new Secret(key)),
    addressPolicy: parseAddressPolicy('lan'),
    machineProxy: () => undefined,
  })

  function watching(triggers = [trigger()], key?: string) {
    const watch = watchingAt(hub.url, { triggers, key: () => key, store })
    closes.push(watch.close)
    return watch
  }

  it('tells commits, tags, new and deleted repositories of an owner, as webhooks would, and nothing of the first look', async () => {
    const churn = world.create('acme/churn')
    world.tag(churn, 'v1')
    world.create('other/model')
    const watch = watching()
    assert.deepEqual(await watch.poll(), [])
    const from = churn.commits.at(-1)?.id ?? ''
    const to = world.commit(churn)
    const [event, ...more] = await watch.poll()
    assert.deepEqual(more, [])
    const told = huggingfaceEvents(
      {
        event: { action: 'update', scope: 'repo.content' },
        repo: {
          type: 'model',
          name: 'acme/churn',
          id: churn.id,
          url: { web: `${hub.url}/acme/churn` },
          tags: ['license:mit'],
        },
        updatedRefs: [{ ref: 'refs/heads/main', oldSha: from, newSha: to }],
      },
      { entity: '', project: 'hub' },
    ).events[0]
    const time = new Date(churn.updated)
    assert.deepEqual(event, parseEvent(told, { receivedAt: time, newId: () => '' }))

    world.tag(churn, 'v1')
    world.tag(churn, 'production')
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'ADD_ARTIFACT_ALIAS acme/churn production',
      'ADD_ARTIFACT_ALIAS acme/churn v1',
    ])
    churn.tags.delete('v1')
    assert.deepEqual(brief(await watch.poll()), ['REMOVE_ARTIFACT_ALIAS acme/churn v1'])

    const fresh = world.create('acme/fresh')
    world.commit(fresh)
    assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT acme/fresh', 'CREATE_ARTIFACT acme/fresh'])
    world.delete(churn)
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'REMOVE_ARTIFACT_ALIAS acme/churn production',
      'UNLINK_ARTIFACT acme/churn',
    ])
    assert.deepEqual(await watch.poll(), [])
  })

  it('tells each time that a tag is set, removed and set to the same commit again', async () => {
    const churn = world.create('acme/churn')
    const watch = watching()
    await watch.poll()
    const told: string[] = []
    for (let count = 0; count < 3; count += 1) {
      world.tag(churn, 'v1')
      told.push(...brief(await watch.poll()))
      churn.tags.delete('v1')
      told.push(...brief(await watch.poll()))
    }
    assert.equal(told.length, 6)
    assert.equal(new Set(store.events.map(({ event_id }) => event_id)).size, 6)
  })

  it('costs one request an owner when nothing changed and nobody waits for tags, and says so by its ETags', async () => {
    for (let count = 0; count < 5; count += 1) world.create(`acme/model-${count}`)
    const watch = watching([trigger({ events: COMMITS })])
    await watch.poll()
    await watch.poll()
    const before = hub.requests.length
    for (let count = 0; count < 4; count += 1) assert.deepEqual(await watch.poll(), [])
    assert.equal(hub.requests.length - before, 4)
  })

  it('tells a commit with the next poll, always where an owner has one kind, and of three kinds where somebody waits for tags', async () => {
    const one = world.create('acme/one')
    const watch = watching([trigger({ events: COMMITS })])
    await watch.poll()
    let misses = 0
    for (let count = 0; count < 60; count += 1) {
      world.commit(one)
      if ((await watch.poll()).length === 0) misses += 1
    }
    // a kind that is new is looked for in between
    assert.ok(misses <= 3, String(misses))

    const many = [one, world.create('acme/two', 'dataset'), world.create('acme/three', 'space')]
    store = new MemoryStore()
    const all = watching()
    await all.poll()
    for (let count = 0; count < 25; count += 1) {
      for (const repo of many) world.commit(repo)
      assert.equal((await all.poll()).length, many.length)
    }
  })

  it('finds the first repository of another kind in the end', async () => {
    world.create('acme/one')
    const watch = watching([trigger({ events: COMMITS })])
    await watch.poll()
    world.create('acme/data', 'dataset')
    world.create('acme/space', 'space')
    const told: string[] = []
    for (let count = 0; count < 45; count += 1) told.push(...brief(await watch.poll()))
    assert.deepEqual(told.sort(), ['CREATE_ARTIFACT acme/data', 'CREATE_ARTIFACT acme/space'])
  })

  it('stays within 500 requests in five minutes with a hundred repositories', async () => {
    for (let count = 0; count < 100; count += 1) world.create(`acme/model-${count}`)
    const watch = watching()
    await watch.poll()
    const before = hub.requests.length
    for (let count = 0; count < 10; count += 1) await watch.poll()
    assert.ok(hub.requests.length - before <= 500, String(hub.requests.length - before))
  })

  it('watches a repository that is named, whatever its kind, and datasets and Spaces of an owner', async () => {
    const named = world.create('somebody/data', 'dataset')
    const space = world.create('acme/space', 'space')
    const watch = watching([trigger({ entity: '', collection: 'somebody/data' }), trigger()])
    assert.deepEqual(await watch.poll(), [])
    world.commit(named)
    world.tag(named, 'v1')
    world.commit(space)
    const events = await watch.poll()
    assert.deepEqual(brief(events).sort(), [
      'ADD_ARTIFACT_ALIAS somebody/data v1',
      'CREATE_ARTIFACT acme/space',
      'CREATE_ARTIFACT somebody/data',
    ])
    const [event] = events.filter(({ artifact_type }) => artifact_type === 'dataset')
    assert.match(String(event?.artifact_version), /^hf:\/\/datasets\/somebody\/data@/)
  })

  it('goes on after a restart, and follows a repository to another name', async () => {
    const churn = world.create('acme/churn')
    await watching().poll()
    world.rename(churn, 'acme/churn-2')
    world.commit(churn)
    assert.deepEqual(brief(await watching().poll()), ['CREATE_ARTIFACT acme/churn-2'])
  })

  it('says nothing of a repository that goes to another owner, and follows one to another that is watched', async () => {
    const [gone, moved] = [world.create('acme/gone'), world.create('acme/moved')]
    const watch = watching([trigger(), trigger({ entity: 'vision' })])
    await watch.poll()
    world.rename(gone, 'other/gone')
    world.rename(moved, 'vision/moved')
    for (let count = 0; count < 5; count += 1) assert.deepEqual(await watch.poll(), [])
    world.tag(moved, 'v1')
    assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS vision/moved v1'])
  })

  it('reads lists of many pages, and does not follow one to another server', async () => {
    await hub.close()
    hub = await hubStandin(world, { page: 3 })
    for (let count = 0; count < 10; count += 1) world.create(`acme/model-${count}`)
    const watch = watching([trigger({ events: COMMITS })])
    await watch.poll()
    const [first] = world.repos
    if (first) world.delete(first)
    assert.deepEqual(brief(await watch.poll()), ['UNLINK_ARTIFACT acme/model-0'])
    hub.intercept = (_request, response) => {
      const link = { Link: '<http://evil.example/api/models>; rel="next"', 'Content-Type': 'application/json' }
      response.writeHead(200, link).end('[]')
      return true
    }
    await assert.rejects(watch.poll(), { code: 'source_answer_invalid' })
  })

  it('asks whose the token is where a trigger names nobody, and says what is missing without one', async () => {
    await assert.rejects(watching([trigger({ entity: '' })]).poll(), { statusText: 'owner not found' })
    await hub.close()
    hub = await hubStandin(world, { token: 'hf_1' })
    const churn = world.create('acme/churn')
    const watch = watching([trigger({ entity: '' })], 'hf_1')
    await watch.poll()
    world.commit(churn)
    assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT acme/churn'])
    const registry = live.connect(
      { baseUrl: hub.url, interval: '30', entity: '', project: '', apiKey: 'x' },
      network('hf_1'),
    )
    const seen = await registry.explore({ entity: '', project: '' }, AbortSignal.timeout(5000))
    await registry.close()
    assert.deepEqual(
      [seen.username, seen.entities.map(({ name }) => name), seen.collections],
      ['ada', ['ada', 'acme'], ['acme/churn']],
    )
  })

  for (const [status, body, code] of [
    [200, '<html>', 'source_answer_invalid'],
    [200, '{}', 'source_answer_unexpected'],
    [429, '{"error": "slow down"}', 'source_rate_limited'],
    [500, '', 'source_unavailable'],
    [403, '{"error": "no"}', 'source_denied'],
  ] as const)
    it(`says in words that the Hub answered ${status} ${body}, and tells the rest when it is well`, async () => {
      const churn = world.create('acme/churn')
      const watch = watching()
      await watch.poll()
      world.commit(churn)
      hub.intercept = (_request, response) => {
        response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
        return true
      }
      await assert.rejects(watch.poll(), { code })
      hub.intercept = () => false
      assert.deepEqual(brief(await watch.poll()), ['CREATE_ARTIFACT acme/churn'])
    })

  it('waits when little is left of what the Hub allows', async () => {
    world.create('acme/churn')
    const watch = watching()
    hub.intercept = (_request, response) => {
      response.setHeader('RateLimit', '"api";r=3;t=120')
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]')
      return true
    }
    await watch.poll()
    assert.ok(watch.looks.client.heldUntil > Date.now() + 100_000)
  })

  it('tells of a repository whose commits nobody may read, and of all others', async () => {
    const [churn, open] = [world.create('acme/churn'), world.create('acme/open')]
    const watch = watching([trigger({ events: COMMITS })])
    for (let type = 0; type < 3; type += 1) await watch.poll()
    world.commit(churn)
    world.commit(open)
    hub.intercept = ({ url }, response) => {
      if (!url?.includes('/churn/commits/')) return false
      response.writeHead(403).end('{"error": "Access to model acme/churn is restricted."}')
      return true
    }
    assert.deepEqual(brief(await watch.poll()).sort(), ['CREATE_ARTIFACT acme/churn', 'CREATE_ARTIFACT acme/open'])
  })

  it('asks for a few repositories at a time whether they are gone, and tells all of them in the end', async () => {
    const repos = Array.from({ length: 50 }, (_none, index) => world.create(`acme/model-${index}`))
    const watch = watching([trigger({ events: COMMITS })])
    for (let type = 0; type < 3; type += 1) await watch.poll()
    for (const repo of repos) world.delete(repo)
    const told: string[] = []
    for (let poll = 0; poll < 6; poll += 1) {
      const before = hub.requests.length
      told.push(...brief(await watch.poll()))
      assert.ok(hub.requests.length - before < 30)
    }
    assert.equal(new Set(told).size, 50)
    assert.equal(told.length, 50)
  })

  it('waits a day at most, whatever the server says', async () => {
    const watch = watching()
    hub.intercept = (_request, response) => {
      response.setHeader('RateLimit', '"api";r=0;t=Infinity')
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('[]')
      return true
    }
    await watch.poll()
    assert.ok(watch.looks.client.heldUntil <= Date.now() + 24 * 60 * 60 * 1000)
  })

  it('takes the settings of a source that was made for another kind', () => {
    const settings = checkHubSettings({ baseUrl: 'https://api.wandb.ai', interval: '30' })
    assert.deepEqual([settings.baseUrl, settings.project], ['https://huggingface.co', 'hub'])
  })
})
