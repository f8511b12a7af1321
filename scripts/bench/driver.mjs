// Posts events from its own process. Reads one JSON job per line on stdin, answers one JSON line each:
//   {url, token?, prefix, count, concurrency, rate?} → {acknowledged: [ids], sentAt: {id: ns}, ackedAt: {id: ns}, seconds}
import { createInterface } from 'node:readline'
import { Pool } from 'undici'

const event = (id) => ({
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  event_id: id,
  event_author: 'jo',
  artifact_collection_name: 'churn-model',
  artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
  artifact_version_string: 'acme/wandb-registry-model/churn-model:production',
  artifact_version_index: 3,
  alias: 'production',
  artifact_metadata: { accuracy: 0.93, notes: 'x'.repeat(600) },
})

async function run({ url, token, prefix, count, concurrency, rate }) {
  const { origin, pathname } = new URL(url)
  const pool = new Pool(origin, { connections: concurrency, pipelining: 1 })
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) }
  const acknowledged = []
  const sentAt = {}
  const ackedAt = {}
  let next = 0
  const start = process.hrtime.bigint()
  const post = async () => {
    const index = next++
    const id = `${prefix}-${index}`
    if (rate) {
      const due = Number(start) / 1e6 + (index * 1000) / rate
      const wait = due - Number(process.hrtime.bigint()) / 1e6
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
    sentAt[id] = String(process.hrtime.bigint())
    try {
      const response = await pool.request({ path: pathname, method: 'POST', headers, body: JSON.stringify(event(id)) })
      await response.body.dump()
      if (response.statusCode < 300) {
        acknowledged.push(id)
        ackedAt[id] = String(process.hrtime.bigint())
      }
    } catch {
      // not acknowledged: a server that was killed owes nothing for it
    }
  }
  const worker = async () => {
    while (next < count) await post()
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  await pool.destroy()
  return { acknowledged, sentAt, ackedAt, seconds }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)))}\n`)
}
