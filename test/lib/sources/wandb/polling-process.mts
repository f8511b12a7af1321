// Polls once with state in a file, and kills itself (SIGKILL) at the step that it was told, if it gets that far:
//   node polling-process.mts <base URL> <API key> <file> <step, 0 for none>
// Prints how many steps there were.
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { WandbClient } from '../../../../dist/lib/sources/wandb/client.js'
import { WandbPoller } from '../../../../dist/lib/sources/wandb/poller.js'
import { httpPost } from './http-post.mts'
import { SqliteStore } from './sqlite-store.mts'
import { runTrigger, trigger } from './watching.mts'

const [, , baseUrl = '', apiKey = '', file = '', last = '0'] = process.argv
let steps = 0
const step = () => {
  steps += 1
  if (steps === Number(last)) process.kill(process.pid, 'SIGKILL')
}
const store = new SqliteStore(file, step)
const client = new WandbClient({
  baseUrl,
  apiKey: () => new Secret(apiKey),
  post: async (...request) => {
    step()
    const answer = await httpPost(...request)
    step()
    return answer
  },
  timeout: (ms) => AbortSignal.timeout(ms),
  now: () => Date.now(),
  userAgent: 'artifact-automations/test',
})
const poller = new WandbPoller({
  source: 'source',
  client,
  store,
  appUrl: baseUrl,
  interval: 30_000,
  now: () => Date.now(),
  timers: { set: () => null, clear: () => {} },
  random: Math.random,
  onEvents: () => step(),
  onStatus: () => {},
})
poller.setTriggers([
  trigger('registry', { project: 'model' }),
  trigger('project', { entity: 'vision', project: 'training' }),
  runTrigger({ event: 'RUN_STATE' }),
  runTrigger({ event: 'RUN_METRIC', metric: 'loss', threshold: '0.5' }),
])
await poller.poll()
step()
store.close()
process.stdout.write(`${steps}\n`)
