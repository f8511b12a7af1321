// What a management screen asks for, in a long history: statistics, searches, lists.
import { percentile } from './measures.mjs'

const HOUR_MS = 3_600_000
const DAYS = 30
const TIMES = 11

/** What every delivery is searched by, as the store writes it. */
export const TERMS = `'event-' || i || char(10) || 'churn-model' || char(10) || 'acme/wandb-registry-model/churn-model:v3'
  || char(10) || iif(i % 10 = 0, 'production', 'other-' || i) || char(10) || 'jo' || char(10) || 'dlv_' || i`

/** Every automation was busy in every hour of a month. */
export function fillStatistics(db, { automations, now }) {
  const first = Math.floor((now - DAYS * 24 * HOUR_MS) / HOUR_MS) * HOUR_MS
  const hours = `WITH RECURSIVE h (t) AS (SELECT ${first} UNION ALL SELECT t + ${HOUR_MS} FROM h WHERE t < ${now - HOUR_MS})`
  const kinds = `SELECT '' AS a, '' AS w UNION ALL SELECT id, '' FROM ids UNION ALL SELECT '', 'webhook-' || (rowid - 1) FROM ids WHERE rowid <= 5`
  db.exec('CREATE TEMP TABLE ids (id TEXT)')
  const insert = db.prepare('INSERT INTO ids VALUES (?)')
  db.exec('BEGIN')
  for (const id of automations) insert.run(id)
  db.exec('COMMIT')
  db.exec(`${hours} INSERT OR IGNORE INTO statistics SELECT a, w, t, 0, 2, 2, 0, 2, t + 5 FROM h, (${kinds})`)
  db.exec(
    `${hours} INSERT OR IGNORE INTO latencies SELECT a, w, t, b.value, 1 FROM h, (${kinds}), json_each('[3,12,40,90]') b`,
  )
}

const ROUTES = {
  'statistics of 30 days by the hour': 'statistics?bucket=hour&since=MONTH',
  'statistics of 30 days of one automation': 'statistics?bucket=hour&since=MONTH&automation=AUTOMATION',
  'a page of search that finds much': 'deliveries?search=production',
  'a page of search that finds nothing': 'deliveries?search=nowhere',
  'a page of search in events that finds nothing': 'events?search=nowhere',
  'the list of automations': 'automations',
  'the list of webhooks': 'webhooks',
  'the list of secrets': 'secrets',
}

/** @returns of each what it took in milliseconds, and the event loop's p99 meanwhile */
export async function asking(server, call, automation) {
  const found = []
  for (const [what, route] of Object.entries(ROUTES)) {
    const month = new Date(Date.now() - DAYS * 24 * HOUR_MS).toISOString()
    const asked = route.replace('MONTH', month).replace('AUTOMATION', automation)
    await call(server, asked)
    await server.look()
    const took = []
    for (let turn = 0; turn < TIMES; turn += 1) {
      const began = performance.now()
      await call(server, asked)
      took.push(performance.now() - began)
    }
    const { loopP99 } = await server.look()
    took.sort((a, b) => a - b)
    found.push({ what, p50: percentile(took, 0.5), slowest: took.at(-1), loopP99 })
  }
  return found
}
