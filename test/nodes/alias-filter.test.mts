import assert from 'node:assert/strict'
import { catches, collects, event, filter } from './automation.mts'
import { useNodeRed } from './harness.mts'

describe('alias-filter', () => {
  const nodeRed = useNodeRed()
  const rules = [
    { pattern: '^production$', label: 'live' },
    { pattern: '^(staging|prod)', label: 'early' },
  ]
  const outputs = ['live', 'early', 'otherwise']
  const flow = (more: object = {}) => [
    filter(rules, { outputs: 3, wires: outputs.map((id) => [id]), ...more }),
    ...outputs.map(collects),
    collects('caught'),
    catches(),
  ]
  const send = (alias: string, more: object = {}) => {
    const sent = event({ event_id: `e-${alias}`, alias, ...more })
    nodeRed.node('filter').receive({ payload: sent, event: sent } as never)
  }

  it('sends an event to the first rule that fits its alias', async () => {
    await nodeRed.load(flow())
    send('production')
    send('staging-eu')
    send('v3')
    const rest = (await nodeRed.messages('otherwise'))[0]! as { event: { alias: string } }
    assert.equal(rest.event.alias, 'v3')
    assert.equal((await nodeRed.messages('early')).length, 1)
    assert.equal((await nodeRed.messages('live')).length, 1)
  })

  it('sends it to every rule that fits when all are to be checked', async () => {
    await nodeRed.load(flow({ checkAll: true }))
    send('production')
    assert.equal((await nodeRed.messages('live')).length, 1)
    assert.equal((await nodeRed.messages('early')).length, 1)
    assert.equal(nodeRed.received('otherwise').length, 0)
  })

  it('looks at the tag of a tag event', async () => {
    await nodeRed.load(flow())
    send('', { event_type: 'ADD_ARTIFACT_TAG', tag: 'staging' })
    assert.equal((await nodeRed.messages('early')).length, 1)
  })

  it('drops what no rule takes when there is no otherwise', async () => {
    await nodeRed.load(flow({ otherwise: false, outputs: 2, wires: [['live'], ['early']] }))
    send('v3')
    send('production')
    await nodeRed.messages('live')
    assert.equal(nodeRed.received('early').length + nodeRed.received('otherwise').length, 0)
  })

  it('refuses a pattern that RE2 refuses, in words, and gives messages to Catch', async () => {
    await nodeRed.load([
      filter([{ pattern: '(?=prod)', label: '' }], { wires: [['live']] }),
      ...outputs.map(collects),
      collects('caught'),
      catches(),
    ])
    send('production')
    const { error } = (await nodeRed.messages('caught')).at(-1)! as { error: { code: string; message: string } }
    assert.equal(error.code, 'pattern_invalid')
    assert.match(error.message, /look/i)
    assert.equal(nodeRed.received('live').length, 0)
  })
})
