import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import type { SweepCursor } from '../../../dist/lib/store/store.js'
import { delivered, end, event, NOON, record, start } from './make.mts'

describe('the space of the SQLite store', () => {
  let dir: string
  let path: string
  let store: SqliteStore

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'artifact-space-'))
    path = join(dir, 'store.db')
    store = new SqliteStore({ path, ballastBytes: 4096 })
    await store.open(start())
  })
  afterEach(async () => {
    await close().catch(() => {})
    rmSync(dir, { recursive: true })
  })

  /** An hour later, when no event is in the flows any more. */
  const close = () => store.close(end(NOON + 3_600_000))

  /** What a query finds in the file after the store was closed. */
  async function find(sql: string): Promise<unknown[]> {
    await close()
    const db = new DatabaseSync(path, { readOnly: true })
    const rows = db.prepare(sql).all()
    db.close()
    return rows.flatMap((row) => Object.values(row))
  }
  const put = (id: string) => store.putEvents([{ source: 'src', event: event(id), receivedAt: NOON, routed: true }])

  it('has an event once, however many deliveries are made of it', async () => {
    await put('stored')
    for (const id of ['1', '2']) await store.enqueue(record(id, { event: event('stored') }))
    await store.enqueue(record('3', { event: event('made by a flow') }))
    const events = await find('SELECT event FROM bodies ORDER BY seq')
    assert.deepEqual(events, [null, null, JSON.stringify(event('made by a flow'))])
  })

  it('is given back, table by table, when old history is swept', async () => {
    const payload = Buffer.alloc(8_000, 'x')
    for (let index = 0; index < 200; index++) {
      await put(`e${index}`)
      const { claimed } = await store.enqueue(record(`${index}`, { event: event(`e${index}`), payload, claim: true }))
      await store.record(delivered(claimed!))
    }
    await close()
    const full = statSync(path).size
    assert.ok(full > 200 * 8_000, `${full} bytes`)

    await store.open(start())
    let from: SweepCursor | null = null
    do {
      const before = NOON + 1_000
      const slice = await store.sweep({ deliveriesBefore: before, eventsBefore: before, from, limit: 20 })
      from = slice.next
    } while (from !== null)
    const rows = ['deliveries', 'bodies', 'attempts', 'events'].map((table) => `(SELECT count(*) FROM ${table})`)
    // the newest of each stays, so that its number is not given again
    assert.deepEqual(
      await find(`SELECT ${rows.map((count, index) => `${count} AS n${index}`).join(', ')}`),
      [1, 1, 1, 1],
    )
    const left = statSync(path).size
    assert.ok(left < full / 4, `${left} of ${full} bytes are left`)
  })
})
