// What it costs to ask: explanations, statistics, searches, lists, and a backtest beside deliveries, in a long history and
// among many automations.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { asking, fillStatistics, TERMS } from './asking.mjs'
import { packageFlow } from './flows.mjs'
import { median, percentile } from './measures.mjs'
import { NodeRed } from './processes.mjs'

const TOKEN = 'bench-token'
const HOUR_MS = 3_600_000
const SOURCE = packageFlow({ url: '' }).find(({ type }) => type === 'artifact-source').id
const AUTOMATION = packageFlow({ url: '' }).find(({ type }) => type === 'artifact-event').id

/**
 * Events of about 1 KB, every tenth of which starts the first automation, half of these with a delivery of it; each of
 * them with deliveries of others.
 */
export function fill(file, { events, deliveries, ids }) {
  const db = new DatabaseSync(file)
  const now = Date.now()
  db.exec('PRAGMA synchronous = OFF')
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${events})
    INSERT INTO events (source, event_id, received_at, routed, json)
    SELECT '${SOURCE}', 'event-' || i, ${now - 29 * 24 * HOUR_MS} + i, 1, json_object(
      'event_type', 'ADD_ARTIFACT_ALIAS', 'entity_name', 'acme', 'project_name', 'wandb-registry-model',
      'event_id', 'event-' || i, 'event_time', '2026-11-24T12:00:00Z', 'event_author', 'jo',
      'artifact_collection_name', 'churn-model', 'artifact_version_string', 'acme/wandb-registry-model/churn-model:v3',
      'alias', iif(i % 10 = 0, 'production', 'other-' || i),
      'artifact_metadata', json_object('accuracy', 0.93, 'notes', printf('%.600c', 'x'))) FROM n`)
  db.exec(`
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${deliveries})
    INSERT INTO deliveries (id, event_id, event_seq, automation_id, automation_name, webhook_id, webhook_name, sender_id, sender_name,
      status, attempts, status_code, duration_ms, created_at, finished_at, terms)
    SELECT 'dlv_' || i, 'event-' || (i % ${events}), nullif(i % ${events}, 0), iif(i < ${events} AND i % 20 = 0, '${AUTOMATION}', 'other-' || (i / ${events})),
      'A', 'webhook-' || (i % 5), 'W', 'sender', 'S',
      iif(i % 100 = 0, 2, 1), 1, 200, 12, ${now - 29 * 24 * HOUR_MS} + i, ${now - 29 * 24 * HOUR_MS} + i,
      ${TERMS} FROM n`)
  fillStatistics(db, { automations: ids, now })
  db.close()
}

async function call(server, route, body) {
  const response = await fetch(server.url.replace('/artifact-events', `/artifact-automations/${route}`), {
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
    headers: { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1' },
  })
  if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`)
  return response.json()
}

async function timed(work) {
  const began = performance.now()
  const result = await work()
  return { ms: performance.now() - began, result }
}

/** @returns times in milliseconds, those of what is asked for beside the loop's p99, the loop's p99 in a backtest, and the rate of deliveries beside backtests */
export async function understand({ receiver, driver, automations, events, deliveries, count, rounds }) {
  const flow = packageFlow({ url: receiver.url, automations })
  const ids = flow.filter(({ type }) => type === 'artifact-event').map(({ id }) => id)
  const server = await NodeRed.start(flow, { withPackage: true })
  try {
    await server.stop({ keep: true })
    fill(path.join(server.dir, 'artifact-automations/store.db'), { events, deliveries, ids })
    await server.run(false)
    // a Node-RED that has just started has other things to do
    await call(server, 'automations')
    const explained = []
    for (let turn = 1; turn <= 50; turn += 1) {
      const id = `event-${Math.ceil((events / 50) * turn)}`
      const { ms, result } = await timed(() => call(server, `events/explain?source=${SOURCE}&event_id=${id}`))
      if (result.automations.length !== automations) throw new Error(`${result.automations.length} were explained`)
      explained.push(ms)
    }
    const [first] = explained
    explained.sort((a, b) => a - b)

    const asked = await asking(server, call, AUTOMATION)

    await server.look()
    const alone = await timed(() => call(server, 'automations/backtest', { automation: AUTOMATION }))
    const { loopP99 } = await server.look()
    if (alone.result.looked_at !== events) throw new Error(`${alone.result.looked_at} events were looked at`)

    const rates = { alone: [], beside: [] }
    for (let round = 0; round < 2 * rounds + 2; round += 1) {
      const kind = round % 2 === 0 ? 'alone' : 'beside'
      const leave = new AbortController()
      const asking = kind === 'beside' ? untilAborted(server, leave.signal) : Promise.resolve()
      await receiver.report()
      const { ms } = await timed(async () => {
        await driver.run({ url: server.url, token: TOKEN, count, concurrency: 50 })
        await receiver.arrived(count)
      })
      leave.abort()
      await asking
      // the first of each warms up
      if (round >= 2) rates[kind].push((count / ms) * 1000)
    }
    return {
      asked,
      explain: { first, p50: percentile(explained, 0.5), slowest: explained.at(-1) },
      backtest: { ms: alone.ms, loopP99 },
      beside: median(rates.beside) / median(rates.alone),
      perSecond: median(rates.alone),
    }
  } finally {
    await server.stop()
  }
}

/** Asks for one backtest after the other, and leaves in the middle of the last. */
async function untilAborted(server, signal) {
  while (!signal.aborted) {
    await fetch(server.url.replace('/artifact-events', '/artifact-automations/automations/backtest'), {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1' },
      body: JSON.stringify({ automation: AUTOMATION }),
      signal,
    })
      .then((response) => response.text())
      .catch(() => {})
  }
}
