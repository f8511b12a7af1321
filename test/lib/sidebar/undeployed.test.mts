import assert from 'node:assert/strict'
import type { SavedNode } from '../../../dist/lib/automations/flow/graph.js'
import { automationsWith, differences } from '../../../dist/nodes/automations/undeployed.js'

/** Everything that an automation can be made of, and a second one that shares only the webhook with it. */
const FLOWS: readonly SavedNode[] = [
  { id: 'tab', type: 'tab', label: 'One', disabled: false, env: [] },
  { id: 'far', type: 'tab', label: 'Far' },
  { id: 'group', type: 'group', z: 'tab', env: [{ name: 'A', value: '1', type: 'str' }], nodes: ['inner-group'] },
  { id: 'inner-group', type: 'group', z: 'tab', g: 'group', nodes: ['trigger'] },
  { id: 'source', type: 'source-config', secret: 'source-secret' },
  { id: 'source-secret', type: 'secret-config' },
  { id: 'hook', type: 'hook-config', secret: '', secrets: ['granted'], tls: 'tls' },
  { id: 'granted', type: 'secret-config' },
  { id: 'tls', type: 'tls-config' },
  {
    id: 'trigger',
    type: 'artifact-event',
    z: 'tab',
    g: 'inner-group',
    source: 'source',
    wires: [['filter']],
    pattern: '',
    d: undefined,
  },
  { id: 'filter', type: 'alias-filter', z: 'tab', wires: [['junction'], ['call']] },
  { id: 'junction', type: 'junction', z: 'tab', wires: [['out']] },
  { id: 'out', type: 'link out', z: 'tab', links: ['in'] },
  { id: 'in', type: 'link in', z: 'far', links: ['out'], wires: [['instance']] },
  { id: 'instance', type: 'subflow:made', z: 'far', env: [], wires: [['send']] },
  {
    id: 'made',
    type: 'subflow',
    env: [],
    in: [{ wires: [{ id: 'inner' }] }],
    out: [{ wires: [{ id: 'inner', port: 0 }] }],
  },
  { id: 'inner', type: 'payload-template', z: 'made', template: '{}', wires: [[]] },
  { id: 'beside', type: 'debug', z: 'made', wires: [] },
  { id: 'send', type: 'webhook-sender', z: 'far', webhook: 'hook', wires: [['debug'], []] },
  { id: 'debug', type: 'debug', z: 'far', wires: [] },
  { id: 'call', type: 'link call', z: 'tab', linkType: 'static', links: ['called'], wires: [[]] },
  { id: 'called', type: 'link in', z: 'far', wires: [['return']] },
  { id: 'return', type: 'link out', z: 'far', mode: 'return', links: [] },
  { id: 'second-tab', type: 'tab', label: 'Two' },
  { id: 'second', type: 'artifact-event', z: 'second-tab', source: 'second-source', wires: [['second-send']] },
  { id: 'second-send', type: 'webhook-sender', z: 'second-tab', webhook: 'hook', wires: [[], []] },
  { id: 'second-source', type: 'source-config' },
  { id: 'unused', type: 'secret-config' },
]

const REFERENCES: Readonly<Record<string, readonly string[]>> = {
  'artifact-event': ['source'],
  'webhook-sender': ['webhook'],
  'source-config': ['secret'],
  'hook-config': ['secret', 'secrets', 'tls'],
}
const referencesOf = (node: SavedNode) =>
  (REFERENCES[node.type] ?? []).flatMap((property) => [node[property] ?? []].flat().map(String))

const withTouched = (ids: readonly string[], flows = FLOWS) =>
  [...automationsWith(new Set(ids), flows, referencesOf)].sort()
const changed = (id: string, change: object) =>
  FLOWS.map((node) => (node.id === id ? ({ ...node, ...change } as SavedNode) : node))
const differing = (workspace: readonly SavedNode[]) => [...differences(FLOWS, workspace)].sort()

