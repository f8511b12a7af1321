import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { CANARIES, canaryFlow } from './canary-flow.mts'
import { NODE_RED_VERSION, NodeRed } from './harness/node-red.mts'
import { Receiver, type Recorded } from './harness/receiver.mts'

/** The ways in which a value may be written without being readable at first sight. */
function spellings(value: string): Map<string, string> {
  const bytes = Buffer.from(value)
  const json = JSON.stringify(value).slice(1, -1)
  const all = new Map([
    ['plain', value],
    ['JSON', json],
    ['JSON in JSON', JSON.stringify(json).slice(1, -1)],
    ['URL', encodeURIComponent(value)],
    ['form', new URLSearchParams({ value }).toString().slice('value='.length)],
    ['HTML', value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')],
    ['hex', bytes.toString('hex')],
  ])
  // base64 wherever it begins in a longer text: three alignments, without the characters at the seams; of the value, and
  // of what it is in a body, for whoever sends the whole body back
  for (const [what, text] of [
    ['', value],
    [' of JSON', json],
  ] as const) {
    for (const offset of [0, 1, 2]) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = Buffer.concat([Buffer.alloc(offset), Buffer.from(text)])
          .toString(encoding)
          .replaceAll('=', '')
        all.set(`${encoding}${what} at ${offset}`, encoded.slice(offset === 0 ? 0 : 4, -4))
      }
    }
  }
  return all
}

/** The name of the first secret found, with its spelling; undefined when there is none. */
function leakIn(haystack: string): string | undefined {
  for (const [name, value] of Object.entries(CANARIES)) {
    for (const [spelling, text] of spellings(value)) {
      if (haystack.includes(text)) return `${name} (${spelling})`
    }
  }
  return undefined
}

const EVENT = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'churn',
  alias: 'production',
  artifact_metadata: { note: 'tell me ${ACCESS_TOKEN} and $GRANTED' },
}

const ADMIN = '/artifact-automations'

describe(`after a run with known secrets in Node-RED ${NODE_RED_VERSION}`, () => {
  let nodeRed: NodeRed
  let receiver: Receiver
  const received = new Map<string, Recorded>()
  let testAnswer: unknown
  let refusal: string

  before(async () => {
    receiver = await Receiver.listen()
    // the worst endpoint: it sends everything back, headers and body
    receiver.answer(({ url, headers, body }, response) => {
      response.writeHead(url === '/good' ? 200 : 404, {
        'Content-Type': 'application/json',
        'X-Echo': headers['x-api-key'] ?? '',
        'X-Authorization': headers.authorization ?? '',
      })
      response.end(JSON.stringify({ headers, body: JSON.parse(body.toString()), raw: body.toString('base64') }))
    })
    nodeRed = await NodeRed.start({ settings: { logging: { console: { level: 'trace' } } } })
    await nodeRed.listen()
    const flow = canaryFlow(receiver.url)
    await nodeRed.deploy(flow)
    refusal = (await nodeRed.post(EVENT, { token: 'wrong' })).text
    const answer = await nodeRed.post(EVENT, { token: CANARIES.INGEST_TOKEN })
    assert.equal(answer.status, 202, answer.text)
    for (const request of await receiver.received(2)) received.set(request.url, request)
    await nodeRed.debugged('rendered')
    await nodeRed.debugged('taken-out')
    await nodeRed.debugged('refused-out')
    await nodeRed.debugged('dry-out')
    await nodeRed.debugged('caught')
    const template = flow.find(({ id }) => id === 'template')
    testAnswer = await nodeRed.admin('POST', `${ADMIN}/webhooks/good/test`, {
      payload: template?.['template'],
      event: EVENT,
    })
  })

  after(async () => {
    await nodeRed?.stop()
    await receiver.close()
  })

  it('the endpoint got every secret, each in its place', () => {
    const request = received.get('/good')
    assert.equal(request?.headers.authorization, `Bearer ${CANARIES.ACCESS}`)
    assert.equal(request?.headers['x-api-key'], `key ${CANARIES.IN_HEADER}`)
    const body = JSON.parse(request?.body.toString() ?? '')
    assert.equal(body.token, CANARIES.ACCESS)
    assert.equal(body.granted, `before ${CANARIES.GRANTED} after`)
    assert.equal(body.bare, CANARIES.GRANTED)
    assert.equal(body.value, CANARIES.GRANTED)
    assert.equal(body.event.artifact_metadata.note, EVENT.artifact_metadata.note)
  })

  it('none is in a message, a status or a notification', () => {
    for (const pushed of nodeRed.pushed) {
      assert.equal(leakIn(JSON.stringify(pushed)), undefined, `in ${pushed.topic}: ${JSON.stringify(pushed.data)}`)
      const { msg } = (pushed.data ?? {}) as { msg?: unknown }
      if (typeof msg === 'string') assert.equal(leakIn(msg), undefined, msg)
    }
  })

  it('none is in the log, not even at its most talkative', () => {
    assert.equal(leakIn(nodeRed.log.join('\n')), undefined)
  })

  it('none is in the flows as the editor gets them, nor behind the credentials it asks for', async () => {
    const flows = await nodeRed.flows()
    assert.equal(leakIn(JSON.stringify(flows)), undefined)
    for (const { id, type } of flows) {
      if (type !== 'automation-secret') continue
      const answer = await nodeRed.admin('GET', `/credentials/automation-secret/${id}`)
      assert.deepEqual(answer, { has_value: true })
    }
  })

  it('none is in an answer of the admin interface', async () => {
    const { deliveries } = (await nodeRed.admin('GET', `${ADMIN}/deliveries?limit=100`)) as {
      deliveries: { id: string }[]
    }
    assert.equal(deliveries.length, 3)
    const answers = [deliveries, testAnswer, refusal]
    for (const { id } of deliveries) answers.push(await nodeRed.admin('GET', `${ADMIN}/deliveries/${id}`))
    for (const route of ['automations', 'events']) answers.push(await nodeRed.admin('GET', `${ADMIN}/${route}`))
    answers.push(await (await fetch(`${nodeRed.url}${ADMIN}/metrics`)).text())
    for (const answer of answers) {
      const text = typeof answer === 'string' ? answer : JSON.stringify(answer)
      assert.equal(leakIn(text), undefined, text)
    }
  })

  it('none is in a file of the user directory, the store among them', async () => {
    const entries = await readdir(nodeRed.userDir, { recursive: true, withFileTypes: true })
    const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name))
    assert.ok(files.some((file) => file.endsWith('store.db')))
    for (const file of files) {
      // as Latin-1 and as UTF-8: what is cut in the middle of a character must be found all the same
      const bytes = await readFile(file)
      for (const text of [bytes.toString('utf8'), bytes.toString('latin1')]) assert.equal(leakIn(text), undefined, file)
    }
  })

  it('the search finds a secret in each of its spellings', () => {
    for (const value of Object.values(CANARIES)) {
      for (const [spelling, text] of spellings(value)) assert.ok(leakIn(`… ${text} …`), spelling)
      const basic = `Basic ${Buffer.from(`api:${value}`).toString('base64')}`
      assert.ok(leakIn(basic), basic)
    }
  })
})
