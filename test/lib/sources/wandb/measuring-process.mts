// Polls whenever its parent says so, and answers with how many requests that took and how much memory it holds.
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { WandbClient } from '../../../../dist/lib/sources/wandb/client.js'
import { WandbPoller } from '../../../../dist/lib/sources/wandb/poller.js'
import type { WatchStatus } from '../../../../dist/lib/sources/watch/status.js'
import { httpPost } from './http-post.mts'
import { SqliteStore } from './sqlite-store.mts'
import { trigger } from './watching.mts'

const [, , baseUrl = '', apiKey = '', file = ''] = process.argv
const client = new WandbClient({
  baseUrl,
  apiKey: () => new Secret(apiKey),
  post: httpPost,
  timeout: (ms) => AbortSignal.timeout(ms),
  now: () => Date.now(),
  userAgent: 'artifact-automations/test',
})
let events = 0
let status: WatchStatus | null = null
const poller = new WandbPoller({
  source: 'source',
  client,
  store: new SqliteStore(file),
  appUrl: baseUrl,
  interval: 30_000,
  now: () => Date.now(),
  timers: { set: () => null, clear: () => {} },
  random: Math.random,
  onEvents: (found) => {
    events += found.length
  },
  onStatus: (next) => {
    status = next
  },
})
poller.setTriggers([trigger('project', { entity: 'vision', project: 'training' })])

const memory = () => {
  globalThis.gc?.()
  return Math.round(process.memoryUsage().rss / 2 ** 20)
}

process.send?.({ ready: true, memory: memory() })
process.on('message', async () => {
  const before = { requests: client.requests, events }
  const began = performance.now()
  await poller.poll()
  process.send?.({
    requests: client.requests - before.requests,
    events: events - before.events,
    ms: Math.round(performance.now() - began),
    memory: memory(),
    status,
  })
})
