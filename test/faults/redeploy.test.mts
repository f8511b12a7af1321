import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { cpSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { event, secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { automation, EACH_SECOND, eventOf, onTab, PATIENCE, TEMPLATE, useSite } from './site.mts'

/** The flow with one node changed, or with `null` taken out. */
const change = (flow: readonly FlowNode[], id: string, more: object | null) =>
  flow.flatMap((node) => (node.id !== id ? [node] : more === null ? [] : [{ ...node, ...more }]))

const UNCLEAN = /not closed properly/

describe('Deliveries over a redeploy', () => {
  const site = useSite()

  /** Two deliveries that wait because the webhook is paused. */
  async function queue(): Promise<void> {
    await site.admin('POST', '/webhooks/webhook/pause', {})
    for (const id of ['one', 'two']) await site.accept(id)
    await site.until('pending', 2)
  }
  const resume = () => site.admin('POST', '/webhooks/webhook/resume', {})

  /** An event that takes another way through another webhook: what could go out before it has gone out. */
  async function meanwhile(id: string): Promise<void> {
    await site.accept(id, { alias: 'other' })
    await site.arrived([id], bystander)
  }
  let bystander: Awaited<ReturnType<typeof site.newReceiver>>
  const withBystander = (flow: readonly FlowNode[]) => {
    const other: Record<string, string> = {
      trigger: 'trigger2',
      template: 'template2',
      sender: 'sender2',
      webhook: 'webhook2',
    }
    const copies = flow
      .filter(({ id }) => id in other)
      .map((node) => ({ ...node, id: other[node.id]!, z: 'tab2', name: `${node.type} 2` }) as FlowNode)
    for (const copy of copies) {
      if (copy.type === 'artifact-event') Object.assign(copy, { pattern: '^other$', wires: [['template2']] })
      if (copy.type === 'payload-template') Object.assign(copy, { wires: [['sender2']] })
      if (copy.type === 'webhook-sender') Object.assign(copy, { webhook: 'webhook2' })
      if (copy.type === 'automation-webhook') Object.assign(copy, { url: bystander.url, z: undefined, accessToken: '' })
    }
    return [...flow, { id: 'tab2', type: 'tab', label: 'bystander' }, ...copies]
  }
  beforeEach(async () => {
    bystander = await site.newReceiver()
  })

  it('#52 take in events at every moment of a loop of full, flows and nodes deploys, and send each of them once', async () => {
    site.receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 20))
    let flow = automation(site.receiver.url, { hook: { timeout: '31' } })
    await site.start(flow)
    const accepted: string[] = []
    let deploying = true
    const posting = async (name: string) => {
      for (let index = 0; deploying; index += 1) {
        await site.accept(`${name}-${index}`)
        accepted.push(`${name}-${index}`)
        await passed(5)
      }
    }
    const done = Promise.all(['a', 'b', 'c'].map(posting))
    for (let round = 0; round < 16; round += 1) {
      const type = (['full', 'flows', 'nodes', 'reload'] as const)[round % 4]!
      flow = change(flow, round % 2 === 0 ? 'sender' : 'trigger', { name: `round ${round}` })
      if (round % 3 === 0) flow = change(flow, 'webhook', { timeout: String(30 + round) })
      await site.deploy(flow, type)
      await passed(50)
    }
    deploying = false
    await done
    assert.ok(accepted.length > 50, `${accepted.length} events were posted meanwhile`)
    await site.arrived(accepted)
    await site.until('pending', 0)
    assert.deepEqual(site.receiver.requests.map(eventOf).sort(), accepted.sort())
  })

  /** Ways on which a message comes to a sender without a wire that leads there. Each holds it in the node `slow`. */
  const part = (node: FlowNode): FlowNode => ({ ...node, z: 'part', x: 100, y: 100 })
  const slow = (wires: string[]): FlowNode => ({
    id: 'slow',
    type: 'function',
    name: '',
    func: '',
    outputs: 1,
    wires: [wires],
  })
  const definition = (first: string, more: object = {}): FlowNode => ({
    ...{ id: 'part', type: 'subflow', name: 'part', env: [], out: [] },
    in: [{ x: 50, y: 50, wires: [{ id: first }] }],
    ...more,
  })
  const instance = (wires: string[] = []): FlowNode => ({
    id: 'instance',
    type: 'subflow:part',
    name: '',
    wires: [wires],
  })
  const end = () => sender({ wires: [[], []] })
  const ways: [string, () => FlowNode[]][] = [
    [
      'in a subflow',
      () => [
        trigger({ wires: [['slow']] }),
        slow(['instance']),
        instance(),
        definition('template'),
        part(template(TEMPLATE)),
        part(end()),
      ],
    ],
    [
      'behind a subflow',
      () => [
        trigger({ wires: [['instance']] }),
        instance(['sender']),
        definition('slow', { out: [{ x: 300, y: 50, wires: [{ id: 'template', port: 0 }] }] }),
        part(slow(['template'])),
        part(template(TEMPLATE, { wires: [[]] })),
        end(),
      ],
    ],
    [
      'of a trigger in a subflow',
      () => [
        instance(),
        definition('slow', { in: [] }),
        part(trigger({ wires: [['slow']] })),
        part(slow(['template'])),
        part(template(TEMPLATE)),
        part(end()),
      ],
    ],
    [
      'behind a link call',
      () => [
        trigger({ wires: [['call']] }),
        {
          id: 'call',
          type: 'link call',
          name: '',
          links: ['called'],
          linkType: 'static',
          timeout: '30',
          wires: [['sender']],
        },
        { id: 'called', type: 'link in', name: '', links: [], wires: [['slow']] },
        slow(['template']),
        template(TEMPLATE, { wires: [['back']] }),
        { id: 'back', type: 'link out', name: '', mode: 'return', links: [], wires: [] },
        end(),
      ],
    ],
    [
      'behind a complete node',
      () => [
        trigger({ wires: [['template']] }),
        template(TEMPLATE, { wires: [['slow']] }),
        slow([]),
        { id: 'complete', type: 'complete', name: '', scope: ['slow'], uncaught: false, wires: [['sender']] },
        end(),
      ],
    ],
  ]
  for (const [what, nodes] of ways) {
    it(`#52 are made of events that a deploy caught on their way to a sender ${what}`, async () => {
      const flow = onTab([source(), ...nodes(), webhook(site.receiver.url)])
      const slowly = (func: string) => change(flow, 'slow', { func })
      // a function that calls done by hand holds the message, and what completes it, until it is called
      await site.start(slowly('return null; node.done()'))
      await site.accept('caught')
      await site.deploy(slowly('node.send(msg); node.done()'))
      await site.arrived(['caught'])
      assert.equal(site.receiver.requests.length, 1)
    })
  }

  it('#53 go to the new URL with the new secret and the payload they had when the webhook is changed and renamed', async () => {
    const place = await site.newReceiver()
    const flow = [
      ...automation(site.receiver.url, { hook: { accessToken: secretId('TOKEN') } }),
      { ...secret('TOKEN'), credentials: { value: 'old-token' } },
    ]
    await site.start()
    await site.deploy(flow)
    await queue()
    const changed = change(change(flow, 'webhook', { name: 'renamed', url: place.url }), 'template', {
      template: '{"event": "of another template"}',
    })
    await site.deploy(change(changed, secretId('TOKEN'), { credentials: { value: 'new-token' } }))
    await site.arrived(['one', 'two'], place)
    assert.equal(site.receiver.requests.length, 0)
    for (const { headers } of place.requests) assert.equal(headers['authorization'], 'Bearer new-token')
  })

  it('#53 go with the new value of a secret when nothing but that is deployed', async () => {
    const names = ['TOKEN', 'GRANTED', 'SIGNING']
    const secrets = (value: string) =>
      names.map((name) => ({ ...secret(name), credentials: { value: `${value}-${name.toLowerCase()}` } }))
    const flow = automation(site.receiver.url, {
      text: '{"event": "${event.event_id}", "granted": "${GRANTED}"}',
      hook: {
        accessToken: secretId('TOKEN'),
        secrets: [secretId('GRANTED')],
        signing: 'github',
        signingSecret: secretId('SIGNING'),
      },
    })
    await site.start()
    await site.deploy([...flow, ...secrets('old')])
    await site.accept('before')
    await site.arrived(['before'])
    await queue()
    for (const changed of secrets('new')) {
      const others = secrets('old').filter(({ id }) => id !== changed.id)
      // as the editor does, the values of the others are left out
      await site.deploy([...flow, changed, ...others.map(({ credentials: _, ...node }) => node)], 'nodes')
    }
    await resume()
    await site.arrived(['one', 'two'])
    for (const { headers, body } of site.receiver.requests.slice(1)) {
      assert.equal(headers['authorization'], 'Bearer new-token')
      assert.equal(JSON.parse(body.toString()).granted, 'new-granted')
      const digest = createHmac('sha256', 'new-signing').update(body).digest('hex')
      assert.equal(headers['x-hub-signature-256'], `sha256=${digest}`)
    }
  })

  for (const [what, id] of [
    ['sender', 'sender'],
    ['webhook', 'webhook'],
  ] as const) {
    it(`#54 are kept and can be seen while their ${what} is deleted, and go out when that is undone`, async () => {
      const flow = withBystander(automation(site.receiver.url))
      await site.start(flow)
      await queue()
      await site.deploy(change(flow, id, null))
      if (id === 'sender') await resume()
      await meanwhile('later')
      const rows = await site.until('pending', 2)
      assert.deepEqual(rows.map((row) => row.event_id).sort(), ['one', 'two'])
      assert.equal(site.receiver.requests.length, 0)

      await site.deploy(flow)
      if (id === 'webhook') await resume()
      await site.arrived(['one', 'two'])
    })
  }

  for (const [what, id, off, on] of [
    ['sender is disabled', 'sender', { d: true }, { d: false }],
    ['webhook is disabled', 'webhook', { d: true }, { d: false }],
    ['tab is disabled', 'tab', { disabled: true }, { disabled: false }],
  ] as const) {
    it(`#55 wait while their ${what}, and go out when it is enabled`, async () => {
      const flow = withBystander(automation(site.receiver.url))
      await site.start(flow)
      await queue()
      await site.deploy(change(flow, id, off))
      if (id !== 'webhook') await resume()
      await meanwhile('later')
      await site.until('pending', 2)
      assert.equal(site.receiver.requests.length, 0)

      await site.deploy(change(flow, id, on))
      if (id === 'webhook') await resume()
      await site.arrived(['one', 'two'])
    })
  }

  it('#55 wait while the subflow they come from is disabled where it stands, and go out when it is enabled', async () => {
    const inSubflow = onTab([
      source(),
      trigger({ wires: [['instance']] }),
      instance(),
      definition('template'),
      part(template(TEMPLATE)),
      part(end()),
      webhook(site.receiver.url),
    ])
    const flow = withBystander(inSubflow)
    await site.start(flow)
    await queue()
    const { automations } = await site.admin<{ automations: { senders: object[] }[] }>('GET', '/automations')
    assert.deepEqual(automations[0]?.senders, [{ id: 'instance-sender', name: 'send', webhook: 'webhook' }])
    await site.deploy(change(flow, 'instance', { d: true }))
    await resume()
    await meanwhile('later')
    await site.until('pending', 2)
    assert.equal(site.receiver.requests.length, 0)

    await site.deploy(flow)
    await site.arrived(['one', 'two'])
  })

  it('#56 wait while the flow came without its credentials, say which is missing, and go out with it, never without', async () => {
    const flow = withBystander([
      ...automation(site.receiver.url, { hook: { accessToken: secretId('TOKEN') } }),
      secret('TOKEN'),
    ])
    await site.start(flow)
    await site.nodeRed.listen()
    await site.accept('one')
    await meanwhile('later')
    const { fill } = await site.shows('sender', /secret TOKEN missing/)
    assert.equal(fill, 'red')
    await site.until('pending', 1)
    assert.equal(site.receiver.requests.length, 0)

    await site.deploy(change(flow, secretId('TOKEN'), { credentials: { value: 'token-1' } }))
    await site.arrived(['one'])
    for (const { headers } of site.receiver.requests) assert.equal(headers['authorization'], 'Bearer token-1')
  })

  it('#57 wait while the key of the credentials file is lost, and go out when it is back', async () => {
    const flow = withBystander([
      ...automation(site.receiver.url, { hook: { accessToken: secretId('TOKEN') } }),
      { ...secret('TOKEN'), credentials: { value: 'token-1' } },
    ])
    await site.start()
    await site.deploy(flow)
    await queue()
    await resume()
    await site.arrived(['one', 'two'])
    await site.nodeRed.stop()

    await site.start(undefined, { settings: { credentialSecret: 'another' } })
    await site.nodeRed.logged(/credentials/i, PATIENCE)
    await site.accept('three')
    await meanwhile('later')
    await site.until('pending', 1)
    assert.equal(site.receiver.requests.length, 2)
    await site.nodeRed.stop()

    await site.start()
    await site.arrived(['three'])
    for (const { headers } of site.receiver.requests) assert.equal(headers['authorization'], 'Bearer token-1')
  })
})

