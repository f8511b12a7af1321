import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

interface Used {
  id: string
  used_by: { id: string; as?: string }[]
}

/**
 * Node-RED replaces what is wholly `${NAME}` by a variable of a subflow's instance, a group, a flow or the process. Lists
 * name what really runs, as deliveries and explanations do.
 */
describe('the lists of flows that take properties from variables', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const call = async (route: string) => (await nodeRed.fetch(`/artifact-automations/${route}`)).json()
  const inPart = (node: FlowNode): FlowNode => ({ ...node, z: 'part', ...('wires' in node && { x: 0, y: 0 }) })
  const variable = (name: string, value: string, type = 'str') => ({ name, type, value })
  const instance = (id: string, env: object[]): FlowNode => ({
    id,
    type: 'subflow:part',
    z: 'tab',
    x: 0,
    y: 0,
    wires: [],
    env,
  })

  const flow = (hook: object = {}) => [
    {
      id: 'part',
      type: 'subflow',
      name: 'part',
      in: [],
      out: [],
      env: [variable('PATTERN', '^never$'), variable('HOOK', 'webhook', 'conf-type')],
    },
    inPart(trigger({ source: '${FROM}', pattern: '${PATTERN}', name: '${NAME}' })),
    inPart(template('{"a": "${alias}"}')),
    inPart(sender({ webhook: '${HOOK}', wires: [[], []] })),
    instance('first', [
      variable('PATTERN', '^production$'),
      variable('NAME', 'one'),
      variable('FROM', 'source', 'conf-type'),
    ]),
    instance('second', [
      variable('HOOK', 'other', 'conf-type'),
      variable('NAME', 'two'),
      variable('FROM', 'source', 'conf-type'),
    ]),
    source(),
    webhook(receiver.url, hook),
    webhook(receiver.url, { id: 'other' }),
    secret('TOKEN'),
  ]

  it('name sources, webhooks and patterns of each instance of a subflow', async () => {
    await nodeRed.load(flow())
    const { automations } = (await call('automations')) as { automations: Record<string, unknown>[] }
    assert.deepEqual(
      automations.map(({ id, name, source, pattern, senders }) => ({ id, name, source, pattern, senders })),
      [
        {
          id: 'first-trigger',
          name: 'one',
          source: 'source',
          pattern: '^production$',
          senders: [{ id: 'first-sender', name: 'send', webhook: 'webhook' }],
        },
        {
          id: 'second-trigger',
          name: 'two',
          source: 'source',
          pattern: '^never$',
          senders: [{ id: 'second-sender', name: 'send', webhook: 'other' }],
        },
      ],
    )
    const { webhooks } = (await call('webhooks')) as { webhooks: Used[] }
    assert.deepEqual(
      webhooks.map(({ id, used_by }) => ({ id, used_by })),
      [
        { id: 'webhook', used_by: [{ id: 'first-trigger', name: 'one' }] },
        { id: 'other', used_by: [{ id: 'second-trigger', name: 'two' }] },
      ],
    )
    await nodeRed.fetch('/artifact-events', { body: event({ alias: 'production' }) })
    await receiver.received(1)
    const { deliveries } = (await call('deliveries')) as { deliveries: { automation: object; webhook: object }[] }
    assert.deepEqual(
      deliveries.map(({ automation, webhook }) => [automation, webhook]),
      [
        [
          { id: 'first-trigger', name: 'one' },
          { id: 'webhook', name: 'receiver' },
        ],
      ],
    )
  })

  it('name the secret that a variable of the process names', async () => {
    process.env['TOKEN_ID'] = secretId('TOKEN')
    try {
      await nodeRed.load(flow({ accessToken: '${TOKEN_ID}' }), { [secretId('TOKEN')]: { value: 'value of token' } })
      const { secrets } = (await call('secrets')) as { secrets: Used[] }
      assert.deepEqual(
        secrets.map(({ id, used_by }) => [id, used_by.map((use) => [use.id, use.as])]),
        [[secretId('TOKEN'), [['webhook', 'access token']]]],
      )
    } finally {
      delete process.env['TOKEN_ID']
    }
  })
})
