// The time of one page of history, by the number of deliveries in the store.
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { percentile } from './measures.mjs'

const require = createRequire(import.meta.url)

const FILTERS = [
  {},
  { status: 'failed' },
  { automation: 'automation-3' },
  { webhook: 'webhook-2' },
  { event_id: 'event-500' },
]

/** Deliveries of 10 automations to 5 webhooks, every hundredth of them failed, written by SQLite itself. */
function fill(file, rows) {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA synchronous = OFF')
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO deliveries (id, event_id, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name,
      status, attempts, status_code, duration_ms, created_at, finished_at)
    SELECT 'dlv_' || i, 'event-' || i, 'automation-' || (i % 10), 'A', 'webhook-' || (i % 5), 'W', 'sender', 'S',
      iif(i % 100 = 0, 2, 1), 1, 200, 12, 1700000000000 + i, 1700000000012 + i FROM n`)
  db.close()
}

/** @returns p50 and the slowest of 50 pages of 50 rows for each filter, in milliseconds */
export async function history(rows) {
  const { SqliteStore } = require('../../dist/lib/store/sqlite/store.js')
  const folder = await mkdtemp(path.join(tmpdir(), 'automations-history-'))
  const file = path.join(folder, 'store.db')
  const start = { now: Date.now(), suspectWithin: 0, rerouteWithin: 0 }
  try {
    const fresh = new SqliteStore({ path: file })
    await fresh.open(start)
    await fresh.close({ now: Date.now(), suspectSince: Date.now(), started: [] })
    fill(file, rows)
    const store = new SqliteStore({ path: file })
    await store.open(start)
    const took = []
    for (const filter of FILTERS) {
      let before
      for (let page = 0; page < 50; page += 1) {
        const began = performance.now()
        const { next } = await store.deliveries(filter, { limit: 50, ...(before && { before }) })
        took.push(performance.now() - began)
        if (next === null) break
        before = next
      }
    }
    await store.close({ now: Date.now(), suspectSince: Date.now(), started: [] })
    took.sort((a, b) => a - b)
    return { p50: percentile(took, 0.5), slowest: took.at(-1) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
