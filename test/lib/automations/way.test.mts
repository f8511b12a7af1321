import assert from 'node:assert/strict'
import type { SavedNode } from '../../../dist/lib/automations/flow/graph.js'
import type { WebhookView } from '../../../dist/lib/automations/flow/sender-judge.js'
import { AutomationError } from '../../../dist/lib/error.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { event as eventWith, filter, sender, source, template, trigger } from '../../nodes/automation.mts'
import { automationOf, WELL } from './flows.mts'

const event = { event_id: 'e', event_time: '2026-11-23T10:00:00Z', ...eventWith() } as unknown as ArtifactEvent

const tab = (more: object = {}) => ({ id: 'tab', type: 'tab', label: 'models', ...more })
const onTab = (...nodes: SavedNode[]): SavedNode[] => [
  tab(),
  ...nodes.map((node) => ('wires' in node && !('z' in node) ? { ...node, z: 'tab' } : node)),
]
const node = (type: string, id: string, more: object = {}): SavedNode => ({ id, type, name: '', wires: [], ...more })
const quiet = (more: object = {}) => sender({ wires: [[], []], ...more })

const look = (flow: readonly SavedNode[], webhook: () => WebhookView | null = () => WELL) =>
  automationOf(flow, { webhook }).follow(event)
const path = (flow: readonly SavedNode[]) => look(flow).steps.map(({ node: { id }, verdict }) => `${id} ${verdict}`)

