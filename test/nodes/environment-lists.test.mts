import assert from 'node:assert/strict'
import { runCommand } from '../../dist/nodes/command/command.js'
import { Receiver } from '../e2e/harness/receiver.mts'
import { event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { core, type FlowNode, NODES, useNodeRed } from './harness.mts'

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

  it('are what the command judges by too, as this Node-RED does', async () => {
    const grouped = (node: FlowNode): FlowNode => ({ ...node, z: 'place', g: 'group', x: 0, y: 0, w: 1, h: 1 })
    const third = instance('third', [variable('PATTERN', 'PATTERN', 'env'), variable('FROM', 'source', 'conf-type')])
    const inner = {
      ...grouped({ id: 'inner', type: 'group' }),
      nodes: ['deep'],
      env: [variable('OWN', 'INNER', 'env'), variable('INNER', '^stag')],
    }
    const flows = [
      ...flow(),
      { ...third, z: 'place' },
      { id: 'all', type: 'global-config', env: [variable('EVERYWHERE', '^prod'), variable('TAB', '^no')], modules: {} },
      {
        id: 'place',
        type: 'tab',
        label: 'place',
        env: [
          variable('TAB', '^production$'),
          variable('PATTERN', '^stag'),
          variable('GROUP', '^no'),
          variable('NAMED', '^prod'),
          variable('KIND', 'product'),
        ],
      },
      {
        id: 'group',
        type: 'group',
        z: 'place',
        nodes: ['own', 'outer', 'inner'],
        x: 0,
        y: 0,
        w: 1,
        h: 1,
        env: [
          variable('GROUP', '^prod'),
          variable('NAMED', 'NAMED', 'env'),
          variable('MADE', '^${KIND}ion$', 'env'),
          variable('ROUND', 'TURN', 'env'),
          variable('TURN', 'ROUND', 'env'),
          variable('JSON', '"^stag"', 'json'),
        ],
      },
      inner,
      grouped(trigger({ id: 'own', pattern: '${GROUP}', wires: [[]] })),
      grouped(trigger({ id: 'outer', pattern: '${TAB}', wires: [[]] })),
      { ...grouped(trigger({ id: 'deep', pattern: '${OWN}', wires: [[]] })), g: 'inner' },
      trigger({ id: 'everywhere', pattern: '${EVERYWHERE}', z: 'place', x: 0, y: 0, wires: [[]] }),
      trigger({ id: 'unknown', pattern: '${NOWHERE}', z: 'place', x: 0, y: 0, wires: [[]] }),
      grouped(trigger({ id: 'named', pattern: '${NAMED}', wires: [[]] })),
      grouped(trigger({ id: 'made', pattern: '${MADE}', wires: [[]] })),
      grouped(trigger({ id: 'round', pattern: 'x${ROUND}', wires: [[]] })),
      grouped(trigger({ id: 'turn', collection: '${ROUND}', pattern: '^never', wires: [[]] })),
      grouped(trigger({ id: 'json', pattern: '${JSON}', wires: [[]] })),
      grouped(trigger({ id: 'parent', pattern: '${$parent.GROUP}', wires: [[]] })),
      grouped(trigger({ id: 'process', pattern: '${OF_THE_PROCESS}', wires: [[]] })),
    ]
    process.env['OF_THE_PROCESS'] = '^stag'
    try {
      await nodeRed.load(flows, {}, [core('common/91-global-config'), ...NODES])
      for (const alias of ['production', 'staging', 'no']) {
        const asked = event({ alias, event_id: alias })
        const answer = await nodeRed.fetch('/artifact-automations/events/explain', { body: { event: asked } })
        const { automations } = (await answer.json()) as { automations: { id: string; fires: boolean }[] }
        const told = JSON.parse(commandOn(flows, asked)) as {
          events: [{ automations: { id: string; fires: boolean }[] }]
        }
        const firing = (rows: { id: string; fires: boolean }[]) =>
          rows
            .filter(({ fires }) => fires)
            .map(({ id }) => id)
            .sort()
        assert.deepEqual(firing(told.events[0].automations), firing(automations))
        if (alias === 'production')
          assert.deepEqual(firing(automations), ['everywhere', 'first-trigger', 'made', 'named', 'outer', 'own'])
        if (alias === 'staging') assert.deepEqual(firing(automations), ['deep', 'json', 'process', 'third-trigger'])
      }
    } finally {
      delete process.env['OF_THE_PROCESS']
    }
  })
})

function commandOn(flows: readonly object[], asked: object): string {
  const out: string[] = []
  runCommand(['explain', '--flows', 'flows.json', '--event', 'event.json', '--json'], {
    env: process.env,
    read: (file) => JSON.stringify(file === 'flows.json' ? flows : asked),
    now: () => new Date(),
    out: (line) => out.push(line),
    report: () => {},
  })
  return out.join('\n')
}
