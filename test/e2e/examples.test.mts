import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import type { ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import MarkdownIt from 'markdown-it'
import {
  documentedCommand,
  documentedPost,
  filledIn,
  nodeNamed,
  POSTED,
  readExample,
  secretValue,
  sourceSecret,
} from './example-flows.mts'
import { type FlowNode, NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver } from './harness/receiver.mts'
import { fill } from './oracle.mts'

/** Where the event of each example's own `curl` line goes: through which template to which webhook. */
const WAYS: Record<string, { readonly template: string; readonly webhook: string } | 'nothing is sent'> = {
  'Dry run with debug': 'nothing is sent',
  'GitHub repository dispatch for a registry alias': { template: 'repository dispatch', webhook: 'GitHub dispatch' },
  'Harbor push to any URL': { template: 'the whole event', webhook: 'My endpoint for Harbor' },
  'Hugging Face update to any URL': { template: 'the whole event', webhook: 'My endpoint for the Hub' },
  'MLflow alias to GitHub repository dispatch': {
    template: 'repository dispatch',
    webhook: 'GitHub dispatch for MLflow',
  },
  'Microsoft Teams Adaptive Card (Workflows)': { template: 'Adaptive Card', webhook: 'Teams workflow' },
  'Microsoft Teams MessageCard': { template: 'MessageCard', webhook: 'Teams connector' },
  'Modal endpoint with bearer token': { template: 'all variables', webhook: 'Modal endpoint' },
  'New version in a project': { template: 'the whole event', webhook: 'My endpoint' },
  'Operations with Catch, Status and the failed output': {
    template: 'the whole event',
    webhook: 'My endpoint, in order',
  },
  'Routing staging and production with alias-filter': { template: 'one line of text', webhook: 'Slack for staging' },
  'SageMaker approval to GitHub': { template: 'repository dispatch', webhook: 'GitHub dispatch for SageMaker' },
  'Slack message': { template: 'Slack blocks', webhook: 'Slack channel' },
  'Slack message when a run fails': { template: 'run in words', webhook: 'Slack for runs' },
}

/** How the real services answer what they accept. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  github: (response) => response.writeHead(204).end(),
  slack: (response) => response.end('ok'),
  teams: (response) => response.end('1'),
  generic: (response) => response.setHeader('Content-Type', 'application/json').end('{"accepted":true}'),
}

/** Each example keeps its own source, and the store lives through the deploys: ids are used once in each example. */
const EVENT_ID = 'example-event-1'

describe(`the example flows in Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let receiver: Receiver

  before(async () => {
    nodeRed = await NodeRed.start()
    await nodeRed.listen()
  })
  after(() => nodeRed.stop())

  beforeEach(async () => {
    receiver = await Receiver.listen()
    nodeRed.pushed.length = 0
  })
  afterEach(() => receiver.close())

  /** Deploys the example as a person would have filled it in, with the far end answering as the service does. */
  async function deploy(name: string): Promise<FlowNode[]> {
    const flow = filledIn(readExample(name), receiver.url)
    receiver.answer(({ url }, response) => {
      const webhook = flow.find(({ id }) => url === `/${id}`)
      ANSWERS[String(webhook?.['service'])]?.(response)
    })
    await nodeRed.deploy(flow)
    return flow
  }

  async function post(flow: readonly FlowNode[], change: Record<string, unknown> = {}) {
    const { path, headers, body, event } = await documentedPost(flow, { event_id: EVENT_ID, ...change })
    const answer = await nodeRed.post(body, { path, headers })
    assert.equal(answer.status, 202, answer.text)
    // sources of registries answer with an array
    const [receipt] = [JSON.parse(answer.text)].flat()
    return { event, answer: receipt }
  }

  it('load without an error', async () => {
    assert.deepEqual(await nodeRed.nodeSetErrors(), [])
  })

  it('are all in the table of this test', () => {
    assert.deepEqual(Object.keys(WAYS), POSTED)
  })

  for (const [name, way] of Object.entries(WAYS)) {
    if (way === 'nothing is sent') continue
    it(`${name}: the event of its curl line arrives as the template says`, async () => {
      const flow = await deploy(name)
      const { event, answer } = await post(flow)
      assert.deepEqual(answer, { event_id: event['event_id'], duplicate: false, automations: 1 })

      const webhook = nodeNamed(flow, 'automation-webhook', way.webhook)
      const template = nodeNamed(flow, 'payload-template', way.template)
      const trigger = flow.find(({ type }) => type === 'artifact-event')
      const [request] = await receiver.received()
      assert.equal(receiver.requests.length, 1)
      assert.equal(request?.method, 'POST')
      assert.equal(request?.url, `/${webhook.id}`)

      const text = request?.body.toString() ?? ''
      const expected = fill(String(template['template']), event, String(trigger?.['name']))
      if (String(template['template']).includes('${event_json}')) {
        const sent = dropBlanks(JSON.parse(text)) as { event: Record<string, unknown> }
        if (!('event_time' in event)) delete sent.event['event_time']
        assert.deepEqual(sent, JSON.parse(expected))
      } else if (webhook['service'] === 'teams')
        assert.deepEqual(asRead(JSON.parse(text)), asRead(JSON.parse(expected)))
      else assert.equal(text, expected)

      const secret = flow.find(({ id }) => id === webhook['accessToken'])
      assert.equal(request?.headers.authorization, secret && `Bearer ${secretValue(String(secret['name']))}`)
      for (const [header, value] of Object.entries(JSON.parse(String(webhook['headers'])))) {
        assert.equal(request?.headers[header.toLowerCase()], value)
      }
      assert.match(request?.headers['content-type'] ?? '', /^application\/json/)
      assert.match(request?.headers['user-agent'] ?? '', /^artifact-automations\//)
      assert.ok(request?.headers['webhook-id'])
      const [shown] = await nodeRed.debugged(debugNode(flow, ['delivered', 'answer']).id)
      assert.ok(shown)
    })

    it(`${name}: the same event again is a duplicate, and nothing is sent`, async () => {
      const flow = await deploy(name)
      const first = await post(flow, { event_id: 'twice' })
      await receiver.received()
      const second = await post(flow, { event_id: 'twice' })
      assert.equal(first.answer.duplicate, false)
      assert.equal(second.answer.duplicate, true)
      // what would have been sent is ahead of the next event's delivery
      await post(flow, { event_id: 'after' })
      await receiver.received(2)
      assert.equal(receiver.requests.length, 2)
    })
  }

  for (const name of POSTED) {
    it(`${name}: the commands of its comment work as they stand`, async () => {
      const flow = await deploy(name)
      const command = documentedCommand(flow)
        .replaceAll('http://localhost:1880', nodeRed.url)
        .replaceAll('THE-VALUE-YOU-SET', sourceSecret(flow))
      const { stdout } = await promisify(execFile)('sh', ['-c', command])
      assert.match(stdout, /^HTTP\/1.1 202 /)
      assert.match(stdout, /"automations":1/)
      if (WAYS[name] !== 'nothing is sent') await receiver.received()
    })

    const triggers = readExample(name).filter(({ type }) => type === 'artifact-event')
    for (const trigger of triggers) {
      it(`${name}: the button of "${trigger['name']}" sends a sample that fits its own settings`, async () => {
        const flow = await deploy(name)
        const answer = await nodeRed.admin('POST', '/artifact-automations/events/sample', { node: trigger.id })
        assert.ok((answer as { event_id: string }).event_id)
        await nodeRed.sawPushed(({ topic }) => topic === `status/${trigger.id}`)
        if (WAYS[name] === 'nothing is sent' || flow.some(({ type }) => ['switch', 'alias-filter'].includes(type)))
          return
        await receiver.received()
      })
    }
  }

  it('Dry run with debug: shows the request with its secrets masked, and sends nothing', async () => {
    const flow = await deploy('Dry run with debug')
    const { event } = await post(flow)
    // the sample of the test before may be shown again: a redeploy right behind an event hands it over once more
    const [shown] = await nodeRed.debugged(nodeNamed(flow, 'debug', 'the request').id, 'my-org')
    const request = JSON.parse(shown?.msg ?? '{}')
    const template = nodeNamed(flow, 'payload-template', 'all variables')
    assert.equal(request.method, 'POST')
    assert.equal(request.body, fill(String(template['template']), event, ''))
    assert.equal(receiver.requests.length, 0)
  })

  it('Routing: production goes to GitHub, an alias without a rule to the debug sidebar', async () => {
    const flow = await deploy('Routing staging and production with alias-filter')
    await post(flow, { event_id: 'routed', alias: 'production' })
    const [request] = await receiver.received()
    assert.equal(request?.url, `/${nodeNamed(flow, 'automation-webhook', 'GitHub for production').id}`)
    await post(flow, { event_id: 'unrouted', alias: 'latest' })
    const [shown] = await nodeRed.debugged(nodeNamed(flow, 'debug', 'another alias').id)
    assert.match(shown?.msg ?? '', /latest/)
    assert.equal(receiver.requests.length, 1)
  })

  it('Slack message when a run fails: a run that finished is not news', async () => {
    const flow = await deploy('Slack message when a run fails')
    await post(flow, { event_id: 'finished', run_state: 'finished' })
    await post(flow, { event_id: 'crashed', run_state: 'crashed' })
    const [request] = await receiver.received()
    assert.match(request?.body.toString() ?? '', /crashed/)
    assert.equal(receiver.requests.length, 1)
  })

  it('Operations: a refused delivery reaches the operators, Catch and Status', async () => {
    const flow = await deploy('Operations with Catch, Status and the failed output')
    const operators = nodeNamed(flow, 'automation-webhook', 'Slack of the operators').id
    receiver.answer(({ url }, response) => {
      if (url === `/${operators}`) response.end('ok')
      else response.writeHead(404).end('no such endpoint')
    })
    await post(flow, { event_id: 'refused' })
    const [request] = await receiver.received(1, ({ url }) => url === `/${operators}`)
    assert.match(
      JSON.parse(request?.body.toString() ?? '').text,
      /^Delivery \S+ to My endpoint, in order failed: .*404/,
    )
    const [caught] = await nodeRed.debugged(nodeNamed(flow, 'debug', 'errors').id)
    assert.match(caught?.msg ?? '', /http_status/)
    const statuses = await nodeRed.debugged(nodeNamed(flow, 'debug', 'statuses').id)
    assert.ok(statuses.length > 0)
  })
})

function debugNode(flow: readonly FlowNode[], names: readonly string[]): FlowNode {
  const found = flow.find(({ type, name }) => type === 'debug' && names.includes(String(name)))
  if (!found) throw new Error(`No debug node is named ${names.join(' or ')}.`)
  return found
}

/** Fields that a source leaves blank when they do not apply. */
function dropBlanks(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(dropBlanks)
  const kept = Object.entries(value).filter(([, one]) => one !== '')
  return Object.fromEntries(kept.map(([name, one]) => [name, dropBlanks(one)]))
}

/** A card as Teams shows it: values are escaped for the Markdown that it reads, by whatever escapes CommonMark has. */
function asRead(card: unknown): unknown {
  if (typeof card === 'string') return new MarkdownIt().renderInline(card)
  if (Array.isArray(card)) return card.map(asRead)
  if (typeof card !== 'object' || card === null) return card
  return Object.fromEntries(Object.entries(card).map(([name, value]) => [name, asRead(value)]))
}
