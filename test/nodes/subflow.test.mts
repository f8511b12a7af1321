import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { Receiver } from '../e2e/harness/receiver.mts'
import { collects, event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

/**
 * Inside a subflow each instance has nodes of its own, and Node-RED renames what a property names only where that is
 * one text: a list of one becomes that text, a list of several keeps the definition's ids.
 */
describe('a webhook inside a subflow', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  // what has no place counts as configuration, and no configuration is an instance of a subflow
  const inPart = (node: FlowNode): FlowNode => ({ ...node, z: 'part', ...('wires' in node && { x: 0, y: 0 }) })
  const part = { ...{ id: 'part', type: 'subflow', name: 'part', env: [], out: [] } }
  const instance = (id: string): FlowNode => ({ id, type: 'subflow:part', z: 'tab', x: 0, y: 0, wires: [] })
  const VALUES = { ONE: 'value of one', TWO: 'value of two', OUTSIDE: 'value outside', TOKEN: 'value of token' }
  const credentials = Object.fromEntries(Object.entries(VALUES).map(([name, value]) => [secretId(name), { value }]))
  const names = (granted: string[]) => `{${granted.map((name) => `"${name}": "\${${name}}"`).join(', ')}}`

  /** A template, a sender and its webhook in a subflow, with secrets there and outside. */
  function flow(granted: string[], hook: object = {}): FlowNode[] {
    return [
      source(),
      trigger({ wires: [['first', 'second']] }),
      { ...part, in: [{ x: 0, y: 0, wires: [{ id: 'template' }] }] },
      inPart(template(names(granted))),
      inPart(sender({ wires: [[], []] })),
      inPart(webhook(receiver.url, { secrets: granted.map(secretId), accessToken: secretId('TOKEN'), ...hook })),
      ...['ONE', 'TWO', 'TOKEN'].map((name) => inPart(secret(name))),
      secret('OUTSIDE'),
      instance('first'),
      instance('second'),
      collects('unused'),
    ]
  }

  const valuesOf = (granted: string[]) =>
    Object.fromEntries(granted.map((name) => [name, VALUES[name as keyof typeof VALUES]]))

  for (const granted of [[], ['ONE'], ['OUTSIDE'], ['ONE', 'TWO'], ['OUTSIDE', 'ONE'], ['TWO', 'OUTSIDE', 'ONE']]) {
    it(`grants ${granted.join(' and ') || 'nothing'} in each of its instances`, async () => {
      await nodeRed.load(flow(granted), credentials)
      assert.equal((await nodeRed.fetch('/artifact-events', { body: event() })).status, 202)
      for (const { body, headers } of await receiver.received(2)) {
        assert.deepEqual(JSON.parse(body.toString()), valuesOf(granted))
        assert.equal(headers.authorization, `Bearer ${VALUES.TOKEN}`)
      }
      for (const id of ['first', 'second']) assert.deepEqual(nodeRed.errorsOf(`${id}-webhook`), [])
    })
  }

  it('works in a subflow inside a subflow', async () => {
    const outer = { id: 'outer', type: 'subflow', name: 'outer', env: [], out: [] }
    const granted = ['ONE', 'OUTSIDE', 'TWO']
    await nodeRed.load(
      [
        ...flow(granted).filter(({ id }) => id !== 'first' && id !== 'second'),
        { ...outer, in: [{ x: 0, y: 0, wires: [{ id: 'inner' }] }] },
        { id: 'inner', type: 'subflow:part', z: 'outer', x: 0, y: 0, wires: [] },
        { id: 'first', type: 'subflow:outer', z: 'tab', x: 0, y: 0, wires: [] },
      ].map((node) => (node.id === 'trigger' ? { ...node, wires: [['first']] } : node)),
      credentials,
    )
    await nodeRed.fetch('/artifact-events', { body: event() })
    const [request] = await receiver.received(1)
    assert.deepEqual(JSON.parse(request!.body.toString()), valuesOf(granted))
  })

  it('says in words which secret has no value', async () => {
    await nodeRed.load(flow(['ONE', 'TWO']), { ...credentials, [secretId('TWO')]: {} })
    assert.match(String(nodeRed.errorsOf('first-webhook')), /The secret TWO, granted to the payloads.*has no value/)
  })

  it('keeps its deliveries in a store that stands in the subflow too', async () => {
    const store = { id: 'own-store', type: 'delivery-store', name: '', version: 1, backend: 'sqlite', path: 'part.db' }
    await nodeRed.load(
      [...flow([], { store: 'own-store' }), inPart({ ...store, connection: '', retentionDays: '30' })],
      credentials,
    )
    await nodeRed.fetch('/artifact-events', { body: event() })
    await receiver.received(2)
    assert.deepEqual(nodeRed.errorsOf('first-webhook'), [])
    assert.ok(existsSync(path.join(nodeRed.userDir, 'artifact-automations', 'part.db')))
  })

  it('is tested from its dialog, which knows the definition alone', async () => {
    const granted = ['ONE', 'OUTSIDE', 'TWO']
    await nodeRed.load(flow(granted), credentials)
    const form = webhook(receiver.url, { secrets: granted.map(secretId), accessToken: secretId('TOKEN') })
    const answer = await nodeRed.fetch('/artifact-automations/webhooks/webhook/test', {
      body: { payload: names(granted), form },
    })
    assert.equal(answer.status, 200, await answer.clone().text())
    const [request] = await receiver.received(1)
    assert.deepEqual(JSON.parse(request!.body.toString()), valuesOf(granted))
    assert.equal(request!.headers.authorization, `Bearer ${VALUES.TOKEN}`)
  })

  it('is named by the id under which it runs, as its deliveries name it', async () => {
    await nodeRed.load(flow(['ONE']), credentials)
    await nodeRed.fetch('/artifact-events', { body: event() })
    await receiver.received(2)
    const { automations } = await (await nodeRed.fetch('/artifact-automations/automations')).json()
    const listed = automations[0].senders.map((row: { webhook: string }) => row.webhook).sort()
    assert.deepEqual(listed, ['first-webhook', 'second-webhook'])
  })

  it('may have its secrets as one text, where a flow was written by hand', async () => {
    const flat = flow([]).filter(({ z }) => z !== 'part')
    await nodeRed.load(
      [
        ...flat.filter(({ type }) => type !== 'subflow:part' && type !== 'subflow'),
        template('{"OUTSIDE": "${OUTSIDE}"}'),
        sender({ wires: [[], []] }),
        webhook(receiver.url, { secrets: secretId('OUTSIDE') }),
      ].map((node) => (node.id === 'trigger' ? { ...node, wires: [['template']] } : node)),
      credentials,
    )
    await nodeRed.fetch('/artifact-events', { body: event() })
    const [request] = await receiver.received(1)
    assert.deepEqual(JSON.parse(request!.body.toString()), valuesOf(['OUTSIDE']))
  })
})
