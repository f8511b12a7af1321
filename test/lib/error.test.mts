import assert from 'node:assert/strict'
import { AutomationError, isStoreFailure } from '../../dist/lib/error.js'
import { knownCode } from '../../dist/lib/error-codes.js'

describe('an error', () => {
  it('has a code of the table: another one does not compile', () => {
    // @ts-expect-error the compiler refuses a code that the table does not have; this is what the type is for
    assert.throws(() => new AutomationError('path_takn', 'The path is taken.'))
  })

  it('has values of names that the table has', () => {
    const error = new AutomationError('path_taken', 'The path /a is taken.', { values: { path: '/a' } })
    assert.deepEqual(error.values, { path: '/a' })
    // @ts-expect-error no sentence of the table tells a "pth"
    assert.ok(new AutomationError('path_taken', 'The path /a is taken.', { values: { pth: '/a' } }))
  })

  it('says by its code what a node shows and whether it may pass, unless it knows better', () => {
    const { statusText, retryable } = new AutomationError('store_corrupt', 'It is damaged.')
    assert.deepEqual([statusText, retryable], ['store is damaged', false])
    const passing = new AutomationError('store_unavailable', 'It is locked.')
    assert.deepEqual([passing.statusText, passing.retryable], ['store unavailable', true])
    const lasting = new AutomationError('store_unavailable', 'It is of a newer version.', { retryable: false })
    assert.equal(lasting.retryable, false)
  })

  for (const [code, failure] of [
    ['store_unavailable', true],
    ['store_corrupt', true],
    ['store_missing', false],
    ['store_invalid', false],
    ['internal', false],
  ] as const) {
    it(`${code} is ${failure ? 'a' : 'no'} failure of a store`, () => {
      assert.equal(isStoreFailure(new AutomationError(code, 'Something.')), failure)
    })
  }

  it('of another version of this package is internal here; a name that every object has is none of its codes', () => {
    assert.deepEqual(['path_taken', 'of_tomorrow', 'constructor', ''].map(knownCode), [
      'path_taken',
      'internal',
      'internal',
      'internal',
    ])
  })
})