describe('what stands after a trigger', () => {
  it('is judged by the code of each node: filters, templates and senders', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['filter']] }),
      filter([{ pattern: '^staging$' }, { pattern: '^prod', label: 'live' }], {
        wires: [['no'], ['template'], ['rest']],
      }),
      template('{"alias": "${alias}", "tag": "${tag}", "key": "${KEY}"}'),
      quiet(),
      node('debug', 'no'),
      node('debug', 'rest'),
    )
    const { steps, payloads } = look(flow)
    const body = '{"alias": "production", "tag": "", "key": "${KEY}"}'
    assert.deepEqual(steps, [
      {
        node: { id: 'filter', type: 'alias-filter', name: '' },
        verdict: 'passes',
        reason: 'The alias is `production`, and the rule `live` matches it.',
      },
      {
        node: { id: 'template', type: 'payload-template', name: '' },
        verdict: 'passes',
        reason: `The template makes ${body.length} characters of it; the event has no value for \`tag\`, which stays empty.`,
      },
      {
        node: { id: 'sender', type: 'webhook-sender', name: 'send' },
        verdict: 'sends',
        reason: `It sends ${body.length} bytes to the webhook \`receiver\`.`,
      },
    ])
    assert.deepEqual(payloads, [
      {
        sender: { id: 'sender', name: 'send' },
        webhook: { id: 'webhook', name: 'receiver' },
        sends: true,
        body,
        missing: ['tag'],
      },
    ])
  })

  it('is the whole event when the trigger is wired straight to a sender', () => {
    const { payloads } = look(onTab(source(), trigger({ wires: [['sender']] }), quiet()))
    assert.deepEqual(JSON.parse(payloads[0]?.body ?? ''), event)
  })

  it('goes all the ways that a filter with checkAll opens, and each branch once', () => {
    const rules = [{ pattern: 'prod' }, { pattern: '^p' }, { pattern: 'x' }]
    const flow = (checkAll: boolean) =>
      onTab(
        source(),
        trigger({ wires: [['filter']] }),
        filter(rules, { checkAll, wires: [['a', 'b'], ['b', 'c'], ['d'], []] }),
        ...['a', 'b', 'c', 'd'].map((id) => quiet({ id })),
      )
    assert.deepEqual(path(flow(true)), ['filter passes', 'a sends', 'b sends', 'c sends'])
    assert.deepEqual(path(flow(false)), ['filter passes', 'a sends', 'b sends'])
  })

  for (const [what, rules, more, expected, reason] of [
    [
      'no rule, and no output for the rest',
      [{ pattern: 'x' }],
      { otherwise: false, wires: [['sender']] },
      'drops',
      /^The alias is `production`; no rule matches it, and there is no output for the rest\.$/,
    ],
    [
      'no rule, and an output for the rest',
      [{ pattern: 'x' }],
      { wires: [[], ['sender']] },
      'passes',
      /; no rule matches it, so it leaves by the output for the rest\.$/,
    ],
    [
      'several rules',
      [{ pattern: 'p' }, { pattern: 'o' }],
      { checkAll: true, wires: [['sender'], [], []] },
      'passes',
      /, and the rules `p` and `o` match it\.$/,
    ],
    ['a pattern that RE2 refuses', [{ pattern: '(?=x)' }], { wires: [['sender']] }, 'drops', /Rule 1/],
  ] as const) {
    it(`is told of a filter with ${what}`, () => {
      const flow = onTab(source(), trigger({ wires: [['filter']] }), filter([...rules], more), quiet())
      const { steps } = look(flow)
      assert.equal(steps[0]?.verdict, expected)
      assert.match(steps[0]?.reason ?? '', reason)
      assert.equal(steps.length, expected === 'drops' ? 1 : 2)
    })
  }

  for (const [what, more, code] of [
    [
      'has a missing value and says that this is an error',
      { template: '{"t": "${tag}"}', missing: 'error' },
      'variable_missing',
    ],
    ['is none', { template: '{"a": ${' }, 'template_invalid'],
    ['is no text', { template: 5 }, 'template_invalid'],
  ] as const) {
    it(`ends at a template that ${what}, and the sender behind it is told of the error`, () => {
      const flow = onTab(
        source(),
        trigger(),
        template('', { ...more, wires: [['junction']] }),
        node('junction', 'junction', { wires: [['sender']] }),
        quiet(),
      )
      const { steps, payloads } = look(flow)
      assert.deepEqual(
        steps.map(({ node: { id }, verdict }) => [id, verdict]),
        [['template', 'drops']],
      )
      const [payload] = payloads
      assert.deepEqual(
        [payloads.length, payload?.sender.id, payload?.sends, payload?.body],
        [1, 'sender', false, undefined],
      )
      assert.equal(payload?.error?.code, code)
      assert.equal(payload?.error?.message, steps[0]?.reason)
    })
  }

  const NO_VALUE = new AutomationError('secret_missing', 'The secret has no value.')
  const REFUSAL = new AutomationError('secret_unknown', 'The payload uses ${KEY}, and the webhook grants none.')
  for (const [what, more, webhook, verdict, sends, reason] of [
    ['live', {}, WELL, 'sends', true, /^It sends 2 bytes to the webhook `receiver`\.$/],
    [
      'in a dry run',
      { mode: 'dry-run' },
      WELL,
      'sends',
      true,
      /^It is a dry run: it shows the 2 bytes that would go to the webhook `receiver`, and sends nothing\.$/,
    ],
    [
      'whose webhook cannot send now',
      {},
      { ...WELL, problem: NO_VALUE },
      'sends',
      true,
      /^It keeps 2 bytes for the webhook `receiver`, which cannot send now: The secret has no value\.$/,
    ],
    [
      'whose webhook is gone',
      {},
      null,
      'sends',
      true,
      /^It keeps 2 bytes for its webhook, which does not exist or is disabled; they wait until it is there\.$/,
    ],
    ['in a dry run whose webhook is gone', { mode: 'dry-run' }, null, 'drops', false, /webhook is disabled/],
    [
      'in a dry run whose webhook cannot send now, so that nothing can be shown',
      { mode: 'dry-run' },
      { ...WELL, problem: NO_VALUE },
      'drops',
      false,
      /^The secret has no value\.$/,
    ],
    ['without a webhook', { webhook: '' }, null, 'drops', false, /No webhook is chosen/],
    ['with a mode that is none', { mode: 'dryrun' }, WELL, 'drops', false, /neither live nor dry-run/],
    ['whose webhook would refuse the payload', {}, { ...WELL, refusal: () => REFUSAL }, 'drops', false, /grants none/],
  ] as const) {
    it(`is told of a sender ${what}`, () => {
      const { steps, payloads } = look(onTab(source(), trigger(), template('{}'), quiet(more)), () => webhook)
      const [, step] = steps
      assert.equal(step?.verdict, verdict)
      assert.match(step?.reason ?? '', reason)
      assert.equal(payloads[0]?.sends, sends)
    })
  }

  it('is not followed behind a sender, whose outputs depend on an answer', () => {
    const flow = onTab(
      source(),
      trigger(),
      template('{}'),
      sender({ wires: [['other'], ['other']] }),
      quiet({ id: 'other' }),
    )
    assert.deepEqual(path(flow), ['template passes', 'sender sends'])
  })

  it('is unknown at a node of another kind and after it, up to the senders', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['change']] }),
      node('function', 'change', { name: 'add owner', wires: [['filter'], ['template']] }),
      filter([{ pattern: 'x' }], { wires: [['sender'], []] }),
      template('{}'),
      quiet(),
    )
    const { steps, payloads } = look(flow)
    assert.deepEqual(
      steps.map(({ node: { id }, verdict }) => `${id} ${verdict}`),
      ['change unknown', 'filter unknown', 'sender unknown', 'template unknown'],
    )
    assert.equal(steps[0]?.reason, 'Nobody knows what the function node `add owner` makes of a message.')
    const because = 'It stands after the function node `add owner`, and nobody knows what that makes of a message.'
    assert.deepEqual([steps[1]?.reason, steps[2]?.reason], [because, because])
    assert.deepEqual(payloads, [
      {
        sender: { id: 'sender', name: 'send' },
        webhook: { id: 'webhook', name: 'receiver' },
        sends: null,
        missing: [],
        error: { code: 'payload_unknown', message: because },
      },
    ])
  })

  it('ends at a debug node, of which everybody knows what it does', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['filter']] }),
      filter([{ pattern: '^x$' }], { wires: [['sender'], ['shown']], otherwise: true }),
      node('debug', 'shown', { name: 'No rule', wires: [] }),
      quiet(),
    )
    const { steps } = look(flow)
    assert.equal(steps.at(-1)?.reason, 'It ends at the debug node `No rule`, which shows it and sends it nowhere.')
  })

  it('is unknown at complete nodes', () => {
    const flow = onTab(
      source(),
      trigger(),
      template('{}', { wires: [] }),
      node('complete', 'done', { scope: ['template'], wires: [['sender']] }),
      quiet(),
    )
    assert.deepEqual(path(flow), ['template passes', 'done unknown', 'sender unknown'])
  })

  it('follows link nodes, junctions, and calls that return, and lists none of them', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['call']] }),
      node('link call', 'call', { linkType: 'static', links: ['entry'], wires: [['out']] }),
      node('link in', 'entry', { links: ['call'], wires: [['template']] }),
      template('{}', { wires: [['back']] }),
      node('link out', 'back', { mode: 'return', links: [] }),
      node('link out', 'out', { mode: 'link', links: ['in', 'gone'] }),
      node('link in', 'in', { wires: [['junction']] }),
      node('junction', 'junction', { wires: [['sender']] }),
      quiet(),
    )
    assert.deepEqual(path(flow), ['template passes', 'sender sends'])
  })

  it('ends where a link returns that nobody called', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['back']] }),
      node('link out', 'back', { mode: 'return', links: ['in'] }),
      node('link in', 'in', { wires: [['sender']] }),
      quiet(),
    )
    assert.deepEqual(path(flow), [])
  })

  it('does not know which link a call leads to that only its messages know', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['call']] }),
      node('link call', 'call', { linkType: 'dynamic', links: [], wires: [['sender']] }),
      quiet(),
    )
    assert.deepEqual(path(flow), ['call unknown', 'sender unknown'])
  })

  it('follows subflows by their ports, also one in another, and straight through', () => {
    const inner = [
      {
        id: 'inner',
        type: 'subflow',
        name: 'inner',
        in: [{ wires: [{ id: 'pick' }, { id: 'inner' }] }],
        out: [{ wires: [{ id: 'pick', port: 1 }] }, { wires: [{ id: 'inner', port: 0 }] }],
      },
      filter([{ pattern: '^prod' }], { id: 'pick', z: 'inner', wires: [['lost'], []] }),
      quiet({ id: 'lost', z: 'inner' }),
    ]
    const outer = [
      {
        id: 'outer',
        type: 'subflow',
        name: 'outer',
        in: [{ wires: [{ id: 'nested' }] }],
        out: [{ wires: [{ id: 'nested', port: 1 }] }],
      },
      { id: 'nested', type: 'subflow:inner', z: 'outer', wires: [['wrong'], []] },
      quiet({ id: 'wrong', z: 'outer' }),
    ]
    const flow = [
      ...onTab(
        source(),
        trigger({ wires: [['box']] }),
        node('subflow:outer', 'box', { wires: [['template']] }),
        template('{}'),
        quiet(),
      ),
      ...inner,
      ...outer,
    ]
    assert.deepEqual(path(flow), ['box-nested-pick passes', 'box-nested-lost sends', 'template passes', 'sender sends'])
  })

  for (const [what, change, id, reason] of [
    [
      'a node',
      (flow: SavedNode[]) => flow.map((node) => (node.id === 'template' ? { ...node, d: true } : node)),
      'template',
      'The node is disabled.',
    ],
    [
      'a flow',
      (flow: SavedNode[]) => [
        ...flow.map((node) => (['in', 'template'].includes(node.id) ? { ...node, z: 'other' } : node)),
        tab({ id: 'other', label: 'sending', disabled: true }),
      ],
      'in',
      'The flow `sending`, in which it stands, is disabled.',
    ],
    [
      'a link node',
      (flow: SavedNode[]) => flow.map((node) => (node.id === 'in' ? { ...node, d: true } : node)),
      'in',
      'The node is disabled.',
    ],
  ] as const) {
    it(`ends at ${what} that is disabled`, () => {
      const flow = onTab(
        source(),
        trigger({ wires: [['out']] }),
        node('link out', 'out', { mode: 'link', links: ['in'] }),
        node('link in', 'in', { wires: [['template']] }),
        template('{}'),
        quiet(),
      )
      assert.deepEqual(
        look(change(flow)).steps.map(({ node, verdict, reason }) => [node.id, verdict, reason]),
        [[id, 'drops', reason]],
      )
    })
  }

  it('is judged as if it were enabled where the automation itself is disabled with its flow', () => {
    const flow = onTab(source(), trigger({ d: true }), template('{}'), quiet()).map((node) =>
      node.id === 'tab' ? { ...node, disabled: true } : node,
    )
    assert.deepEqual(path(flow), ['template passes', 'sender sends'])
  })

  it('comes to an end in any circle: of wires, of links, of calls that call themselves, of a subflow that holds itself', () => {
    const flow = [
      ...onTab(
        source(),
        trigger({ wires: [['a', 'call', 'self']] }),
        node('junction', 'a', { wires: [['b', 'template']] }),
        node('link out', 'b', { mode: 'link', links: ['in'] }),
        node('link in', 'in', { wires: [['a']] }),
        template('{}', { wires: [['a', 'sender']] }),
        node('link call', 'call', { linkType: 'static', links: ['called'], wires: [['call']] }),
        node('link in', 'called', { wires: [['call', 'back']] }),
        node('link out', 'back', { mode: 'return' }),
        node('subflow:loop', 'self', { wires: [['a']] }),
        quiet(),
      ),
      { id: 'loop', type: 'subflow', name: 'loop', in: [{ wires: [{ id: 'again' }] }], out: [] },
      { id: 'again', type: 'subflow:loop', z: 'loop', wires: [] },
    ]
    assert.deepEqual([...new Set(path(flow))], ['template passes', 'sender sends'])
  })

  it('takes properties of any type for what they are: no wires, no links, no ports', () => {
    const flow = onTab(
      source(),
      trigger({ wires: [['a', 5, null, 'b', 'c'], 'x'] }),
      { id: 'a', type: 'junction', z: 'tab', wires: 'nowhere' },
      { id: 'b', type: 'link out', z: 'tab', links: { x: 1 } },
      { id: 'c', type: 'subflow:broken', z: 'tab' },
      { id: 'broken', type: 'subflow', in: [null, { wires: 'x' }, { wires: [null, { id: 5 }] }], out: 'x' },
    )
    assert.deepEqual(path(flow), [])
  })
})
