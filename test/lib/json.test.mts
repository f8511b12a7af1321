import assert from 'node:assert/strict'
import fc from 'fast-check'
import { fits } from '../../dist/lib/json.js'

const ANY = Number.POSITIVE_INFINITY

/** A value whose members tell when they are looked at. */
function watched(members: Record<string, unknown>): { readonly value: Record<string, unknown>; looks: number } {
  const seen = { value: {} as Record<string, unknown>, looks: 0 }
  for (const [name, member] of Object.entries(members)) {
    const get = () => {
      seen.looks += 1
      return member
    }
    Object.defineProperty(seen.value, name, { enumerable: true, get })
  }
  return seen
}

describe('whether a value can be written as JSON of so many characters', () => {
  it('is never denied to what JSON.stringify writes with as many', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        assert.equal(fits(value, { depth: ANY, size: JSON.stringify(value).length }), true)
      }),
      { numRuns: 2_000 },
    )
    for (const value of [
      new Date(),
      [new Date(), new Date()],
      [{ toJSON: () => 5 }, { toJSON: () => ({}) }],
      [[], {}],
    ]) {
      assert.equal(fits(value, { depth: ANY, size: JSON.stringify(value).length }), true, JSON.stringify(value))
    }
  })

  it('is denied to a circle before much of it was looked at', () => {
    const event = watched({ event_type: 'LINK_ARTIFACT', alias: 'production', note: 'x' })
    event.value['itself'] = event.value
    assert.equal(fits(event.value, { depth: ANY, size: 1_048_576 }), false)
    assert.ok(event.looks <= 6, `${event.looks} looks`)

    const round: Record<string, unknown> = {}
    round['next'] = Array.from({ length: 500 }, () => ({})).reduce((inner) => ({ inner }), round)
    assert.equal(fits(round, { depth: ANY, size: 1_048_576 }), false)
  })

  it('is denied to the same thing in a billion places before more was looked at than may be written', () => {
    const leaf = watched({ a: 1 })
    let value: unknown = leaf.value
    for (let level = 0; level < 40; level += 1) value = [value, value]
    assert.equal(fits(value, { depth: ANY, size: 100_000 }), false)
    assert.ok(leaf.looks <= 20_000, `${leaf.looks} looks`)
  })

  it('is not denied to the same thing in two places', () => {
    const shared = { a: [1] }
    assert.equal(fits({ one: shared, two: shared, three: [shared, shared] }, { depth: ANY, size: 100 }), true)
  })

  it('is denied to what is nested deeper, and asks toJSON once, as JSON.stringify does', () => {
    assert.equal(fits([[1]], { depth: 2, size: 100 }), true)
    assert.equal(fits([[[]]], { depth: 2, size: 100 }), false)
    let asked = 0
    const odd: object = {
      toJSON() {
        asked += 1
        return odd
      },
    }
    assert.equal(fits(odd, { depth: ANY, size: 1_000 }), true)
    assert.equal(asked, 1)
  })
})