describe('the automations of which something is not deployed', () => {
  const OWN = [
    ...['trigger', 'filter', 'junction', 'out', 'in', 'instance', 'inner', 'send', 'debug', 'call', 'called', 'return'],
    ...['source', 'source-secret', 'tab', 'far', 'group', 'inner-group', 'made'],
  ]
  for (const id of OWN) it(`${id}: the one that it belongs to`, () => assert.deepEqual(withTouched([id]), ['trigger']))

  for (const id of ['hook', 'granted', 'tls']) {
    it(`${id}: all that send to this webhook`, () => assert.deepEqual(withTouched([id]), ['second', 'trigger']))
  }

  for (const id of ['beside', 'unused', 'nowhere']) it(`${id}: none`, () => assert.deepEqual(withTouched([id]), []))

  it('of a subflow, the instance in which it runs', () => {
    const flows: SavedNode[] = [
      { id: 'tab', type: 'tab' },
      { id: 'one', type: 'subflow:whole', z: 'tab', wires: [['after-one']] },
      { id: 'two', type: 'subflow:whole', z: 'tab', wires: [[]] },
      { id: 'after-one', type: 'debug', z: 'tab', wires: [] },
      { id: 'whole', type: 'subflow', in: [], out: [{ wires: [{ id: 'trigger', port: 0 }] }] },
      { id: 'trigger', type: 'artifact-event', z: 'whole', source: 'source', wires: [[]] },
      { id: 'source', type: 'source-config', z: 'whole' },
    ]
    for (const id of ['one', 'after-one']) assert.deepEqual(withTouched([id], flows), ['one-trigger'], id)
    for (const id of ['trigger', 'source', 'whole', 'tab']) {
      assert.deepEqual(withTouched([id], flows), ['one-trigger', 'two-trigger'], id)
    }
  })

  it('a circle of wires has an end', () => {
    assert.deepEqual(withTouched(['debug'], changed('debug', { wires: [['filter']] })), ['trigger'])
  })
})

describe('what differs between the workspace and what is deployed', () => {
  it('is nothing of what is the same', () => assert.deepEqual(differing(structuredClone([...FLOWS])), []))

  it('is what was added, and what was removed', () => {
    assert.deepEqual(differing([...FLOWS, { id: 'new', type: 'debug' }]), ['new'])
    assert.deepEqual(differing(FLOWS.filter(({ id }) => id !== 'send')), ['instance', 'send'])
  })

  const CHANGES: readonly [string, object][] = [
    ['trigger', { pattern: '^rc' }],
    ['trigger', { d: true }],
    ['trigger', { z: 'far' }],
    ['filter', { wires: [['junction'], []] }],
    ['filter', { wires: [['call'], ['junction']] }],
    ['out', { links: [] }],
    ['hook', { secrets: ['granted', 'unused'] }],
    ['inner', { template: '[]' }],
    ['made', { env: [{ name: 'B', value: '', type: 'str' }] }],
    ['made', { in: [{ wires: [] }] }],
    ['made', { out: [{ wires: [{ id: 'inner', port: 1 }] }] }],
    ['group', { env: [] }],
    ['tab', { disabled: true }],
    ['tab', { env: [{ name: 'B', value: '', type: 'str' }] }],
  ]
  for (const [id, change] of CHANGES) {
    it(`is ${id} with ${JSON.stringify(change)}`, () => {
      assert.deepEqual(differing(changed(id, change)), [id])
      // and where it is taken back behind a deploy
      assert.deepEqual([...differences(changed(id, change), FLOWS)], [id])
    })
  }

  const SAME: readonly [string, object][] = [
    ['tab', { label: 'Renamed', disabled: undefined, env: undefined }],
    ['second', { name: '', d: undefined, events: undefined, states: [] }],
    ['filter', { wires: [['junction', 'gone'], ['call'], []] }],
    ['debug', { wires: [[]] }],
    ['in', { links: ['out', 'gone'] }],
    ['made', { in: [{ x: 1, y: 2, wires: [{ id: 'inner' }] }] }],
    ['inner-group', { nodes: [], name: 'Renamed' }],
    ['debug', { type: 'unknown' }],
  ]
  for (const [id, change] of SAME) {
    it(`is not ${id} with ${JSON.stringify(change)}`, () => assert.deepEqual(differing(changed(id, change)), []))
  }

  it('is no order in which wires were drawn, and no tab or group that is new', () => {
    const drawn = (wires: string[][]) => changed('filter', { wires })
    const [one, other] = [drawn([['call', 'junction']]), drawn([['junction', 'call']])]
    assert.deepEqual([...differences(one, other)], [])
    const holders: SavedNode[] = [
      { id: 'new-tab', type: 'tab', label: 'New', disabled: false },
      { id: 'new-group', type: 'group', z: 'tab', nodes: [] },
    ]
    assert.deepEqual(differing([...FLOWS, ...holders]), [])
  })
})
