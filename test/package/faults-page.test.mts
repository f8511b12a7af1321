import assert from 'node:assert/strict'
import { faultsPage } from '../../scripts/faults/page.mts'
import { read } from './repository.mts'

describe('the page of faults', () => {
  it('is made of the titles of the tests as they are now (node scripts/with-node.cjs scripts/faults/page.mts writes it anew)', () => {
    assert.equal(read('docs/faults.md'), faultsPage())
  })
})
