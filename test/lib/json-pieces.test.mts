import assert from 'node:assert/strict'
import fc from 'fast-check'
import { JsonText, jsonPieces } from '../../dist/lib/json-pieces.js'

const whole = (value: unknown) => [...jsonPieces(value)].join('')

describe('JSON in pieces', () => {
  it('is what JSON.stringify writes, for every value', () => {
    const anything = fc.anything({ maxDepth: 4, withDate: true, withSparseArray: true, withNullPrototype: true })
    fc.assert(fc.property(anything, (value) => assert.equal(whole(value), JSON.stringify(value) ?? 'null')))
  })

  it('holds what is JSON already as it stands', () => {
    const text = '{"n": 1E20, "s": "\\ud800"}'
    assert.equal(whole({ a: [new JsonText(text)], b: new JsonText('null') }), `{"a":[${text}],"b":null}`)
  })

  it('is of pieces of a bounded length, of which only what is asked for is made', () => {
    let made = 0
    const list = Array.from({ length: 1_000 }, () => ({
      toJSON: () => {
        made += 1
        return 'x'.repeat(10_000)
      },
    }))
    const pieces = jsonPieces(list)
    const { value } = pieces.next()
    assert.ok(String(value).length < 100_000)
    assert.ok(made < 20, `${made}`)
    for (const piece of pieces) assert.ok(piece.length < 100_000)
    assert.ok(made >= 1_000)
  })

  it('is no deeper a call for a deeper value', () => {
    let deep: unknown = 'end'
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { a: deep }
    assert.equal(whole(deep).length, 100_000 + 50_000 * 5 + 5 + 50_000)
  })
})
