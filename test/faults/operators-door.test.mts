import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { event, source } from '../nodes/automation.mts'
import { onTab, useSite } from './site.mts'

/**
 * What an operator put before the editor and the endpoints of flows holds for sources, whatever it is. The judge is
 * Node-RED's own `http in`: the same request to both is let through, or kept out, with the same status and headers.
 */
describe('What an operator put before endpoints', () => {
  const site = useSite()

  const core: FlowNode[] = [
    {
      id: 'in',
      type: 'http in',
      name: '',
      url: '/core',
      method: 'post',
      upload: false,
      swaggerDoc: '',
      wires: [['out']],
    },
    { id: 'out', type: 'http response', name: '', statusCode: '202', headers: {}, wires: [] },
  ]
  const flow = onTab([source(), ...core])
  const ask = (route: string, method: string, headers: Record<string, string>, root: string) =>
    fetch(`${new URL(site.nodeRed.url).origin}${root}${route}`, {
      method,
      redirect: 'manual',
      headers: { ...(method === 'POST' && { 'Content-Type': 'application/json' }), ...headers },
      ...(method === 'POST' && { body: JSON.stringify(event()) }),
    })

  /** What tells whether somebody had a say. */
  const seen = ({ status, headers }: Response) => ({
    status,
    to: headers.get('location')?.replace(/\/(core|artifact-events)$/, ''),
    asks: headers.get('www-authenticate'),
    note: headers.get('x-note'),
    origin: headers.get('access-control-allow-origin'),
    credentials: headers.get('access-control-allow-credentials'),
  })

  const BASIC = { Authorization: `Basic ${Buffer.from('user:password').toString('base64')}` }
  // bcrypt of "password"
  const USER = { user: 'user', pass: '$2a$08$zZWtXTja0fB1pzD4sHCMyOCMYz2Z6dNbM6tl8sJogENOMcxWV9DN.' }
  const GATE = `(req, res, next) => req.headers['x-gate'] === 'open' ? (res.setHeader('X-Note', 'seen'), next()) : res.status(403).end()`
  const named = (name: string) => `({ ['${name}'](req, res, next) { return (${GATE})(req, res, next) } })['${name}']`

  interface Row {
    readonly what: string
    readonly settings?: object
    readonly code?: string
    readonly headers?: readonly Record<string, string>[]
    readonly root?: string
    /** The statuses that the core node answers, so that a row cannot prove nothing. */
    readonly statuses: readonly number[]
  }
  const ROWS: Row[] = [
    { what: 'nothing', headers: [{}, { Origin: 'http://a.example' }], statuses: [202, 202] },
    {
      what: 'requireHttps, with the roots there are by default',
      settings: { requireHttps: true },
      headers: [{}, { 'X-Forwarded-Proto': 'https' }],
      statuses: [302, 202],
    },
    {
      what: 'requireHttps, with roots of their own',
      settings: { requireHttps: true, httpAdminRoot: '/admin', httpNodeRoot: '/api' },
      root: '/api',
      statuses: [202],
    },
    {
      what: 'requireHttps below a root of both',
      settings: { requireHttps: true, httpRoot: '/red' },
      root: '/red',
      headers: [{}, { 'X-Forwarded-Proto': 'https' }],
      statuses: [302, 202],
    },
    {
      what: 'httpNodeAuth',
      settings: { httpNodeAuth: USER },
      headers: [{}, BASIC, { Authorization: 'Basic eDp5' }],
      statuses: [401, 202, 401],
    },
    {
      what: 'httpNodeAuth as a function',
      code: `module.exports.httpNodeAuth = ${GATE}`,
      headers: [{}, { 'X-Gate': 'open' }],
      statuses: [403, 202],
    },
    {
      what: 'httpNodeAuth as a function with a name of Express',
      code: `module.exports.httpNodeAuth = ${named('query')}`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeAuth as a list',
      code: `module.exports.httpNodeAuth = [(req, res, next) => next(), ${named('expressInit')}]`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeMiddleware',
      code: `module.exports.httpNodeMiddleware = ${GATE}`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeMiddleware as a list',
      code: `module.exports.httpNodeMiddleware = [(req, res, next) => next(), ${GATE}]`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeMiddleware that reads cookies',
      code: `module.exports.httpNodeMiddleware = (req, res, next) => req.cookies.gate === 'open' ? next() : res.status(403).end()`,
      headers: [{ Cookie: 'gate=open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeMiddleware that looks at the address',
      settings: { httpServerOptions: { 'trust proxy': true } },
      code: `module.exports.httpNodeMiddleware = (req, res, next) => req.ip === '10.0.0.1' && req.secure ? next() : res.status(403).end()`,
      headers: [{ 'X-Forwarded-For': '10.0.0.1', 'X-Forwarded-Proto': 'https' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpNodeMiddleware that throws',
      code: `module.exports.httpNodeMiddleware = (req, res, next) => next(new Error('no'))`,
      statuses: [500],
    },
    {
      what: 'httpNodeCors',
      settings: { httpNodeCors: { origin: 'http://a.example', credentials: true } },
      headers: [{ Origin: 'http://a.example' }],
      statuses: [202],
    },
    {
      what: 'httpAdminMiddleware, with the roots there are by default',
      code: `module.exports.httpAdminMiddleware = ${GATE}`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpAdminMiddleware as a list with a name of core',
      code: `module.exports.httpAdminMiddleware = [${named('jsonParser')}]`,
      headers: [{ 'X-Gate': 'open' }, {}],
      statuses: [202, 403],
    },
    {
      what: 'httpAdminMiddleware, with roots of their own',
      settings: { httpAdminRoot: '/admin', httpNodeRoot: '/api' },
      code: `module.exports.httpAdminMiddleware = ${GATE}`,
      root: '/api',
      statuses: [202],
    },
    { what: 'httpAdminAuth', settings: { httpAdminAuth: USER }, headers: [BASIC, {}], statuses: [202, 401] },
    { what: 'httpAuth', settings: { httpAuth: USER }, headers: [BASIC, {}], statuses: [202, 401] },
    {
      what: 'adminAuth',
      settings: {
        adminAuth: { type: 'credentials', users: [{ username: 'user', password: USER.pass, permissions: '*' }] },
      },
      statuses: [202],
    },
    {
      what: 'httpAdminCors',
      settings: { httpAdminCors: { origin: 'http://a.example' } },
      headers: [{ Origin: 'http://a.example' }],
      statuses: [202],
    },
  ]
  for (const { what, settings = {}, code, headers = [{}], root = '', statuses } of ROWS) {
    it(`holds for a source as it does for Node-RED’s own http in: ${what}`, async () => {
      await site.start(flow, { settings, ...(code && { code }) })
      // again and again: a way that was free for one request must not be free for the next one
      for (let time = 0; time < 3; time += 1) {
        for (const [index, each] of headers.entries()) {
          const expected = seen(await ask('/core', 'POST', each, root))
          assert.equal(expected.status, statuses[index], `the core node, with ${JSON.stringify(each)}`)
          assert.deepEqual(seen(await ask('/artifact-events', 'POST', each, root)), expected, JSON.stringify(each))
        }
      }
      const asking = { 'WebHook-Request-Origin': 'a.example', ...headers.at(-1) }
      const asked = seen(await ask('/artifact-events', 'OPTIONS', asking, root))
      // a source that takes no CloudEvents gives nobody its consent
      const refused = (statuses.at(-1) ?? 0) === 202 ? 405 : statuses.at(-1)
      assert.equal(asked.status, refused, `asked for consent, with ${JSON.stringify(asking)}`)
      const preflight = { Origin: 'http://a.example', 'Access-Control-Request-Method': 'POST', ...headers[0] }
      const expected = seen(await ask('/core', 'OPTIONS', preflight, root))
      const got = seen(await ask('/artifact-events', 'OPTIONS', preflight, root))
      // Express names the methods of an endpoint where nobody else answers, and so does Node-RED 4.1 for the editor,
      // which nobody asked it for; a source answers 405, if what stands before it has not refused a post without a key
      const unasked = expected.status === 204 && !('httpAdminCors' in settings || 'httpNodeCors' in settings)
      if (unasked) assert.ok([302, 401, 403, 405].includes(got.status ?? 0), String(got.status))
      else if (expected.status === 200) assert.equal(got.status, 405)
      // what the operator asked for, not what the editor of 4.1 answers for everybody
      else if ('httpNodeCors' in settings) assert.equal(got.origin, 'http://a.example')
      else assert.deepEqual(got, expected)
    })
  }

  it('costs nothing where no operator put anything: a second post does not go through the applications of the editor', async () => {
    // Express gives an answer its methods where one of its applications gets to see it
    const code = `const { ServerResponse } = require('node:http')
      const { writeHead } = ServerResponse.prototype
      ServerResponse.prototype.writeHead = function (...all) {
        this.setHeader('X-Way', typeof this.json === 'function' ? 'whole' : 'short')
        return writeHead.apply(this, all)
      }`
    await site.start(flow, { code })
    const way = async () => (await ask('/Artifact-Events', 'POST', {}, '')).headers.get('x-way')
    assert.equal(await way(), 'whole')
    assert.equal(await way(), 'short')
  })

  it('holds, too, when another package puts it there after this one', async () => {
    for (const application of ['httpNode', 'httpAdmin']) {
      const folder = `${site.userDir}/nodes`
      await mkdir(folder, { recursive: true })
      await writeFile(
        `${folder}/late-gate.js`,
        `const gate = ${GATE}
        module.exports = (RED) => {
          RED.nodes.registerType('late-gate', function (config) {
            RED.nodes.createNode(this, config)
            RED.${application}.use((req, res, next) => (req.url.startsWith('/core') || req.url.startsWith('/artifact-events') ? gate(req, res, next) : next()))
          })
        }`,
      )
      await writeFile(
        `${folder}/late-gate.html`,
        `<script type="text/javascript">RED.nodes.registerType('late-gate', { category: 'x', defaults: {}, inputs: 0, outputs: 0 })</script>`,
      )
      await site.start(flow)
      for (let time = 0; time < 3; time += 1) assert.equal((await ask('/artifact-events', 'POST', {}, '')).status, 202)
      await site.deploy([...flow, { id: 'gate', type: 'late-gate', z: 'tab', x: 1, y: 1, wires: [] }], 'nodes')
      for (let time = 0; time < 3; time += 1) {
        assert.equal((await ask('/artifact-events', 'POST', {}, '')).status, 403, application)
        assert.equal((await ask('/artifact-events', 'POST', { 'X-Gate': 'open' }, '')).status, 202)
      }
      await site.kill()
    }
  })
})