describe('Node-RED that is told to end', () => {
  const site = useSite()

  it('#64 by SIGTERM in the middle of a burst is gone in seconds, with a store in order, and sends the rest later', async () => {
    site.receiver.answer((_request, response) => setTimeout(() => response.end('ok'), 50))
    const nodeRed = await site.start(automation(site.receiver.url))
    const posted = Array.from({ length: 150 }, (_, index) => `e${index}`)
    assert.equal((await site.post(posted.map((event_id) => event({ event_id })))).status, 202)
    await site.receiver.received(20, undefined, PATIENCE)
    await nodeRed.stop()
    assert.equal(nodeRed.exitCode, 0)
    assert.throws(() => process.kill(nodeRed.pid, 0), { code: 'ESRCH' })

    const again = await site.start()
    await site.arrived(posted)
    await site.until('pending', 0)
    assert.ok(!again.log.some((line) => UNCLEAN.test(line)), 'it was closed in order')
    await site.kill()
    const killed = await site.start()
    await killed.logged(UNCLEAN, PATIENCE)
  })

  it('#19 and whose store is copied to another place sends there what was pending, and nothing that was done', async () => {
    site.receiver.answer((request, response) => {
      response.statusCode = eventOf(request) === 'pending' ? 503 : 200
      response.end()
    })
    const flow = automation(site.receiver.url, { hook: { schedule: EACH_SECOND } })
    await site.start(flow)
    for (const id of ['done', 'pending']) await site.accept(id)
    await site.until('delivered', 1)
    await site.nodeRed.stop()
    cpSync(site.userDir, `${site.userDir}-copy`, { recursive: true })
    rmSync(path.join(site.storeDir), { recursive: true })
    cpSync(path.join(`${site.userDir}-copy`, 'artifact-automations'), site.storeDir, { recursive: true })
    rmSync(`${site.userDir}-copy`, { recursive: true })

    site.receiver.answer((_request, response) => response.end('ok'))
    await site.start(onTab(flow))
    await site.until('delivered', 2)
    assert.equal(site.receiver.requests.filter((request) => eventOf(request) === 'done').length, 1)
  })
})
