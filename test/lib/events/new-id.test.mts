import assert from 'node:assert/strict'
import fc from 'fast-check'
import { newEventId, timeIn } from '../../../dist/lib/events/new-id.js'

const time = fc.integer({ min: 0, max: 2 ** 48 - 1 })

describe('the id of an event that came without one', () => {
  it('is a UUID of version 7, of its time, and no two are the same', () => {
    fc.assert(
      fc.property(time, (at) => {
        const [id, other] = [newEventId(new Date(at)), newEventId(new Date(at))]
        assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        assert.equal(Number.parseInt(timeIn(id), 16), at)
        assert.notEqual(id, other)
      }),
    )
  })

  it('sorts after those that were made before', () => {
    fc.assert(
      fc.property(time, time, (a, b) => {
        if (a < b) assert.ok(newEventId(new Date(a)) < newEventId(new Date(b)))
      }),
    )
  })
})

describe('the time in an id', () => {
  for (const id of [
    '',
    '0',
    'run-1',
    '01939f5e-2c4a-4abc-8def-0123456789ab',
    '01939f5e-2c4a-7abc-8def-0123456789abc',
  ]) {
    it(`is none in ${JSON.stringify(id)}`, () => assert.equal(timeIn(id), ''))
  }
})
