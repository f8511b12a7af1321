import assert from 'node:assert/strict'
import fc from 'fast-check'
import { isoTime } from '../../dist/lib/iso-time.js'

const LATEST = 8.64e15

describe('the text of a time', () => {
  it('is what a Date gives, for all that a Date can be, in any order (property)', () => {
    const near = fc.integer({ min: 1_795_000_000_000, max: 1_795_000_003_000 })
    const any = fc.integer({ min: -LATEST, max: LATEST })
    fc.assert(
      fc.property(fc.array(fc.oneof(near, any), { minLength: 1 }), (times) => {
        for (const at of times) assert.equal(isoTime(at), new Date(at).toISOString(), String(at))
      }),
    )
  })

  for (const at of [0, -1, 999, 1000, -LATEST, LATEST, 253_402_300_799_999, 253_402_300_800_000]) {
    it(`of ${at} is right`, () => assert.equal(isoTime(at), new Date(at).toISOString()))
  }

  for (const at of [Number.NaN, Number.POSITIVE_INFINITY, LATEST + 1000]) {
    it(`of ${at} is an error, as with a Date`, () => {
      assert.throws(() => isoTime(at), RangeError)
      assert.equal(isoTime(1_795_000_000_000), '2026-11-18T11:06:40.000Z')
    })
  }
})
