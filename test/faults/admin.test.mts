import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { NODE_RED } from '../e2e/harness/node-red.mts'
import { automation, useSite } from './site.mts'

const READING = ['automations', 'deliveries', 'deliveries/some', 'events', 'events/explain', 'metrics']
/** A body, and yet nothing is changed: the permission to read is enough. */
const ASKING = ['events/explain', 'automations/backtest']
const WRITING = [
  'deliveries/some/redeliver',
  'deliveries/redeliver',
  'webhooks/webhook/test',
  'webhooks/webhook/pause',
  'webhooks/webhook/resume',
  'events/sample',
  'automations/catch-up',
]

/** A password that Node-RED takes, hashed as its settings file has it. */
function hashed(password: string): string {
  const ofNodeRed = createRequire(createRequire(import.meta.url).resolve(`${NODE_RED}/package.json`))
  return ofNodeRed('bcryptjs').hashSync(password, 4)
}

describe('The admin interface', () => {
  const site = useSite()

  /** Exactly these headers and no more: `fetch` adds its own. */
  function call(method: string, route: string, headers: Record<string, string>, body = '{}') {
    const { promise, resolve, reject } = Promise.withResolvers<number>()
    const sent = request(`${site.nodeRed.url}/artifact-automations/${route}`, { method, headers }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('error', reject)
    sent.end(method === 'POST' ? body : undefined)
    return promise
  }

  it('refuses in words and as JSON what is no JSON object, and shows no stack', async () => {
    await site.start(automation(site.receiver.url))
    const refused = async (body: BodyInit, more: object = {}) => {
      const response = await fetch(`${site.nodeRed.url}/artifact-automations/deliveries/redeliver`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1', ...more },
        body,
      })
      const { error } = (await response.json()) as { error: { code: string; message: string; details: object[] } }
      assert.ok(!JSON.stringify(error).includes('node_modules'))
      return { status: response.status, ...error }
    }
    for (const body of ['{', 'null', '5', '"x"', 'status=failed', '\u0000']) {
      const { status, code, message } = await refused(body)
      assert.deepEqual([status, code], [400, 'body_invalid'])
      assert.match(message, /^The body is not a JSON object: /)
    }
    const large = await refused(JSON.stringify({ status: 'failed', search: 'x'.repeat(6_000_000) }))
    assert.deepEqual([large.status, large.code], [413, 'body_too_large'])
    const coded = await refused('{}', { 'Content-Encoding': 'zstd' })
    assert.deepEqual([coded.status, coded.code], [415, 'unsupported_media_type'])
  })

  it('#98 with adminAuth lets nobody read without a login, nobody write with the right to read, and says 401', async () => {
    const password = randomUUID()
    const users = [
      { username: 'admin', password: hashed(password), permissions: '*' },
      { username: 'reader', password: hashed(password), permissions: 'read' },
      { username: 'own', password: hashed(password), permissions: ['artifact-automations.read'] },
      { username: 'flows', password: hashed(password), permissions: ['flows.read', 'flows.write'] },
    ]
    await site.start(automation(site.receiver.url), { settings: { adminAuth: { type: 'credentials', users } } })
    const login = async (username: string, scope: string) => {
      const response = await fetch(`${site.nodeRed.url}/auth/token`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ client_id: 'node-red-admin', grant_type: 'password', scope, username, password }),
      })
      const { access_token: token } = (await response.json()) as { access_token: string }
      assert.equal(response.status, 200)
      return { Authorization: `Bearer ${token}` }
    }
    const people: [string, Record<string, string>, reads: boolean, writes: boolean][] = [
      ['nobody', {}, false, false],
      ['a forged token', { Authorization: 'Bearer forged' }, false, false],
      ['admin', await login('admin', '*'), true, true],
      ['reader', await login('reader', 'read'), true, false],
      ['own', await login('own', 'artifact-automations.read'), true, false],
      ['flows', await login('flows', 'flows.write'), false, false],
    ]
    const json = { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1' }
    for (const [who, token, reads, writes] of people) {
      for (const route of READING) {
        const status = await call('GET', route, token)
        assert.equal(status !== 401, reads, `${who} reads ${route}: ${status}`)
      }
      for (const route of ASKING) {
        const status = await call('POST', route, { ...json, ...token })
        assert.equal(status !== 401, reads, `${who} asks ${route}: ${status}`)
      }
      for (const route of WRITING) {
        const status = await call('POST', route, { ...json, ...token })
        assert.equal(status !== 401, writes, `${who} writes ${route}: ${status}`)
      }
    }
  })

  it('#99 without adminAuth changes nothing for a page on another site, which can send no header of ours', async () => {
    await site.start(automation(site.receiver.url))
    const ours = { 'X-Artifact-Automations': '1' }
    const json = { 'Content-Type': 'application/json' }
    const forms = [
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      { 'Content-Type': 'text/plain' },
      { 'Content-Type': 'multipart/form-data; boundary=x' },
    ]
    const forged: Record<string, string>[] = [json, ours, {}, ...forms, ...forms.map((form) => ({ ...form, ...ours }))]
    for (const route of [...ASKING, ...WRITING]) {
      for (const headers of forged) {
        const status = await call('POST', route, { ...headers, Origin: 'https://evil.example' })
        assert.equal(status, 403, `${route} with ${JSON.stringify(headers)}`)
      }
      assert.notEqual(await call('POST', route, { ...json, ...ours }), 403, route)
    }
  })

  it('#99 answers no page of another origin, although Node-RED 4.1 lets all of them in', async () => {
    await site.start(automation(site.receiver.url))
    const { host, origin } = new URL(site.nodeRed.url)
    const full = { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1', Host: host }
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' },
      { Origin: 'http://127.0.0.1:1', 'Sec-Fetch-Site': 'same-site' },
      { Origin: 'null' },
    ]
    const own: Record<string, string>[] = [
      {},
      { Origin: origin },
      { Origin: origin, 'Sec-Fetch-Site': 'same-origin' },
      // through a proxy that speaks to Node-RED under another name
      { Origin: 'https://flows.example', 'Sec-Fetch-Site': 'same-origin' },
    ]
    for (const [headers, refused] of [
      ...foreign.map((it) => [it, true] as const),
      ...own.map((it) => [it, false] as const),
    ]) {
      for (const route of [...ASKING, ...WRITING]) {
        const status = await call('POST', route, { ...full, ...headers })
        assert.equal(status === 403, refused, `POST ${route} with ${JSON.stringify(headers)}: ${status}`)
      }
      for (const route of READING) {
        const status = await call('GET', route, { Host: host, ...headers })
        assert.equal(status === 403, refused, `GET ${route} with ${JSON.stringify(headers)}: ${status}`)
      }
    }
  })

  it('#100 is no port scanner: a test obeys the address policy of deliveries', async () => {
    await site.start(automation(site.receiver.url), {
      settings: { artifactAutomations: { addressPolicy: ['127.0.0.2'] } },
    })
    for (const url of [
      site.receiver.url,
      site.receiver.url.replace('127.0.0.1', '2130706433'),
      site.receiver.url.replace('127.0.0.1', 'localhost'),
      site.receiver.url.replace('127.0.0.1', '[::ffff:127.0.0.1]'),
      'http://169.254.169.254/latest/meta-data',
    ]) {
      const answer = await site.admin<{ response: unknown; error: { code: string } }>('POST', '/webhooks/new/test', {
        payload: '{}',
        form: { url },
      })
      assert.equal(answer.response, null, url)
      assert.equal(answer.error.code, 'address_blocked', url)
    }
    assert.equal(site.receiver.requests.length, 0)
  })

  it('#101 gives hostile text back as data: JSON to the letter, of a type that no browser runs', async () => {
    const hostile = '<img src=x onerror=alert(1)>"\'</script><script>alert(1)</script>\u2028'
    site.receiver.answer((_request, response) => {
      response.writeHead(500, { 'Content-Type': 'text/html', 'X-Hostile': '<b>x</b>' })
      response.end(`<html>${hostile}</html>`)
    })
    const flow = automation(site.receiver.url, { hook: { name: hostile, schedule: '' } }).map((node) =>
      node.id === 'trigger' ? { ...node, name: hostile, pattern: '' } : node,
    )
    await site.start(flow)
    await site.accept('hostile', { alias: hostile, artifact_metadata: { [hostile]: hostile } })
    const [row] = await site.until('failed', 1)
    for (const route of ['automations', 'deliveries', `deliveries/${row!.id}`, 'events']) {
      const response = await fetch(`${site.nodeRed.url}/artifact-automations/${route}`)
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/, route)
      assert.ok(JSON.stringify(await response.json()).includes(JSON.stringify(hostile).slice(1, -1)), route)
    }
    const metrics = await fetch(`${site.nodeRed.url}/artifact-automations/metrics`)
    assert.match(metrics.headers.get('content-type') ?? '', /^text\/plain/)
    const counted = (await metrics.text())
      .split('\n')
      .filter((line) => line.startsWith('artifact_automations_failed_total{'))
    assert.equal(counted.length, 1, 'a label stays in its line')
    assert.match(counted[0]!, /alert\(1\).*"\} 1$/s)
    // what asks for a delivery by a hostile id is told so in JSON
    const missing = await fetch(`${site.nodeRed.url}/artifact-automations/deliveries/${encodeURIComponent(hostile)}`)
    assert.equal(missing.status, 404)
    assert.match(missing.headers.get('content-type') ?? '', /^application\/json/)
  })
})
