import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { collects, event, filter, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

interface Condition {
  name: string
  met: boolean | null
  reason: string
}

interface Row {
  id: string
  name: string
  enabled: boolean
  fires: boolean
  conditions: Condition[]
  path: { node: { id: string; type: string; name: string }; verdict: string; reason: string }[]
  deliveries: { id: string; status: string }[]
}

interface Answer {
  source: string | null
  received_at: string | null
  event: { event_id: string; entity_name: string }
  automations: Row[]
  note: string[]
}

describe('the explanation of an event', () => {
  const nodeRed = useNodeRed()
  let receiver: Receiver
  beforeEach(async () => {
    receiver = await Receiver.listen()
  })
  afterEach(() => receiver.close())

  const call = async (route: string, body?: unknown) => {
    const response = await nodeRed.fetch(`/artifact-automations${route}`, body === undefined ? {} : { body })
    return { status: response.status, body: await response.json() }
  }
  const post = (more: object = {}) => nodeRed.fetch('/artifact-events', { body: event(more) })
  const explain = async (eventId: string, from = 'source'): Promise<Answer> => {
    const { status, body } = await call(`/events/explain?source=${encodeURIComponent(from)}&event_id=${eventId}`)
    assert.equal(status, 200, JSON.stringify(body))
    return body
  }
  const typed = async (body: object): Promise<Answer> => {
    const answer = await call('/events/explain', body)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  const unmet = ({ conditions }: Row) => conditions.filter(({ met }) => met === false).map(({ name }) => name)
  const automation = (more: readonly FlowNode[] = []) => [
    source(),
    trigger({ wires: [['filter']] }),
    filter([{ pattern: '^prod' }], { wires: [['template'], []] }),
    template('{"alias": "${alias}", "key": "${KEY}"}'),
    sender(),
    webhook(receiver.url, { secrets: [secretId('KEY')] }),
    secret('KEY'),
    collects('delivered'),
    collects('failed'),
    ...more,
  ]
  const KEYS = { [secretId('KEY')]: { value: 'value of the key' } }
  const other = (id: string, more: object) => trigger({ id, name: `on ${id}`, wires: [['template']], ...more })

  it('says of every automation of its source whether it fired, on which condition it failed, and what came of it', async () => {
    await nodeRed.load(
      automation([
        other('staging', { pattern: '^staging' }),
        other('elsewhere', { project: 'dataset' }),
        other('deaf', { source: 'second' }),
        source({ id: 'second', path: '/second' }),
      ]),
      KEYS,
    )
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const answer = await explain('e1')
    assert.equal(answer.source, 'source')
    assert.ok(Date.parse(answer.received_at ?? '') > Date.now() - 60_000)
    assert.equal(answer.event.event_id, 'e1')
    assert.deepEqual(
      answer.automations.map((row) => [row.id, row.enabled, row.fires, unmet(row)]),
      [
        ['trigger', true, true, []],
        ['staging', true, false, ['pattern']],
        ['elsewhere', true, false, ['scope']],
      ],
    )
    const [fired, staging] = answer.automations as [Row, Row]
    assert.deepEqual(
      fired.path.map(({ node, verdict }) => `${node.type} ${verdict}`),
      ['alias-filter passes', 'payload-template passes', 'webhook-sender sends'],
    )
    assert.deepEqual(
      fired.deliveries.map(({ status }) => status),
      ['delivered'],
    )
    assert.deepEqual([staging.path, staging.deliveries], [[], []])
    assert.equal(
      staging.conditions.find(({ name }) => name === 'pattern')?.reason,
      'The alias is `production`; the pattern `^staging` does not match it.',
    )
    assert.ok(!JSON.stringify(answer).includes('value of the key'))
  })

  it('is that nothing was for it when no automation took it', async () => {
    await nodeRed.load(automation(), KEYS)
    await post({ event_id: 'e1', alias: 'staging' })
    const { automations } = await explain('e1')
    assert.deepEqual(
      automations.map((row) => [row.fires, unmet(row), row.deliveries]),
      [[false, ['pattern'], []]],
    )
  })

  for (const [what, more, flow, reason] of [
    ['disabled', { d: true }, {}, /^The automation is disabled\.$/],
    ['red for its pattern', { pattern: '(?!x)' }, {}, /^The automation cannot work: .*(lookahead|RE2)/s],
    ['red for its events', { events: [] }, {}, /^The automation cannot work: .*choose at least one event/],
    [
      'on a flow that is disabled',
      { z: 'off' },
      { id: 'off', type: 'tab', label: 'old models', disabled: true },
      /^The flow `old models`, in which the automation stands, is disabled\.$/,
    ],
  ] as const) {
    it(`says of an automation that is ${what} that it did not fire, and why`, async () => {
      const more_ = 'id' in flow ? [flow as FlowNode] : []
      await nodeRed.load(automation([other('broken', more), ...more_]), KEYS)
      await post({ event_id: 'e1' })
      const { automations } = await explain('e1')
      const row = automations.find(({ id }) => id === 'broken')
      assert.deepEqual([row?.fires, row?.path, row && unmet(row)], [false, [], ['enabled']])
      assert.match(row?.conditions[0]?.reason ?? '', reason)
    })
  }

  it('says of an automation that was deployed later that the event came before', async () => {
    await nodeRed.load(automation([other('old', { pattern: 'x' })]), KEYS)
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    await nodeRed.redeploy(automation([other('old', {}), other('new', {})]), KEYS)
    const { automations } = await explain('e1')
    const reason = (id: string) => automations.find((row) => row.id === id)?.conditions[0]?.reason ?? ''
    assert.equal(reason('trigger'), 'The automation is enabled.', 'it was not changed')
    for (const id of ['old', 'new'])
      assert.match(reason(id), /it has been at work since .*; the event came before that/)
  })

  it('says of a sample that its button sends it whatever the trigger asks for', async () => {
    await nodeRed.load(automation([other('more', {})]), KEYS)
    const { body } = await call('/events/sample', { node: 'trigger' })
    const answer = await explain(body.event_id, 'sample:trigger')
    assert.deepEqual(
      answer.automations.map(({ id, fires }) => [id, fires]),
      [['trigger', true]],
    )
    assert.deepEqual([...new Set(answer.automations[0]?.conditions.slice(1).map(({ met }) => met))], [null])
  })

  it('says of a typed event what would happen, and of one that came before that it is a duplicate', async () => {
    await nodeRed.load(automation(), KEYS)
    const fresh = await typed({ event: event({ event_id: 'e1' }), source: 'source' })
    assert.deepEqual([fresh.source, fresh.received_at, fresh.note], ['source', null, []])
    assert.equal(fresh.automations[0]?.fires, true)
    await post({ event_id: 'e1' })
    await nodeRed.messages('delivered')
    const again = await typed({ event: event({ event_id: 'e1' }), source: 'source' })
    assert.match(again.note[0] ?? '', /has seen the event_id before, at .*duplicate/)
    assert.deepEqual(
      again.automations[0]?.deliveries.map(({ status }) => status),
      ['delivered'],
    )
  })

  it('asks every automation when no source is told, and takes what a source would give to an event', async () => {
    const second = source({ id: 'second', path: '/second', entity: 'team', project: 'wandb-registry-model' })
    await nodeRed.load(automation([second, other('other', { source: 'second', entity: 'team' })]), KEYS)
    const { automations } = await typed({ event: event() })
    assert.deepEqual(
      automations.map(({ id, fires }) => [id, fires]),
      [
        ['trigger', true],
        ['other', false],
      ],
    )
    const { entity_name: _, project_name: __, ...bare } = event()
    const filled = await typed({ event: bare, source: 'second' })
    assert.equal(filled.event.entity_name, 'team')
    assert.deepEqual(
      filled.automations.map(({ id, fires }) => [id, fires]),
      [['other', true]],
    )
  })

  it('knows an automation in a subflow by each of its instances', async () => {
    const inPart = (node: FlowNode): FlowNode => ({ ...node, z: 'part', ...('wires' in node && { x: 0, y: 0 }) })
    const instance = (id: string, more: object = {}): FlowNode => ({
      id,
      type: 'subflow:part',
      z: 'tab',
      x: 0,
      y: 0,
      wires: [],
      ...more,
    })
    await nodeRed.load([
      source(),
      { id: 'part', type: 'subflow', name: 'part', env: [], in: [], out: [] },
      inPart(trigger()),
      inPart(template('{}')),
      inPart(sender({ wires: [[], []] })),
      inPart(webhook(receiver.url)),
      instance('one'),
      instance('two', { d: true }),
      collects('unused'),
    ])
    await post({ event_id: 'e1' })
    await receiver.received(1)
    const { automations } = await explain('e1')
    assert.deepEqual(
      automations.map(({ id, fires, path, deliveries }) => [
        id,
        fires,
        path.map(({ node }) => node.id),
        deliveries.length,
      ]),
      [
        ['one-trigger', true, ['one-template', 'one-sender'], 1],
        ['two-trigger', false, [], 0],
      ],
    )
  })

  it('judges nodes as an editor holds them, among deployed configuration', async () => {
    await nodeRed.load(automation(), KEYS)
    const nodes = [
      trigger({ pattern: '^x', wires: [['new']] }),
      other('unsaved', { wires: [['new']] }),
      template('{"a": "${tag}"}', { id: 'new', missing: 'error', wires: [['dry']] }),
      sender({ id: 'dry', mode: 'dry-run' }),
    ]
    const { automations } = await typed({ event: event(), nodes })
    assert.deepEqual(
      automations.map(({ id, fires, path }) => [id, fires, path.map(({ node, verdict }) => `${node.id} ${verdict}`)]),
      [
        ['trigger', false, []],
        ['unsaved', true, ['new drops']],
      ],
    )
    const hook = webhook(receiver.url, { id: 'typed', name: 'typed', accessToken: secretId('NOBODY') })
    const straight = [other('unsaved', { wires: [['sender']] }), sender({ webhook: 'typed' }), hook]
    const answer = await typed({ event: event(), nodes: straight })
    assert.match(
      answer.automations[0]?.path[0]?.reason ?? '',
      /for the webhook `typed`, which cannot send now: The secret/,
    )
  })

  it('shows no variable of the environment to somebody who may only ask', async () => {
    process.env['TEST_VARIABLE'] = 'only-for-the-owner'
    try {
      const flow = automation().map((node) => (node.id === 'filter' ? { ...node, name: '${TEST_VARIABLE}' } : node))
      await nodeRed.load([...flow, other('known', { collection: '${TEST_VARIABLE}' })], KEYS)
      const kinds = [
        other('known', { pattern: '${TEST_VARIABLE}', wires: [['filter', 'template', 'sender']] }),
        filter([], { rules: '${TEST_VARIABLE}', wires: [[], []] }),
        template('${TEST_VARIABLE}'),
        sender({ mode: '${TEST_VARIABLE}' }),
        webhook('${TEST_VARIABLE}', { headers: '${TEST_VARIABLE}', service: '${TEST_VARIABLE}' }),
        source({ entity: '${TEST_VARIABLE}' }),
      ]
      for (const kind of kinds) {
        for (const property of Object.keys(kind).filter((name) => !['id', 'type', 'wires', 'z'].includes(name))) {
          const nodes = kinds.map((node) => (node === kind ? { ...node, [property]: '${TEST_VARIABLE}' } : node))
          const { entity_name: _, ...bare } = event()
          const answers = [
            await call('/events/explain', { event: event(), nodes }),
            await call('/events/explain', { event: bare, nodes, source: 'source' }),
            await call('/automations/backtest', { automation: 'known', nodes }),
          ]
          const isShown = JSON.stringify(answers).includes('only-for-the-owner')
          // the deployed trigger has the same variable in the same place
          assert.equal(isShown, kind.id === 'known' && property === 'collection', `${kind.type}.${property}`)
        }
      }
      // what is deployed is in force as it is
      const { automations } = await typed({ event: event({ artifact_collection_name: 'only-for-the-owner' }) })
      assert.equal(automations.find(({ id }) => id === 'known')?.fires, true)
    } finally {
      delete process.env['TEST_VARIABLE']
    }
  })

  it('names the secret that a webhook does not grant', async () => {
    const flow = automation().map((node) => (node.id === 'webhook' ? { ...node, secrets: [] } : node))
    await nodeRed.load(flow, KEYS)
    const { automations } = await typed({ event: event() })
    const last = automations[0]?.path.at(-1)
    assert.equal(last?.verdict, 'drops')
    assert.match(last?.reason ?? '', /\$\{KEY\}.*grants no secret/)
  })

  it('answers 400 or 404 to what it cannot explain, with words and the path', async () => {
    await nodeRed.load(automation(), KEYS)
    const bad: [object | string, number, string][] = [
      ['', 400, 'source'],
      ['?source=source', 400, 'event_id'],
      ['?source=source&event_id=nope', 404, 'event_id'],
      ['?source=nope&event_id=nope', 404, 'event_id'],
      [{}, 400, 'event'],
      [{ event: 5 }, 400, 'event'],
      [{ event: [] }, 400, 'event'],
      [{ event: { ...event(), alias: '' } }, 400, 'event.alias'],
      [{ event: { ...event(), event_time: 'now' } }, 400, 'event.event_time'],
      [{ event: event(), source: 'nope' }, 404, 'source'],
      [{ event: event(), source: 'trigger' }, 404, 'source'],
      [{ event: event(), source: 5 }, 400, 'source'],
      [{ event: event(), nodes: {} }, 400, 'nodes'],
      [{ event: event(), nodes: [] }, 400, 'nodes'],
      [{ event: event(), nodes: [5] }, 400, 'nodes[0]'],
      [{ event: event(), nodes: [trigger(), { id: 'x' }] }, 400, 'nodes[1].type'],
      [{ event: event(), nodes: [trigger(), { type: 'x' }] }, 400, 'nodes[1].id'],
      [{ event: event(), nodes: [trigger(), trigger()] }, 400, 'nodes[1].id'],
      [{ event: event(), nodes: [template('{}')] }, 400, 'nodes'],
    ]
    for (const [input, status, path] of bad) {
      const words = JSON.stringify(input)
      const answer =
        typeof input === 'string' ? await call(`/events/explain${input}`) : await call('/events/explain', input)
      assert.equal(answer.status, status, words)
      assert.equal(answer.body.error.details[0].path, path, words)
      assert.match(answer.body.error.message, /^.{10,}\.$/s, words)
    }
  })

  it('takes nodes with any property for what they are, and never fails for one', async () => {
    await nodeRed.load(automation(), KEYS)
    const values = [5, null, true, 'x', [], [5], {}, { a: 1 }, '${X}']
    const kinds = [
      trigger({ wires: [['filter', 'template', 'sender']] }),
      filter([{ pattern: 'p' }], { wires: [['sender'], []] }),
      template('{}'),
      sender(),
      webhook('http://localhost/'),
      source(),
    ]
    for (const [place, kind] of kinds.entries()) {
      for (const property of Object.keys(kind).filter((name) => !['id', 'type'].includes(name))) {
        for (const value of values) {
          const nodes = kinds.map((node, index) => (index === place ? { ...node, [property]: value } : node))
          const { status, body } = await call('/events/explain', { event: event(), nodes })
          assert.equal(status, 200, `${kind.type}.${property} = ${JSON.stringify(value)}: ${JSON.stringify(body)}`)
        }
      }
    }
  })

  it('stores nothing and sends nothing, whatever is asked', async () => {
    await nodeRed.load(automation(), KEYS)
    await typed({ event: event({ event_id: 'typed' }) })
    await typed({ event: event({ event_id: 'typed' }), source: 'source', nodes: [trigger(), template('{}'), sender()] })
    assert.deepEqual((await call('/events')).body.events, [])
    assert.deepEqual((await call('/deliveries')).body.deliveries, [])
    assert.equal(receiver.requests.length, 0)
  })
})
