import assert from 'node:assert/strict'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, source, trigger } from './automation.mts'
import { useNodeRed } from './harness.mts'

const MAPPING = `body.kind = "promoted" ? {
  "event_type": "ADD_ARTIFACT_ALIAS",
  "event_id": body.id,
  "entity_name": "acme",
  "project_name": "wandb-registry-model",
  "artifact_collection_name": body.model,
  "alias": headers.\`x-stage\`
} : body.kind = "broken" ? $error("broken it is") : null`

describe('a source with a mapping', () => {
  const nodeRed = useNodeRed()
  const mapped = (more: object = {}) => source({ format: 'mapped', mapping: MAPPING, ...more })
  const post = async (body: unknown, headers: Record<string, string> = { 'X-Stage': 'production' }) => {
    const response = await nodeRed.fetch('/artifact-events', { body, headers })
    return { status: response.status, body: await response.json() }
  }
  const lastRequest = async () => {
    const response = await nodeRed.fetch('/artifact-automations/sources/source/last-request')
    return (await response.json()).request
  }

  it('makes events of what is posted, which start automations like all others', async () => {
    await nodeRed.load([mapped(), trigger({ wires: [['out']] }), collects('out')])
    const { status, body } = await post({ kind: 'promoted', id: 'p-1', model: 'churn' })
    assert.deepEqual([status, body], [202, [{ event_id: 'p-1', duplicate: false, automations: 1 }]])
    const [message] = await nodeRed.messages('out')
    assert.equal((message as { event: { artifact_collection_name: string } }).event.artifact_collection_name, 'churn')
    assert.equal((await post({ kind: 'promoted', id: 'p-1', model: 'churn' })).body[0].duplicate, true)
  })

  it('says at its triggers what it ignored and what it refused', async () => {
    await nodeRed.load([mapped(), trigger({ wires: [[]] })])
    assert.deepEqual(await post({ kind: 'other' }), { status: 202, body: [] })
    await eventually(async () => /1 ignored/.test(nodeRed.statusOf('trigger').text ?? ''), 'it is counted', 5000)
    const { status, body } = await post({ kind: 'broken' })
    assert.equal(status, 400)
    assert.match(body.error.message, /^The mapping failed at character \d+: broken it is\.$/)
    await eventually(async () => /mapping failed/.test(nodeRed.statusOf('trigger').text ?? ''), 'it is shown', 5000)
  })

  it('remembers its last request for whoever writes the mapping, without credentials', async () => {
    await nodeRed.load([mapped()])
    await post({ kind: 'other', n: 1 }, { Authorization: 'Bearer hidden' })
    const { body, headers, received_at } = await lastRequest()
    assert.deepEqual(body, { kind: 'other', n: 1 })
    assert.equal(headers.authorization, '***')
    assert.ok(Date.parse(received_at) > 0)
    const other = await nodeRed.fetch('/artifact-automations/sources/nobody/last-request')
    assert.deepEqual(await other.json(), { request: null })
  })

  it('says whether it would take what a mapping makes, and stores nothing', async () => {
    await nodeRed.load([mapped()])
    const check = async (body: object) => (await nodeRed.fetch('/artifact-automations/events/check', { body })).json()
    const made = { event_type: 'LINK_ARTIFACT', project_name: 'p', artifact_collection_name: 'churn' }
    const { events, problem } = await check({ made, entity: 'acme' })
    assert.deepEqual([events.length, events[0].entity_name, problem], [1, 'acme', null])
    assert.deepEqual(await check({ made: null }), { events: [], problem: null })
    const refused = await check({ made })
    assert.deepEqual([refused.events, refused.problem.details[0].path], [[], 'entity_name'])
    assert.equal((await check({ made: 'text' })).problem.code, 'mapping_failed')
  })

  for (const [what, mapping, words] of [
    ['no mapping', '', /the mapping is empty/],
    ['a mapping that is no expression', 'body.{', /no JSONata expression at character 6/],
  ] as const) {
    it(`is red in words with ${what}, and asks senders to come again`, async () => {
      await nodeRed.load([mapped({ mapping }), trigger({ wires: [[]] })])
      await eventually(async () => nodeRed.statusOf('trigger').fill === 'red', 'the trigger is red', 5000)
      assert.match(JSON.stringify(nodeRed.errorsOf('source')), words)
      assert.equal((await nodeRed.fetch('/artifact-events', { body: {} })).status, 503)
    })
  }
})
