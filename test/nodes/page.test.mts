import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Delivery } from '../../dist/lib/delivery/delivery.js'
import type { DeliveryEngine } from '../../dist/lib/engine/engine.js'
import { mergedPage } from '../../dist/nodes/runtime/admin/page.js'

interface Row {
  readonly id: string
  readonly created_at: string
}

/** A store as `mergedPage` sees it: rows in the store's own order, and the place of the last row as the cursor. */
const storeOf = (rows: readonly Row[]) => rows as unknown as DeliveryEngine

async function list(engine: DeliveryEngine, { limit, before }: { limit: number; before?: string }) {
  const rows = engine as unknown as readonly Row[]
  const start = before === undefined ? 0 : Number(before)
  const page = rows.slice(start, start + limit) as unknown as Delivery[]
  return { rows: page, next: start + limit < rows.length ? String(start + limit) : null }
}

async function allPages(stores: readonly (readonly Row[])[], limit: number): Promise<string[]> {
  const ids: string[] = []
  let before: string | null = ''
  for (let page = 0; before !== null && page < 100; page += 1) {
    const query = { limit: String(limit), ...(before && { before }) }
    const answer = await mergedPage(stores.map(storeOf), query, list)
    ids.push(...answer.rows.map(({ id }) => id))
    before = answer.next
  }
  return ids
}

const at = (ms: number) => new Date(1_800_000_000_000 + ms).toISOString()

describe('a page over several stores', () => {
  it('keeps the order of a store whose rows were made in the same millisecond', async () => {
    const rows = ['c', 'b', 'a'].map((id) => ({ id, created_at: at(0) }))
    for (const limit of [1, 2, 3]) assert.deepEqual(await allPages([rows, []], limit), ['c', 'b', 'a'])
  })

  it('has every row once, each store in its own order, whatever the clock said', async () => {
    const times = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(times, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        async (all, limit) => {
          const stores = all.map((of, store) =>
            of.map((ms, place) => ({ id: `${store}.${place}`, created_at: at(ms) })),
          )
          const ids = await allPages(stores, limit)
          for (const [store, rows] of stores.entries()) {
            assert.deepEqual(
              ids.filter((id) => id.startsWith(`${store}.`)),
              rows.map(({ id }) => id),
            )
          }
        },
      ),
    )
  })

  it('leaves out a store that cannot be read, but for when it is the only one', async () => {
    const bad = Object.assign([{ id: 'bad', created_at: at(9) }], { problem: { code: 'store_corrupt' } })
    const one = [5, 3].map((ms) => ({ id: `one ${ms}`, created_at: at(ms) }))
    assert.deepEqual(await allPages([bad, one], 1), ['one 5', 'one 3'])
    assert.deepEqual(await allPages([bad], 1), ['bad'])
    assert.deepEqual(await allPages([bad, bad], 1), ['bad', 'bad'])
  })

  it('is newest first', async () => {
    const one = [5, 3, 1].map((ms) => ({ id: `one ${ms}`, created_at: at(ms) }))
    const two = [6, 2].map((ms) => ({ id: `two ${ms}`, created_at: at(ms) }))
    assert.deepEqual(await allPages([one, two], 2), ['two 6', 'one 5', 'one 3', 'two 2', 'one 1'])
  })
})
