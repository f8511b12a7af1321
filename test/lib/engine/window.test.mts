import assert from 'node:assert/strict'
import type { StoredDelivery } from '../../../dist/lib/delivery/stored.js'
import { weightOf } from '../../../dist/lib/engine/lane/weight.js'
import { BUDGET_BYTES, ByteBudget, WINDOW_SIZE, Window } from '../../../dist/lib/engine/lane/window.js'

const delivery = (metadata: unknown): StoredDelivery =>
  ({ event: { event_type: 'CREATE_ARTIFACT', artifact_metadata: metadata }, payload: Buffer.alloc(100) }) as never

describe('what a JSON value weighs', () => {
  it('is at least its text, and not much more', () => {
    const value = {
      name: 'x'.repeat(500),
      scores: [1, 2, 3],
      nested: { deep: { deeper: 'y'.repeat(300) } },
      none: null,
    }
    const text = JSON.stringify(value).length
    assert.ok(weightOf(value) >= text && weightOf(value) < 2 * text, `${weightOf(value)} of ${text}`)
  })

  it('is the most there can be when it is not looked at to its end', () => {
    const numbers = Array.from({ length: 500_000 }, (_, index) => index)
    assert.equal(weightOf(numbers), 2 * 1024 * 1024)
    assert.equal(weightOf({ notes: 'x'.repeat(1_000_000) }), 2 * 1024 * 1024)
  })
})

describe('a window', () => {
  it('is first in first out, however many went through it', () => {
    const window = new Window(new ByteBudget())
    const all = Array.from({ length: 1_000 }, (_, index) => delivery({ index }))
    const out: (StoredDelivery | undefined)[] = []
    for (const one of all) {
      window.push(one)
      if (window.size > 300) out.push(window.shift())
    }
    out.push(...window.clear())
    assert.deepEqual(out, all)
    assert.equal(window.size, 0)
    assert.equal(window.shift(), undefined)
  })

  it('is full with so many deliveries', () => {
    const window = new Window(new ByteBudget())
    for (let count = 0; count < WINDOW_SIZE; count++) {
      assert.equal(window.full, false)
      window.push(delivery({}))
    }
    assert.equal(window.full, true)
  })

  it('is full with few deliveries of large events, which take the memory of all windows', () => {
    const budget = new ByteBudget()
    const [one, other] = [new Window(budget), new Window(budget)]
    while (!one.full) one.push(delivery({ notes: 'x'.repeat(1_000_000) }))
    assert.ok(one.size <= Math.ceil(BUDGET_BYTES / 1_000_000), `${one.size}`)
    assert.equal(other.full, false, 'an empty one may always take a delivery')
    other.push(delivery({}))
    assert.equal(other.full, true)
    one.clear()
    assert.equal(other.full, false)
  })
})
