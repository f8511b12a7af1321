import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { type IncomingMessage, request, type ServerResponse } from 'node:http'
import path from 'node:path'
import type { NodeInitializer } from 'node-red'
import { collects, event, secret, secretId, source, trigger } from './automation.mts'
import { NODES, type TestRuntime, useNodeRed } from './harness.mts'

describe('artifact-source and its triggers', () => {
  const nodeRed = useNodeRed()
  const post = async (body: unknown, headers: Record<string, string> = {}) => {
    const response = await nodeRed.fetch('/artifact-events', { body, headers })
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  }
  const fired = (id: string) => trigger({ id, wires: [[`${id}-out`]] })

  it('starts every automation that an event matches, each with a copy of its own', async () => {
    await nodeRed.load([source(), fired('one'), fired('two'), collects('one-out'), collects('two-out')])
    const { body } = await post(event({ artifact_metadata: { nested: { a: 1 } } }))
    assert.equal(body.automations, 2)
    const one = (await nodeRed.messages('one-out'))[0]! as { event: { artifact_metadata: object }; payload: object }
    const two = (await nodeRed.messages('two-out'))[0]! as typeof one
    assert.deepEqual(one.event, two.event)
    assert.notEqual(one.event.artifact_metadata, two.event.artifact_metadata)
    assert.deepEqual(one.payload, one.event)
  })

  it('does not start automations of another scope, event, collection or alias', async () => {
    await nodeRed.load([
      source(),
      trigger({ id: 'other-registry', project: 'dataset', wires: [['out']] }),
      trigger({ id: 'other-event', events: ['LINK_ARTIFACT'], wires: [['out']] }),
      trigger({ id: 'other-collection', collection: 'fraud', wires: [['out']] }),
      trigger({ id: 'other-alias', pattern: '^staging$', wires: [['out']] }),
      collects('out'),
    ])
    assert.equal((await post(event())).body.automations, 0)
  })

  it('names every wrong field', async () => {
    await nodeRed.load([source()])
    const { status, body } = await post({ event_type: 'NOPE', entity_name: '', project_name: 'p', alias: 3 })
    assert.equal(status, 400)
    const paths = body.error.details.map(({ path }: { path: string }) => path)
    assert.deepEqual([...paths].sort(), ['alias', 'entity_name', 'event_type'])
  })

  it('takes an array whole or not at all', async () => {
    await nodeRed.load([source()])
    const two = await post([event({ event_id: 'a' }), event({ event_id: 'b' })])
    assert.deepEqual(
      two.body.map((one: { event_id: string; duplicate: boolean }) => [one.event_id, one.duplicate]),
      [
        ['a', false],
        ['b', false],
      ],
    )
    const bad = await post([event({ event_id: 'c' }), event({ alias: '' })])
    assert.equal(bad.status, 400)
    assert.equal(bad.body.error.details[0].path, '[1].alias')
    assert.equal((await post(event({ event_id: 'c' }))).body.duplicate, false)
  })

  it('refuses who does not know its token', async () => {
    await nodeRed.load([source({ auth: 'bearer', secret: secretId('INGEST') }), secret('INGEST')], {
      [secretId('INGEST')]: { value: 'right' },
    })
    assert.equal((await post(event())).status, 401)
    assert.equal((await post(event(), { authorization: 'Bearer wrong' })).status, 401)
    assert.equal((await post(event(), { authorization: 'Bearer right' })).status, 202)
  })

  for (const [what, more, mended] of [
    ['a format that does not exist', { format: 'xml' }, { format: 'event' }],
    ['an unknown way to authenticate', { auth: 'digest' }, { auth: 'none' }],
    ['a project that MLflow does not know', { format: 'mlflow', entity: 'acme' }, { format: 'event' }],
    ['no secret', { auth: 'bearer', secret: '' }, { auth: 'none' }],
    ['a secret without a value', { auth: 'bearer', secret: secretId('EMPTY') }, { auth: 'none' }],
  ] as const) {
    it(`with ${what} asks senders to come again, until a deploy mends it`, async () => {
      const flow = (settings: object) => [source(settings), secret('EMPTY'), fired('one'), collects('one-out')]
      await nodeRed.load(flow(more))
      const { status, headers, body } = await post(event())
      assert.deepEqual([status, headers.get('retry-after'), body.error.code], [503, '30', 'source_unavailable'])
      assert.equal(nodeRed.statusOf('one').fill, 'red')
      await nodeRed.redeploy(flow({ ...more, ...mended }))
      assert.equal((await post(event())).status, 202)
      await nodeRed.messages('one-out')
    })
  }

  it('#93 #95 answers other methods with 405, other types with 415, bad JSON in its own words', async () => {
    await nodeRed.load([source()])
    const get = await nodeRed.fetch('/artifact-events')
    assert.equal(get.status, 405)
    assert.equal(get.headers.get('allow'), 'POST')
    assert.equal((await post('a=1', { 'Content-Type': 'application/x-www-form-urlencoded' })).status, 415)
    const broken = await post('{"event_type": ')
    assert.equal(broken.status, 400)
    assert.match(broken.body.error.message, /JSON/)
    assert.equal((await post(JSON.stringify(event()).padEnd(1024 * 1024 + 1))).status, 413)
  })

  it('logs what is wrong with its settings as a sentence, without a stack', async () => {
    await nodeRed.load([source({ format: 'mlflow' }), trigger()])
    const [error, ...more] = nodeRed.errorsOf('source')
    assert.match(String(error), /entity/)
    assert.equal(typeof error, 'string')
    assert.deepEqual(more, [])
  })

  it('logs once why events cannot be stored, however many it refuses', async () => {
    await mkdir(path.join(nodeRed.userDir, 'artifact-automations', 'store.db'), { recursive: true })
    await nodeRed.load([source(), trigger()])
    for (let count = 0; count < 3; count++) assert.equal((await post(event())).status, 503)
    assert.equal(nodeRed.errorsOf('source').length, 1)
    assert.match(String(nodeRed.errorsOf('source')[0]), /store/)
  })

  it('refuses a compressed body instead of letting the editor’s parser inflate it', async () => {
    await nodeRed.load([source()])
    assert.equal((await post(JSON.stringify(event()), { 'Content-Encoding': 'gzip' })).status, 415)
  })

  it('is red on its triggers when its path is taken', async () => {
    await nodeRed.load([
      source(),
      source({ id: 'second', name: 'another' }),
      trigger({ source: 'second' }),
      collects('status'),
      { id: 'watching', type: 'status', name: '', scope: null, wires: [['status']] },
    ])
    const { status } = (await nodeRed.messages('status')).at(-1)! as { status: { fill: string; text: string } }
    assert.deepEqual([status.fill, status.text], ['red', 'path taken by another source'])
  })

  for (const order of [
    ['wrong', 'right'],
    ['right', 'wrong'],
  ]) {
    it(`takes events although another source that is set wrong has the same path: ${order.join(', then ')}`, async () => {
      const sources = {
        wrong: source({ id: 'wrong', name: 'set wrong', format: 'xml' }),
        right: source({ id: 'right', name: 'set right' }),
      }
      const flow = [
        ...order.map((which) => sources[which as keyof typeof sources]),
        trigger({ id: 'of-right', source: 'right', wires: [['out']] }),
        trigger({ id: 'of-wrong', source: 'wrong' }),
        collects('out'),
      ]
      await nodeRed.load(flow)
      assert.equal((await post(event())).status, 202)
      await nodeRed.messages('out')
      assert.doesNotMatch(nodeRed.statusOf('of-wrong').text ?? '', /taken/)
      // without the right one its senders are asked to come again, not sent away
      await nodeRed.redeploy(flow.filter(({ id }) => id !== 'right'))
      assert.equal((await post(event())).status, 503)
    })
  }

  it('tells a tag of the Hub that is set, removed and set again three times, also after a deploy', async () => {
    const hub = [
      source({ format: 'huggingface', project: 'hub' }),
      trigger({
        scope: 'project',
        project: 'hub',
        events: ['ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS'],
        pattern: '',
        wires: [['told']],
      }),
      collects('told'),
    ]
    await nodeRed.load(hub)
    const set = { ref: 'refs/tags/prod', oldSha: null, newSha: 'a' }
    const removed = { ref: 'refs/tags/prod', oldSha: 'a', newSha: null }
    const tell = async (change: object, headers: Record<string, string> = {}) => {
      const body = {
        event: { action: 'update', scope: 'repo.content' },
        repo: { type: 'model', name: 'acme/churn', id: '1' },
        updatedRefs: [change],
      }
      const answer = await nodeRed.fetch('/artifact-events', { body, headers })
      assert.equal(answer.status, 202)
      const [{ duplicate }] = (await answer.json()) as [{ duplicate: boolean }]
      return duplicate
    }
    assert.deepEqual([await tell(set), await tell(set), await tell(removed)], [false, true, false])
    await nodeRed.redeploy(hub)
    assert.deepEqual(
      [await tell(set), await tell(set), await tell(removed), await tell(set)],
      [false, true, false, false],
    )
    // from September 2026 on the Hub says itself what is one delivery
    const id = { 'Webhook-Id': 'dlv-1' }
    assert.deepEqual([await tell(set, id), await tell(set, id)], [false, true])
  })

  it('sends a sample through one trigger alone', async () => {
    await nodeRed.load([source(), fired('one'), fired('two'), collects('one-out'), collects('two-out')])
    const answer = await nodeRed.fetch('/artifact-automations/events/sample', { body: { node: 'one' } })
    assert.equal(answer.status, 202)
    const message = (await nodeRed.messages('one-out'))[0]! as { event: Record<string, unknown> }
    assert.equal(message.event['alias'], 'production')
    assert.equal(message.event['project_name'], 'wandb-registry-model')
    assert.equal(nodeRed.received('two-out').length, 0)
  })

  it('#99 refuses a writing call without the header that no other site can send', async () => {
    await nodeRed.load([source(), fired('one'), collects('one-out')])
    const url = new URL(`${nodeRed.url}/artifact-automations/events/sample`)
    const status = await new Promise((resolve, reject) => {
      const call = request(url, { method: 'POST', headers: { 'Content-Type': 'application/json' } }, ({ statusCode }) =>
        resolve(statusCode),
      )
      call.on('error', reject)
      call.end('{"node": "one"}')
    })
    assert.equal(status, 403)
    assert.equal(nodeRed.received('one-out').length, 0)
  })
})

