import assert from 'node:assert/strict'
import { explore } from '../../../../dist/lib/sources/wandb/explore.js'
import { MOST_PAGES } from '../../../../dist/lib/sources/watch/pages.js'
import { brief, trigger, type Watching, watching } from './watching.mts'

const project = () => trigger('project', { entity: 'vision', project: 'training' })
const registry = () => trigger('registry', { entity: 'acme', project: 'model' })

describe('What a server refuses', () => {
  let watch: Watching
  afterEach(() => watch.close())

  it('is a field that the watch cannot do without: it is named', async () => {
    for (const [what, statusText] of [
      ['ArtifactCollection.updatedAt', /^W&B lacks Artifact(Collection|Sequence|Portfolio)\.updatedAt$/],
      ['Artifact.tags', /^W&B lacks Artifact\.tags$/],
      ['Project.artifactCollections', /^W&B lacks Project\.artifactCollections$/],
    ] as const) {
      watch = await watching([project()], { server: { schema: { without: [what] } } })
      await assert.rejects(watch.poll(), { code: 'source_lacks', statusText })
      if (what !== 'Project.artifactCollections') await watch.close()
    }
  })

  it('is an argument that the watch cannot do without: it is named, and the other triggers go on', async () => {
    const server = { schema: { lacks: ['ARTIFACT_REGISTRY_SEARCH'] } }
    watch = await watching([project(), registry()], { server })
    const failure = {
      code: 'source_lacks',
      statusText: 'W&B lacks Entity.artifactCollections',
      message: /no Entity\.artifactCollections\(projectFilters\), which the watch needs/,
    }
    await assert.rejects(watch.poll(), failure)
    watch.version()
    await assert.rejects(watch.poll(), failure)
    assert.equal(watch.store.events.length, 3)
  })

  it('is everything, because it is no W&B: that is said', async () => {
    watch = await watching([project()])
    const answers = [
      // MLflow has a /graphql, and answers so
      { status: 200, body: `{"data":null,"errors":["Cannot query field 'viewer' on type 'Query'."]}` },
      { status: 400, body: '{"errors":[{"message":"Cannot query field \\"viewer\\" on type \\"QueryType\\"."}]}' },
      { status: 404, body: '<html>Not Found</html>' },
    ]
    for (const { status, body } of answers) {
      watch.standin.faults.always({ kind: 'status', status, body })
      await assert.rejects(watch.poll(), { statusText: 'no W&B at this URL', code: 'source_not_found' })
    }
  })

  it('is sent on elsewhere: where to is said', async () => {
    watch = await watching([project()])
    watch.standin.faults.always({
      kind: 'status',
      status: 308,
      headers: { location: 'https://api.example.com/graphql' },
    })
    await assert.rejects(watch.poll(), {
      statusText: 'W&B says 308',
      message: /sends on to https:\/\/api\.example\.com/,
    })
  })

  it('is told without the API key, in whichever form the server repeats it', async () => {
    watch = await watching([project()])
    const [key = assert.fail()] = watch.ada.keys
    const basic = Buffer.from(`api:${key}`).toString('base64')
    const forms = [key, basic, Buffer.from(key).toString('base64'), Buffer.from(key).toString('hex')]
    for (const form of forms) {
      for (const fault of [
        { kind: 'status', status: 500, body: `{"error":"no user for ${form}"}` },
        { kind: 'status', status: 403, body: `no user for ${form}` },
        { kind: 'status', status: 200, body: `{"data":{"viewer":{"organizations":[{"name":["${form}"]}]}}}` },
        { kind: 'status', status: 308, headers: { location: `https://x.example/${form}` } },
      ] as const) {
        watch.standin.faults.always(fault)
        const said: string[] = []
        const seen = await explore(watch.client, { entity: '', project: '' }).catch((error: Error) => {
          said.push(error.message)
          return null
        })
        const failed = await watch.poll().catch((error: Error) => error.message)
        said.push(JSON.stringify(seen), String(failed), JSON.stringify(watch.poller.skipped))
        for (const text of said) for (const each of forms) assert.equal(text.includes(each), false, text)
      }
    }
  })

  it('is a database’s column, in W&B’s own words: the watch goes on without the order and the filter', async () => {
    watch = await watching([project()], { server: { lacksColumns: ['tag', 'updated_at'] } })
    await watch.poll()
    watch.version()
    assert.equal((await watch.poll()).length, 3)
    assert.deepEqual([...watch.client.knowledge.learned.lacks].sort(), ['sorting', 'tagFilter'])
  })
})

describe('A server whose pages never end', () => {
  let watch: Watching
  const usual = { ...MOST_PAGES }
  beforeEach(() => Object.assign(MOST_PAGES, { watch: 60, explore: 20 }))
  afterEach(async () => {
    Object.assign(MOST_PAGES, usual)
    await watch.close()
  })

  const endless = () => {
    let pages = 0
    watch.standin.after = (body) => {
      pages += 1
      const next = `"pageInfo":{"endCursor":"page-${pages}","hasNextPage":true}`
      return JSON.parse(JSON.stringify(body).replaceAll(/"pageInfo":\{[^}]*\}/g, next)) as object
    }
    watch.standin.before = ({ variables }) => {
      for (const name of Object.keys(variables)) if (/after$/i.test(name)) Object.assign(variables, { [name]: null })
    }
    return () => pages
  }

  it('is looked around in within bounds, and said so', async () => {
    watch = await watching([])
    const pages = endless()
    const seen = await explore(watch.client, { entity: 'vision', project: 'training' })
    assert.ok(pages() <= 2 * MOST_PAGES.explore + 1, `${pages()} pages`)
    assert.match(seen.skipped[0]?.why ?? '', /no end/)
  }).timeout(30_000)

  it('is watched within bounds, and what is there fires', async () => {
    watch = await watching([project()])
    const pages = endless()
    await watch.poll()
    // the collections, and once the versions and aliases of the only one
    assert.ok(pages() <= 6 * MOST_PAGES.watch, `${pages()} pages`)
    const before = pages()
    await watch.poll()
    assert.ok(pages() <= before + 3 * MOST_PAGES.watch, `${pages() - before} pages more`)
    const created = watch.world.addCollection(watch.project, 'fresh', 'SEQUENCE')
    watch.world.createVersion(created)
    assert.ok(brief(await watch.poll()).includes('CREATE_ARTIFACT fresh:v0'))
  }).timeout(120_000)

  it('is left when the caller leaves', async () => {
    watch = await watching([])
    const pages = endless()
    const caller = new AbortController()
    watch.standin.before = ({ variables }) => {
      Object.assign(variables, { after: null })
      if (pages() === 10) caller.abort()
    }
    await assert.rejects(explore(watch.client, { entity: '', project: '' }, caller.signal))
    assert.ok(pages() <= 12)
  })
})
