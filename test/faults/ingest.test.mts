import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event, secret, secretId } from '../nodes/automation.mts'
import { automation, useSite } from './site.mts'

/**
 * Bytes straight onto a real Node-RED with the roots it has by default, where the editor's own parsers stand before
 * everything else. What a source makes of bytes by itself is proved in test/lib/sources/http.
 */
describe('An HTTP source of a real Node-RED', () => {
  const site = useSite()

  /** Sends these bytes, and resolves with all that comes back until the connection is closed. */
  function raw(...parts: (string | Buffer)[]): Promise<string> {
    const { port } = new URL(site.nodeRed.url)
    const { promise, resolve } = Promise.withResolvers<string>()
    const socket = connect(Number(port), '127.0.0.1')
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    for (const part of parts) socket.write(part)
    return promise
  }

  const head = (headers: Record<string, string | number>, method = 'POST') =>
    [
      `${method} /artifact-events HTTP/1.1`,
      'Host: localhost',
      'Connection: close',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      '\r\n',
    ].join('\r\n')
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    raw(head({ 'Content-Type': 'application/json', ...headers, 'Content-Length': Buffer.byteLength(body) }), body)
  const status = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])
  const code = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).error.code

  it('tells whoever posts before flows have started to come again: a 404 would be the end of the event', async () => {
    // as they are for a moment at each start of Node-RED
    const settings = { runtimeState: { enabled: true } }
    await site.start(automation(site.receiver.url), { settings })
    await site.nodeRed.admin('POST', '/flows/state', { state: 'stop' })
    const kept = () => readFile(path.join(site.userDir, '.config.runtime.json'), 'utf8')
    await eventually(async () => (await kept()).includes('"runtimeFlowState": "stop"'), 'the state is not kept')
    await site.kill()
    await site.start(undefined, { settings })
    const early = await site.post(event({ event_id: 'early' }))
    assert.equal(early.status, 503, early.text)
    assert.equal(early.headers.get('retry-after'), '30')
    assert.equal((await fetch(`${site.nodeRed.url}/artifact-events`)).status, 404)

    await site.nodeRed.admin('POST', '/flows/state', { state: 'start' })
    await site.accept('early')
    await site.arrived(['early'])
    const nowhere = async () => (await fetch(`${site.nodeRed.url}/nowhere`, { method: 'POST' })).status
    assert.equal(await nowhere(), 404)

    // as they are for a moment at each deploy, whose answer comes before a new source has its path
    await site.nodeRed.admin('POST', '/flows/state', { state: 'stop' })
    assert.equal(await nowhere(), 503)
    await site.accept('kept')
    await site.nodeRed.admin('POST', '/flows/state', { state: 'start' })
    await site.arrived(['kept'])
    assert.equal(await nowhere(), 404)
  })

  // with middleware of the operator's own, requests for sources go through the editor's applications as well; for that
  // it is enough that something is set, and this Node-RED passes over
  for (const [what, settings] of [
    ['whatever parsers the editor has', {}],
    ['also behind middleware before the editor', { httpAdminMiddleware: true }],
  ] as const) {
    it(`#97 knows a signature over the bytes as they came, ${what}`, async () => {
      const flow: FlowNode[] = automation(site.receiver.url).map((node) =>
        node.type === 'artifact-source' ? { ...node, auth: 'signature', secret: secretId('INGEST') } : node,
      )
      await site.start(undefined, { settings })
      await site.deploy([...flow, { ...secret('INGEST'), credentials: { value: 'signing-key' } }])
      const body = `\n{ "alias":"production",\t"event_id" : "spaced", ${JSON.stringify(event()).slice(1)}\r\n `
      const signature = createHmac('sha256', 'signing-key').update(body).digest('hex')
      assert.equal(status(await post(body, { 'X-Wandb-Signature': signature })), 202)
      await site.arrived(['spaced'])
      const reparsed = JSON.stringify(JSON.parse(body))
      assert.equal(status(await post(reparsed, { 'X-Wandb-Signature': signature })), 401)
      assert.equal(status(await post(body)), 401)
      // it is the source that refuses bad JSON, after it has looked at the signature, not the editor's parser
      assert.equal(status(await post('{"broken', { 'X-Wandb-Signature': signature })), 401)
      const broken = createHmac('sha256', 'signing-key').update('{"broken').digest('hex')
      const answer = await post('{"broken', { 'X-Wandb-Signature': broken })
      assert.equal(status(answer), 400)
      assert.doesNotMatch(answer, /<html|SyntaxError|node_modules/)
    })
  }

  it('#97 knows it behind the operator’s own authentication too, which nothing gets past', async () => {
    const flow: FlowNode[] = automation(site.receiver.url).map((node) =>
      node.type === 'artifact-source' ? { ...node, auth: 'signature', secret: secretId('INGEST') } : node,
    )
    // bcrypt of "operator"
    const pass = '$2b$08$TO50iO6Gi2oA4.hxlQcxUeN4uEjYCvpS2RtywdDT7G9pFmf3vk5dm'
    await site.start(undefined, { settings: { httpNodeAuth: { user: 'op', pass } } })
    await site.deploy([...flow, { ...secret('INGEST'), credentials: { value: 'signing-key' } }])
    const body = ` { "event_id":"behind", ${JSON.stringify(event()).slice(1)}`
    const signed = { 'X-Wandb-Signature': createHmac('sha256', 'signing-key').update(body).digest('hex') }
    const known = { Authorization: `Basic ${Buffer.from('op:operator').toString('base64')}` }
    assert.equal(status(await post(body, signed)), 401)
    assert.equal(status(await post(body, known)), 401)
    assert.equal(status(await post(body, { ...signed, ...known })), 202)
    await site.arrived(['behind'])
  })

  it('#92 #93 #95 #96 refuses bodies, types, methods and headers of its own accord, stores nothing of them, and lives', async () => {
    const { pid } = await site.start(automation(site.receiver.url))
    const body = JSON.stringify(event({ event_id: 'good' }))
    const large = JSON.stringify(event({ note: 'x'.repeat(1_100_000) }))
    const chunked = head({ 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' })
    const chunk = `40000\r\n${'x'.repeat(0x40000)}\r\n`

    const refusals: [string, number, () => Promise<string>][] = [
      ['a body over 1 MiB', 413, () => post(large)],
      ['chunks without end', 413, () => raw(chunked, ...Array.from({ length: 6 }, () => chunk))],
      ['gzip', 415, () => post(body, { 'Content-Encoding': 'gzip' })],
      ['a form', 415, () => post('a=1', { 'Content-Type': 'application/x-www-form-urlencoded' })],
      ['no type', 415, () => raw(head({ 'Content-Length': body.length }), body)],
      ['PUT', 405, () => raw(head({ 'Content-Length': 0 }, 'PUT'))],
      ['GET', 405, () => raw(head({}, 'GET'))],
      ['DELETE', 405, () => raw(head({}, 'DELETE'))],
      // no browser of another site is told that it may post: Node-RED 4.1 would tell any
      ['OPTIONS', 405, () => raw(head({}, 'OPTIONS'))],
      ['a header that is no header', 400, () => raw('POST /artifact-events HTTP/1.1\r\nHost localhost\r\n\r\n')],
      [
        'two lengths',
        400,
        () => raw(`POST /artifact-events HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\n${body}`),
      ],
      [
        'a length and chunks',
        400,
        () => raw(head({ 'Content-Length': 3, 'Transfer-Encoding': 'chunked' }), '0\r\n\r\n'),
      ],
    ]
    for (const [what, expected, send] of refusals) {
      const answer = await send()
      assert.equal(status(answer), expected, what)
      if (expected === 405) assert.match(answer, /^Allow: POST$/im, what)
      if (expected === 413) assert.equal(code(answer), 'body_too_large', what)
    }
    const { events } = await site.admin<{ events: unknown[] }>('GET', '/events')
    assert.deepEqual(events, [])

    const odd = await post(body, { __proto__x: '1', constructor: 'x', toString: 'x', 'X-Long': 'x'.repeat(8_000) })
    assert.equal(status(odd), 202)
    const proto = await raw(
      head({ 'Content-Type': 'application/json', 'Content-Length': body.length }).replace(
        'Connection:',
        '__proto__: polluted\r\n__PROTO__: polluted\r\nConnection:',
      ),
      body,
    )
    assert.equal(status(proto), 202)
    await site.arrived(['good'])
    assert.equal(site.receiver.requests.length, 1)
    process.kill(pid, 0)
  })

  it('takes what comes with an offer to go on in HTTP/2, as Java sends it: nobody else would answer', async () => {
    await site.start(automation(site.receiver.url))
    const offer = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQCAAAAAAIAAAAA',
    }
    assert.equal(status(await post(JSON.stringify(event({ event_id: 'offered' })), offer)), 202)
    await site.receiver.received()
  })

  it('#94 answers others while a hundred senders drip their bodies, and is rid of them when they go', async () => {
    await site.start(automation(site.receiver.url))
    const { port } = new URL(site.nodeRed.url)
    const slow = Array.from({ length: 100 }, () => {
      const socket = connect(Number(port), '127.0.0.1')
      socket.on('error', () => {})
      socket.write(`${head({ 'Content-Type': 'application/json', 'Content-Length': 1_000 })}{`)
      return socket
    })
    for (const id of ['a', 'b', 'c']) await site.accept(id)
    await site.arrived(['a', 'b', 'c'])
    for (const socket of slow) socket.destroy()
    await site.accept('d')
    await site.arrived(['d'])
    const { events } = await site.admin<{ events: unknown[] }>('GET', '/events')
    assert.equal(events.length, 4)
  })
})
