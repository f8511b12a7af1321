import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { type FlowNode, NodeRed } from '../e2e/harness/node-red.mts'
import { Receiver, type Recorded } from '../e2e/harness/receiver.mts'
import { KINDS } from '../lib/sources/http/mlflow-messages.mts'
import { secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import { fences } from '../package/markdown.mts'
import { read } from '../package/repository.mts'
import { asWebhookEvent, MLFLOW, MlflowServer, mlflowKinds } from './mlflow-server.mts'
import { type Python, pythonWith, run } from './python.mts'

const SECRET = 'größeres Geheimnis'
const INGEST = '/artifact-events/mlflow'

// Found out before the tests are named, so that the list of tests says what was not run and why.
const python: Python | Error = await pythonWith('mlflow', MLFLOW).catch((error: Error) => error)

const PAYLOAD = `{
  "event": "\${event_type}", "by": "\${event_author}", "entity": "\${entity_name}", "project": "\${project_name}",
  "collection": "\${artifact_collection_name}", "version": "\${artifact_version}", "path": "\${artifact_version_string}",
  "index": \${artifact_version_index}, "alias": "\${alias}", "tag": "\${tag}", "metadata": \${artifact_metadata}
}`

const FLOW = (farEnd: string): FlowNode[] => [
  { id: 'tab', type: 'tab', label: 'models' },
  trigger({
    z: 'tab',
    scope: 'project',
    entity: 'acme',
    project: 'models',
    events: ['LINK_ARTIFACT', 'ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS', 'ADD_ARTIFACT_TAG', 'REMOVE_ARTIFACT_TAG'],
    pattern: '',
  }),
  template(PAYLOAD, { z: 'tab' }),
  sender({ z: 'tab', wires: [[], []] }),
  source({
    path: INGEST,
    format: 'mlflow',
    auth: 'signature',
    secret: secretId('MLFLOW_SECRET'),
    entity: 'acme',
    project: 'models',
  }),
  { ...secret('MLFLOW_SECRET'), credentials: { value: SECRET } },
  webhook(farEnd),
]

/** What the far end gets of every event of this test. */
const EVERY = { by: '', entity: 'acme', project: 'models', collection: 'churn ü', alias: '', tag: '', metadata: null }
const VERSION = { version: 'models:/churn ü/1', index: 1 }
const NONE = { version: '', index: null }

const STEPS: readonly (readonly [method: string, route: string, body: object, arrives: object])[] = [
  [
    'POST',
    'model-versions/create',
    { name: 'churn ü', source: 's3://bucket/model', tags: [{ key: 'framework', value: 'torch' }] },
    {
      ...EVERY,
      ...VERSION,
      event: 'LINK_ARTIFACT',
      path: 'acme/models/churn ü:v1',
      metadata: { tags: { framework: 'torch' }, source: 's3://bucket/model' },
    },
  ],
  [
    'POST',
    'registered-models/alias',
    { name: 'churn ü', alias: 'production', version: '1' },
    { ...EVERY, ...VERSION, event: 'ADD_ARTIFACT_ALIAS', path: 'acme/models/churn ü:production', alias: 'production' },
  ],
  [
    'POST',
    'model-versions/set-tag',
    { name: 'churn ü', version: '1', key: 'region', value: 'europe' },
    { ...EVERY, ...VERSION, event: 'ADD_ARTIFACT_TAG', path: 'acme/models/churn ü:v1', tag: 'region=europe' },
  ],
  [
    'DELETE',
    'model-versions/delete-tag',
    { name: 'churn ü', version: '1', key: 'region' },
    { ...EVERY, ...VERSION, event: 'REMOVE_ARTIFACT_TAG', path: 'acme/models/churn ü:v1', tag: 'region' },
  ],
  [
    'DELETE',
    'registered-models/alias',
    { name: 'churn ü', alias: 'production' },
    { ...EVERY, ...NONE, event: 'REMOVE_ARTIFACT_ALIAS', path: 'acme/models/churn ü:production', alias: 'production' },
  ],
]

for (const version of ['node-red', 'node-red-4']) {
  describe(`A real MLflow server drives ${version}`, function () {
    this.timeout(120_000)

    if (!(python instanceof Error) && 'absent' in python) {
      it(`NOT RUN with ${MLFLOW.join(' ')}: ${python.absent}`)
      return
    }

    let mlflow: MlflowServer
    let nodeRed: NodeRed
    let farEnd: Receiver
    let kinds: string[]
    let hook: string
    const opened: { close(): Promise<void> }[] = []

    before(async () => {
      if (python instanceof Error) throw python
      farEnd = await Receiver.listen()
      opened.push(farEnd)
      mlflow = await MlflowServer.start(python.binary)
      opened.push({ close: () => mlflow.stop() })
      nodeRed = await NodeRed.start({ package: version })
      opened.push({ close: () => nodeRed.stop() })
      await nodeRed.listen()
      await nodeRed.deploy(FLOW(farEnd.url))
      kinds = await mlflowKinds(python.binary)
      hook = await mlflow.addWebhook(`${nodeRed.url}${INGEST}`, kinds.map(asWebhookEvent), SECRET)
    })
    after(async () => {
      for (const each of opened.reverse()) await each.close()
    })

    /** Resolves when the far end has got `count` deliveries more: what a test causes must not arrive in the next one. */
    async function arrive(count: number, before: number): Promise<readonly Recorded[]> {
      return (await farEnd.received(before + count)).slice(before)
    }

    /** A delivery to us, bytes and all, and the same once more as MLflow sends it again after a 503. */
    async function recordedTwice(): Promise<[Recorded, Recorded]> {
      const recorder = await Receiver.listen()
      try {
        const event = asWebhookEvent('model_version_alias.created')
        recorder.answer((_request, response) => response.writeHead(recorder.requests.length === 1 ? 503 : 202).end())
        const { success } = await mlflow.testWebhook(await mlflow.addWebhook(recorder.url, [event], SECRET), event)
        assert.equal(success, true)
        const [first, second] = recorder.requests
        assert(first && second)
        return [first, second]
      } finally {
        await recorder.close()
      }
    }

    /** Sends what was recorded to Node-RED, with other headers (by their names in small letters) or bytes. */
    async function replay({ headers, body }: Recorded, changed: Record<string, string> = {}, bytes = body) {
      const own = Object.entries(headers).filter(([name]) => name.startsWith('x-mlflow-') || name === 'content-type')
      const response = await fetch(`${nodeRed.url}${INGEST}`, {
        method: 'POST',
        headers: { ...Object.fromEntries(own.map(([name, value]) => [name, String(value)])), ...changed },
        body: new Uint8Array(bytes),
      })
      return { status: response.status, body: await response.json() }
    }

    it('tells that a registered model was made, which is counted as ignored', async () => {
      await mlflow.call('POST', 'registered-models/create', { name: 'churn ü' })
      await nodeRed.sawPushed(({ topic, data }) => {
        return topic === 'status/trigger' && (data as { text?: string }).text === '1 ignored'
      })
    })

    for (const [method, route, body, arrives] of STEPS) {
      it(`tells ${method} ${route}, and the far end gets it with every variable`, async () => {
        const before = farEnd.requests.length
        await mlflow.call(method, route, body)
        const [request] = await arrive(1, before)
        assert.deepEqual(JSON.parse(request?.body.toString() ?? ''), arrives)
      })
    }

    it('says nothing of versions and models that are deleted', async () => {
      const before = farEnd.requests.length
      await mlflow.call('DELETE', 'model-versions/delete', { name: 'churn ü', version: '1' })
      await mlflow.call('DELETE', 'registered-models/delete', { name: 'churn ü' })
      await mlflow.call('POST', 'registered-models/create', { name: 'next' })
      await mlflow.call('POST', 'model-versions/create', { name: 'next', source: 's3://bucket/next' })
      const [next, ...others] = await arrive(1, before)
      assert.equal(JSON.parse(next?.body.toString() ?? '').path, 'acme/models/next:v1')
      assert.deepEqual(others, [])
    })

    it('hears of each kind of event that it knows whether it became an event here', async () => {
      assert.deepEqual(kinds.toSorted(), KINDS.map(({ kind }) => kind).toSorted())
      const before = farEnd.requests.length
      for (const { kind, becomes } of KINDS) {
        const { success, response_status, response_body } = await mlflow.testWebhook(hook, asWebhookEvent(kind))
        assert.deepEqual([success, response_status], [true, 202], kind)
        const receipts = JSON.parse(response_body ?? '')
        assert.equal(receipts.length, becomes ? 1 : 0, kind)
        if (becomes) assert.deepEqual([receipts[0].duplicate, receipts[0].automations], [false, 1], kind)
      }
      const events = KINDS.flatMap(({ becomes }) => becomes ?? [])
      const delivered = await arrive(events.length, before)
      assert.deepEqual(delivered.map(({ body }) => JSON.parse(body.toString()).event).toSorted(), events.toSorted())
    })

    it('sends a delivery again under the same id, and only the first starts anything', async () => {
      const [first, second] = await recordedTwice()
      assert.deepEqual(
        [first, second].map(({ headers, body }) => [headers['x-mlflow-delivery-id'], body.toString()]),
        [first, first].map(({ headers, body }) => [headers['x-mlflow-delivery-id'], body.toString()]),
      )
      const id = first.headers['x-mlflow-delivery-id']
      const before = farEnd.requests.length
      assert.deepEqual(await replay(first), { status: 202, body: [{ event_id: id, duplicate: false, automations: 1 }] })
      const again = { status: 202, body: [{ event_id: id, duplicate: true, automations: 1 }] }
      assert.deepEqual(await replay(second), again)
      assert.deepEqual(await replay(second, { 'idempotency-key': 'not-signed' }), again)
      await arrive(1, before)
    })

    it('is refused once a byte, the id or the time is another, and when the time is long ago', async () => {
      const [delivery] = await recordedTwice()
      const bytes = Buffer.from(delivery.body)
      bytes[bytes.length - 2] = 0x20
      assert.equal((await replay(delivery, {}, bytes)).status, 401)
      assert.equal((await replay(delivery, { 'x-mlflow-delivery-id': 'another' })).status, 401)
      const seconds = Number(delivery.headers['x-mlflow-timestamp'])
      assert.equal((await replay(delivery, { 'x-mlflow-timestamp': String(seconds + 1) })).status, 401)

      const signedAt = (time: number) => {
        const signed = `${delivery.headers['x-mlflow-delivery-id']}.${time}.${delivery.body}`
        const signature = `v1,${createHmac('sha256', SECRET).update(signed).digest('base64')}`
        return { 'x-mlflow-timestamp': String(time), 'x-mlflow-signature': signature }
      }
      const now = Math.floor(Date.now() / 1000)
      assert.equal((await replay(delivery, signedAt(now - 310))).status, 401)
      const before = farEnd.requests.length
      assert.equal((await replay(delivery, signedAt(now - 200))).status, 202)
      await arrive(1, before)
    })

    it('does what the commands of the documentation say', async () => {
      await mlflow.call('DELETE', `webhooks/${hook}`)
      const before = farEnd.requests.length
      const commands = fences(read('docs/registries/mlflow.md'), 'sh').filter(({ text }) => text.includes('/api/2.0/'))
      let id = ''
      const answers: string[] = []
      for (const { text } of commands) {
        const command = text
          .replaceAll('http://localhost:5000', mlflow.url)
          .replaceAll('http://localhost:1880', nodeRed.url)
          .replaceAll('THE-VALUE-OF-MLFLOW_SECRET', SECRET)
          .replaceAll('WEBHOOK_ID', id)
        const { code, stdout, stderr } = await run('sh', ['-ec', command])
        assert.equal(code, 0, stderr)
        id ||= JSON.parse(stdout).webhook.webhook_id
        answers.push(stdout)
      }
      const { result } = JSON.parse(answers[1] ?? '')
      assert.deepEqual([result.success, result.response_status], [true, 202])
      const paths = (await arrive(3, before)).map(({ body }) => JSON.parse(body.toString()).path)
      const expected = ['acme/models/example_model:v1', 'acme/models/churn:v1', 'acme/models/churn:production']
      assert.deepEqual(paths.toSorted(), expected.toSorted())
    })
  })
}
