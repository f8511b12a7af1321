import assert from 'node:assert/strict'
import { InFlight } from '../../../dist/lib/inbox/in-flight.js'

describe('events in the flows', () => {
  const one = { source: 's', eventId: 'e1' }
  const two = { source: 's', eventId: 'e2' }

  it('are handed over again until every automation reached a sender', () => {
    const flows = new InFlight()
    flows.handed(one, ['a', 'b'], 0)
    flows.reached(one, 'a', 10)
    assert.deepEqual(flows.unsettled(5_000), [one])
    flows.reached(one, 'b', 5_000)
    assert.deepEqual(flows.unsettled(7_001), [])
  })

  it('are remembered a moment longer, because a second branch may be just behind the first', () => {
    const flows = new InFlight({ grace: 2_000 })
    flows.handed(one, ['a'], 0)
    flows.reached(one, 'a', 100)
    assert.deepEqual(flows.unsettled(2_100), [one])
    assert.deepEqual(flows.unsettled(2_101), [])
  })

  it('are given up after the window, when a flow simply ends without a sender', () => {
    const flows = new InFlight({ window: 60_000 })
    flows.handed(one, ['a'], 0)
    flows.handed(two, ['a'], 30_000)
    assert.deepEqual(flows.unsettled(60_001), [two])
  })

  it('are nothing to remember when no automation matches', () => {
    const flows = new InFlight()
    flows.handed(one, [], 0)
    assert.equal(flows.size, 0)
  })

  it('never take more memory than the limit, the oldest going first', () => {
    const flows = new InFlight({ limit: 2 })
    for (const eventId of ['e1', 'e2', 'e3', 'e4']) flows.handed({ source: 's', eventId }, ['a'], 0)
    assert.deepEqual(
      flows.unsettled(0).map(({ eventId }) => eventId),
      ['e3', 'e4'],
    )
  })

  it('of two sources with the same id are two', () => {
    const flows = new InFlight()
    flows.handed({ source: 's', eventId: 'e' }, ['a'], 0)
    flows.handed({ source: 't', eventId: 'e' }, ['a'], 0)
    flows.reached({ source: 's', eventId: 'e' }, 'a', 0)
    assert.deepEqual(flows.unsettled(5_000), [{ source: 't', eventId: 'e' }])
  })
})
