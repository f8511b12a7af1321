import assert from 'node:assert/strict'
import helper from 'node-red-node-test-helper'
import { event, secret, secretId, source, trigger } from './automation.mts'
import { useNodeRed } from './harness.mts'

describe('events that are posted while flows are redeployed', () => {
  const nodeRed = useNodeRed()
  const credentials = { [secretId('INGEST')]: { value: 'right' } }
  const flow = [source({ auth: 'bearer', secret: secretId('INGEST') }), secret('INGEST'), trigger({ wires: [[]] })]

  it('are authenticated with the secret of before, while its node is being made anew', async () => {
    await nodeRed.load(flow, credentials)
    const { _events: events } = helper as unknown as { _events: NodeJS.EventEmitter }
    const post = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await nodeRed.fetch('/artifact-events', { body: event(), headers })).status
    }
    // Node-RED waits for nobody here, so the posts are under way when the old nodes are gone
    const during: Promise<number>[] = []
    const stopped = () => during.push(post('right'), post('wrong'))
    events.on('flows:stopping', stopped)
    events.on('flows:stopped', stopped)
    for (let round = 0; round < 5; round += 1) {
      await helper.setFlows(
        [{ id: 'tab', type: 'tab', label: `round ${round}` }, ...flow] as never,
        'full',
        credentials as never,
      )
    }
    events.off('flows:stopping', stopped)
    events.off('flows:stopped', stopped)
    assert.deepEqual(await Promise.all(during), Array(10).fill([202, 401]).flat())
  })
})
