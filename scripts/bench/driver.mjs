// Posts events from its own process. Reads one JSON job per line on stdin, answers one JSON line each:
//   {url, token?, count, concurrency, rate?, usual?} → {acknowledged: [ids], sentAt: {id: ns}, ackedAt: {id: ns}, seconds}
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { newEventId } from '../../dist/lib/events/new-id.js'
import { UsualPoster } from './usual.mjs'
import { Poster } from './wire.mjs'

/** An event of about 1 KB; only its id differs, which is one as the package makes them. */
const [BEFORE_ID, AFTER_ID] = JSON.stringify({
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  event_id: '<id>',
  event_author: 'jo',
  artifact_collection_name: 'churn-model',
  artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
  artifact_version_string: 'acme/wandb-registry-model/churn-model:production',
  artifact_version_index: 3,
  alias: 'production',
  artifact_metadata: { accuracy: 0.93, notes: 'x'.repeat(600) },
}).split('<id>')

async function run({ url, token, count, concurrency, rate, usual }) {
  const headers = { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) }
  // somebody else's ids are random
  const newId = usual ? randomUUID : () => newEventId(new Date())
  const Client = usual ? UsualPoster : Poster
  const posters = Array.from({ length: concurrency }, () => new Client(url, headers))
  const acknowledged = []
  const sentAt = {}
  const ackedAt = {}
  let next = 0
  const start = process.hrtime.bigint()
  const post = async (poster) => {
    const index = next++
    const id = newId()
    if (rate) {
      const due = Number(start) / 1e6 + (index * 1000) / rate
      const wait = due - Number(process.hrtime.bigint()) / 1e6
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    }
    sentAt[id] = process.hrtime.bigint()
    const status = await poster.post(`${BEFORE_ID}${id}${AFTER_ID}`)
    // no answer: a server that was killed owes nothing for it
    if (status === null || status >= 300) return
    acknowledged.push(id)
    ackedAt[id] = process.hrtime.bigint()
  }
  await Promise.all(
    posters.map(async (poster) => {
      while (next < count) await post(poster)
    }),
  )
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  for (const poster of posters) poster.close()
  return { acknowledged, sentAt, ackedAt, seconds }
}

const asText = (_key, value) => (typeof value === 'bigint' ? String(value) : value)

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line)), asText)}\n`)
}
