import assert from 'node:assert/strict'
import { Receiver } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { collects, event, secret, secretId, sender, source, template, trigger, webhook } from './automation.mts'
import { type FlowNode, useNodeRed } from './harness.mts'

describe('the status of a trigger', () => {
  const nodeRed = useNodeRed()
  const GUARDED = { auth: 'bearer', secret: secretId('TOKEN') }
  const TOKEN = { [secretId('TOKEN')]: { value: 'right' } }

  const post = async (more: object = {}, token = 'right') => {
    const response = await nodeRed.fetch('/artifact-events', {
      body: event(more),
      headers: { Authorization: `Bearer ${token}` },
    })
    return response.status
  }
  const shows = (text: RegExp, fill: string, id = 'trigger') =>
    eventually(
      async () => text.test(nodeRed.statusOf(id).text ?? '') && nodeRed.statusOf(id).fill === fill,
      `${id} does not show ${text} in ${fill}`,
    )
  const flow = (more: object = {}, from: object = GUARDED): FlowNode[] => [
    source(from),
    secret('TOKEN'),
    trigger({ wires: [['out']], ...more }),
    collects('out'),
  ]

  it('says that it listens, until there is something to say', async () => {
    await nodeRed.load(flow(), TOKEN)
    await shows(/^listening$/, 'grey')
  })

  it('keeps its last event when a token is wrong, and counts who was refused', async () => {
    await nodeRed.load(flow(), TOKEN)
    assert.equal(await post(), 202)
    await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
    assert.equal(await post({}, 'wrong'), 401)
    await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d · 1 refused \d\d:\d\d$/, 'green')
    assert.equal(await post({}, 'wrong'), 401)
    await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d · 2 refused \d\d:\d\d$/, 'green')
    assert.equal(await post({ event_id: 'next' }), 202)
    await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
  })

  it('says why nobody got through, where nothing has come yet', async () => {
    await nodeRed.load(flow(), TOKEN)
    assert.equal(await post({}, 'wrong'), 401)
    await shows(/^1 refused \d\d:\d\d: unauthorized$/, 'yellow')
  })

  describe('whose source brought an event that did not fit', () => {
    const MISFITS: readonly [condition: string, settings: object, event: object][] = [
      ['alias', { pattern: '^staging$' }, {}],
      ['tag', { events: ['ADD_ARTIFACT_TAG'] }, { event_type: 'ADD_ARTIFACT_TAG', tag: 'blue' }],
      ['event', { events: ['LINK_ARTIFACT'] }, {}],
      ['registry', { project: 'dataset' }, {}],
      ['project', { scope: 'project', project: 'churn' }, {}],
      ['collection', { collection: 'fraud' }, {}],
    ]
    for (const [condition, settings, misfit] of MISFITS) {
      it(`says that it was its ${condition}`, async () => {
        await nodeRed.load(flow(settings), TOKEN)
        assert.equal(await post(misfit), 202)
        await shows(new RegExp(`^last event \\d\\d:\\d\\d did not fit: ${condition}$`), 'grey')
      })
    }

    it('says so after its own last event, and only of what came later', async () => {
      await nodeRed.load(flow(), TOKEN)
      await post({ event_id: 'misfit', alias: 'staging' })
      await shows(/^last event \d\d:\d\d did not fit: alias$/, 'grey')
      await post({ event_id: 'fits' })
      await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
      await post({ event_id: 'later', alias: 'staging' })
      await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d · \d\d:\d\d did not fit: alias$/, 'green')
    })

    it('is told by the event as it came, whatever a flow makes of it', async () => {
      const other = trigger({ id: 'spoils', pattern: '', wires: [['spoiler']] })
      await nodeRed.load([...flow({ pattern: '^staging$' }), other, collects('spoiler')], TOKEN)
      nodeRed.node('spoiler').on('input', (msg) => {
        const { event: own } = msg as unknown as { event: Record<string, unknown> }
        for (const name of Object.keys(own)) delete own[name]
      })
      await post()
      await shows(/did not fit: alias$/, 'grey')
    })
  })

  it('survives a restart of the flows, and one of Node-RED where a delivery was made', async () => {
    const receiver = await Receiver.listen()
    const whole = [
      source(GUARDED),
      secret('TOKEN'),
      trigger(),
      template('{}'),
      sender({ wires: [[], []] }),
      webhook(receiver.url),
    ]
    try {
      await nodeRed.load(whole, TOKEN)
      await post()
      await receiver.received()
      await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
      await nodeRed.redeploy(whole, TOKEN)
      await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
      await nodeRed.restart(whole, TOKEN)
      await shows(/^ADD_ARTIFACT_ALIAS · \d\d:\d\d:\d\d$/, 'green')
    } finally {
      await receiver.close()
    }
  })
})