describe('artifact-source behind httpNodeMiddleware', () => {
  const nodeRed = useNodeRed({
    settings: {
      httpNodeMiddleware: (request: IncomingMessage, response: ServerResponse, next: () => void) => {
        if (request.headers['x-gate'] === 'open') return next()
        response.statusCode = 403
        response.end()
      },
    },
  })

  it('lets through what the operator’s middleware lets through', async () => {
    await nodeRed.load([source()])
    assert.equal((await nodeRed.fetch('/artifact-events', { body: event() })).status, 403)
    assert.equal(
      (await nodeRed.fetch('/artifact-events', { body: event(), headers: { 'X-Gate': 'open' } })).status,
      202,
    )
  })
})

describe('artifact-source and the editor’s applications', () => {
  const seen: (string | undefined)[] = []
  /** A layer of the editor's application. */
  const layer =
    (name: string): NodeInitializer =>
    (RED) => {
      seen.length = 0
      const notes = (request: IncomingMessage, _response: ServerResponse, next: () => void) => {
        seen.push(request.url)
        next()
      }
      RED.httpAdmin.use(Object.defineProperty(notes, 'name', { value: name }))
    }
  const post = async (nodeRed: TestRuntime) => {
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await nodeRed.fetch('/artifact-events', { body: event() })).status, 202)
    }
  }

  describe('by default', () => {
    const nodeRed = useNodeRed()

    it('passes by what Node-RED has there, once a post came through, and nothing else does', async () => {
      await nodeRed.load([source()], {}, [...NODES, layer('initialize')])
      await post(nodeRed)
      await nodeRed.fetch('/artifact-events/other', { body: event() })
      assert.deepEqual(seen, ['/artifact-events', '/artifact-events/other'])
    })

    it('goes through what somebody else put there, because it may keep somebody out', async () => {
      await nodeRed.load([source()], {}, [...NODES, layer('notes')])
      await post(nodeRed)
      assert.deepEqual(seen, ['/artifact-events', '/artifact-events', '/artifact-events'])
    })
  })

  describe('with a middleware of the operator in front of them', () => {
    const nodeRed = useNodeRed({
      settings: { httpAdminMiddleware: (_: unknown, __: unknown, next: () => void) => next() },
    })

    it('goes through them, because that one may keep somebody out', async () => {
      await nodeRed.load([source()], {}, [...NODES, layer('initialize')])
      await post(nodeRed)
      assert.deepEqual(seen, ['/artifact-events', '/artifact-events', '/artifact-events'])
    })
  })
})
