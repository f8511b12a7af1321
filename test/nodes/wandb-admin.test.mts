import assert from 'node:assert/strict'
import { collects, secretId, trigger } from './automation.mts'
import { useNodeRed } from './harness.mts'
import { type Company, company } from './wandb.mts'

describe('the admin interface of a W&B source', () => {
  const nodeRed = useNodeRed()
  let wandb: Company
  beforeEach(async () => {
    wandb = await company({ interval: '3600' })
    await nodeRed.load([...wandb.nodes, trigger({ wires: [['out']] }), collects('out')], wandb.credentials)
  })
  afterEach(() => wandb.close())

  const call = async (route: string, body: object = {}, headers: Record<string, string> = {}) => {
    const response = await nodeRed.fetch(`/artifact-automations/sources/${route}`, { body, headers })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text) }
  }
  const form = () => ({ baseUrl: wandb.standin.url, apiKey: secretId('WANDB_API_KEY') })

  it('tells who the key belongs to, and what it can see', async () => {
    const { status, body } = await call('source/explore')
    assert.equal(status, 200)
    assert.deepEqual(body, {
      username: 'ada',
      organizations: [{ name: 'acme', entity: 'acme_X7QK' }],
      entities: [
        { name: 'vision', organization: 'acme' },
        { name: 'ada', organization: '' },
      ],
      projects: [{ entity: 'vision', name: 'training' }],
      registries: [
        { entity: 'acme_X7QK', name: 'wandb-registry-dataset' },
        { entity: 'acme_X7QK', name: 'wandb-registry-model' },
      ],
      collections: [],
      unseen: 0,
      skipped: [],
      lacks: [],
    })
  })

  it('tells the same to whoever may only read, with what could not be read and what the server lacks', async () => {
    wandb.standin.spoil = (path) => {
      if (path === 'viewer.teams.edges.0.node.organization') throw new Error('permission denied')
      return undefined
    }
    const response = await nodeRed.fetch('/artifact-automations/sources/source/explore?entity=vision')
    const body = (await response.json()) as { username: string; projects: unknown; skipped: unknown }
    assert.deepEqual(
      [response.status, body.username, body.projects],
      [200, 'ada', [{ entity: 'vision', name: 'training' }]],
    )
    assert.deepEqual(body.skipped, [{ what: 'viewer.teams.edges[0].node.organization', why: 'permission denied' }])
  })

  it('ends looking around when its caller has left', async () => {
    let pages = 0
    wandb.standin.after = (body, { operation }) => {
      // the source itself goes on watching
      if (operation !== 'WatchProjects') return body
      pages += 1
      const text = JSON.stringify(body).replaceAll(
        /"pageInfo":\{[^}]*\}/g,
        `"pageInfo":{"endCursor":"page-${pages}","hasNextPage":true}`,
      )
      return JSON.parse(text) as object
    }
    const caller = new AbortController()
    wandb.standin.before = ({ variables }) => {
      Object.assign(variables, { after: null })
      if (pages === 20) caller.abort()
    }
    await assert.rejects(
      nodeRed.fetch('/artifact-automations/sources/source/explore', { body: {}, signal: caller.signal }),
    )
    // as many round trips as would have brought as many pages
    const other = () => fetch(wandb.standin.url).then((answer) => answer.text())
    for (let round = 0; round < 5; round += 1) await other()
    const then = pages
    for (let round = 0; round < 20; round += 1) await other()
    assert.equal(pages, then, `${pages} pages`)
  })

  it('works with a form that is not saved', async () => {
    for (const wrong of [5, 'text', []]) {
      for (const id of ['source', 'new']) {
        const refused = await call(`${id}/explore`, { form: wrong })
        assert.deepEqual([refused.status, refused.body.error.details[0].path], [400, 'form'])
      }
    }
    const { status, body } = await call('new/explore', { form: form() })
    assert.deepEqual([status, body.username], [200, 'ada'])
  })

  it('works with a key that was typed and is not deployed', async () => {
    const { value } = wandb.credentials[secretId('WANDB_API_KEY')] as { value: string }
    const typed = { form: { ...form(), apiKey: 'typed' }, secrets: { typed: { name: 'KEY', value } } }
    const { status, body } = await call('new/explore', typed)
    assert.deepEqual([status, body.username], [200, 'ada'])
    const wrong = await call('new/explore', { ...typed, secrets: { typed: { name: 'KEY', value: 'of-nobody' } } })
    assert.notEqual(wrong.status, 200)
    assert.ok(!JSON.stringify(wrong.body).includes('of-nobody'))
  })

  it('looks only where it is told to', async () => {
    const { body } = await call('source/explore', { entity: 'vision' })
    assert.deepEqual([body.projects, body.registries], [[{ entity: 'vision', name: 'training' }], []])
    const registry = await call('source/explore', { entity: 'acme', project: 'wandb-registry-model' })
    assert.deepEqual(registry.body.collections, ['classifier'])
    const anywhere = await call('source/explore', { project: 'training' })
    assert.deepEqual(anywhere.body.collections, ['resnet'])
    assert.deepEqual((await call('source/explore', { entity: 'nobody', project: 'x' })).body.collections, [])
  })

  it('says in words what is wrong', async () => {
    for (const [more, status, code, words] of [
      [{ apiKey: '' }, 400, 'secret_missing', /no API key/],
      [{ baseUrl: 'https://wandb.ai' }, 400, 'source_invalid', /programs ask/],
      [{ baseUrl: 'http://169.254.169.254' }, 502, 'source_unavailable', /may not be called/],
    ] as const) {
      const answer = await call('new/explore', { form: { ...form(), ...more } })
      assert.deepEqual([answer.status, answer.body.error.code], [status, code])
      assert.match(answer.body.error.message, words)
    }
    assert.equal((await call('nope/explore')).status, 404)
    assert.equal((await call('trigger/explore')).status, 404)
    wandb.standin.faults.always({ kind: 'status', status: 401 })
    const denied = await call('source/explore')
    assert.deepEqual([denied.status, denied.body.error.code], [502, 'source_denied'])
    assert.match(denied.body.error.message, /does not know the API key/)
  })

  it('refuses what a page on another site could send', async () => {
    for (const route of ['source/explore', 'source/automations']) {
      assert.equal((await call(route, {}, { 'X-Artifact-Automations': '' })).status, 403)
    }
  })

  it('lays out the automations for the source that asks', async () => {
    const { world, ada, team, model } = wandb
    const integration = world.addWebhook(team, 'ci', 'https://example.com/ci', { accessTokenRef: 'CI_TOKEN' })
    world.addTrigger(model, {
      name: 'deploy',
      eventType: 'ADD_ARTIFACT_ALIAS',
      filter: { filter: { $or: [{ $and: [{ alias: { $regex: '^production$' } }] }] } },
      action: { kind: 'webhook', integration, payload: '{"v": "${artifact_version_string}"}' },
    })
    const { status, body } = await call('source/automations', { form: form() })
    assert.equal(status, 200)
    const laid = (type: string) => body.flow.filter((node: { type: string }) => node.type === type)
    const [event] = laid('artifact-event')
    assert.deepEqual(
      [event.source, event.scope, event.project, event.pattern],
      ['source', 'registry', 'model', '^production$'],
    )
    assert.deepEqual([body.secrets, laid('automation-webhook').length], [['CI_TOKEN'], 1])
    assert.ok(Array.isArray(body.report))
    assert.ok(!JSON.stringify(body).includes(String(ada.keys[0])))
  })
})
