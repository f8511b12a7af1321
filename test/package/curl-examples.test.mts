import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { NODE_RED } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { automation, useSite } from '../faults/site.mts'
import { secret, secretId } from '../nodes/automation.mts'
import { fences } from './markdown.mts'
import { read } from './repository.mts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const { hashSync } = createRequire(require.resolve(`${NODE_RED}/package.json`))('bcryptjs')

const PASSWORD = 'password of the admin'
const VALUE = 'value-of-the-secret'

/** Which answer each of the page's calls gets, by what stands in it; in the order of the page. */
const ANSWERS: readonly (readonly [call: RegExp, answer: RegExp])[] = [
  [/LINK_ARTIFACT/, /^HTTP\/1\.1 202 .*"duplicate":false/s],
  [/import-1/, /^HTTP\/1\.1 202 .*\[\{"event_id":"import-1".*"event_id":"import-2"/s],
  [/deliveries\/count/, /^\{"count":0\}$/],
  [/deliveries\/cancel/, /^\{"cancelled":1,"next":null\}$/],
  [/deliveries\?status/, /^\{"deliveries":\[\{"id":/],
  [/deliveries\/redeliver/, /^\{"redelivered":1,"next":null\}$/],
  [/auth\/token/, /"access_token":/],
]

describe('the curl examples of docs/http-interface.md', () => {
  const site = useSite()
  const calls = fences(read('docs/http-interface.md'), 'sh').flatMap(({ text }) => text.split('\n\n'))

  /** With a shell and curl, as whoever copies it; only the places in it are this Node-RED's, and `token` where it has none. */
  async function copied(call: string, token?: string): Promise<string> {
    const login = token === undefined || call.includes('Authorization') ? '' : `-H 'Authorization: Bearer ${token}' `
    const command = call
      .trim()
      .replace(/^curl /, `curl -sS --fail-with-body ${login}`)
      .replaceAll('http://localhost:1880', site.nodeRed.url)
      .replaceAll('THE-VALUE-OF-THE-SECRET', VALUE)
      .replaceAll('"WEBHOOK"', '"webhook"')
      .replaceAll('password=…', `password=${encodeURIComponent(PASSWORD)}`)
    return (await run('sh', ['-c', command])).stdout.trim()
  }

  it('work as they are written, each, and are all known here', async () => {
    // the delivery waits for long, so that it can be cancelled
    site.receiver.answer((_request, response) => void response.writeHead(503).end())
    const users = [{ username: 'admin', password: hashSync(PASSWORD, 4), permissions: '*' }]
    const flow = automation(site.receiver.url, { hook: { schedule: '1h' } }).map((node) => {
      if (node.type === 'artifact-source') return { ...node, auth: 'bearer', secret: secretId('INGEST') }
      if (node.type === 'artifact-event') return { ...node, events: ['LINK_ARTIFACT'], pattern: '' }
      return node
    })
    await site.start(flow, { settings: { adminAuth: { type: 'credentials', users } } })
    const login = calls.find((call) => call.includes('auth/token')) ?? assert.fail('how to get a token')
    const { access_token: token } = JSON.parse(await copied(login))
    const deployed = await fetch(`${site.nodeRed.url}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` },
      body: JSON.stringify([...flow, { ...secret('INGEST'), credentials: { value: VALUE } }]),
    })
    assert.equal(deployed.status, 204)
    // while flows start a source asks to come again
    const ready = async () => (await fetch(`${site.nodeRed.url}/artifact-events`, { method: 'POST' })).status === 401
    await eventually(ready, 'the source takes events')
    assert.equal(calls.length, ANSWERS.length)
    const isThere = async () => {
      const headers = { Authorization: `Bearer ${token}` }
      const answer = await fetch(`${site.nodeRed.url}/artifact-automations/deliveries?status=pending`, { headers })
      return ((await answer.json()) as { deliveries: object[] }).deliveries.length > 0
    }
    for (const [index, call] of calls.entries()) {
      const [what = /^$/, answer = /^$/] = ANSWERS[index] ?? []
      assert.match(call, what)
      if (call.includes('deliveries/cancel')) await eventually(isThere, 'a delivery waits')
      const deadline = Date.now() + 5000
      let answered = await copied(call, token)
      // the request that is on its way when a delivery is cancelled is the last one, and ends it
      while (!answer.test(answered) && call.includes('?status=failed') && Date.now() < deadline) {
        answered = await copied(call, token)
      }
      assert.match(answered, answer)
    }
  })
})
