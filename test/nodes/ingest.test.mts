import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { NodeAPI } from 'node-red'
import { Ingest } from '../../dist/nodes/runtime/ingest.js'

const require = createRequire(import.meta.url)

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void
interface App extends Middleware {
  use(...handlers: (string | Middleware)[]): void
  post(path: string, handler: Middleware): void
  get(path: string, handler: Middleware): void
}
/** The Express that Node-RED has. */
const express = createRequire(require.resolve(`${process.env['NR_PACKAGE'] ?? 'node-red'}/package.json`))(
  'express',
) as () => App

/** The applications of a Node-RED that is part of another program, mounted in each other as node-red/lib/red.js does it. */
function embedded() {
  const seen: string[] = []
  const notes =
    (name: string): Middleware =>
    (_request, _response, next) => {
      seen.push(name)
      next()
    }
  const apps = { root: express(), editor: express(), ofNodes: express(), endpoints: express() }
  // as Node-RED's own parser is called, and beside the applications of the editor and its interface
  apps.editor.use(Object.defineProperty(notes('the editor'), 'name', { value: 'jsonParser' }))
  for (const inside of [express(), express(), apps.ofNodes]) apps.editor.use(inside)
  const ingest = new Ingest()
  ingest.listen('source', '/artifact-events', async (_request, response) => {
    response.statusCode = 202
    response.end()
  })
  const mount = (settings: object = {}, more: object = {}) =>
    ingest.mount({ httpAdmin: apps.ofNodes, httpNode: apps.endpoints, settings, ...more } as unknown as NodeAPI)
  return { ...apps, seen, mount, ingest }
}

describe('the paths of sources in a program that Node-RED is part of', () => {
  let server: Server
  afterEach(() => server.close())

  async function statusOf(app: App, path: string, headers: Record<string, string> = {}): Promise<number> {
    server = createServer(app as never)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers })
    return status
  }
  const gate: Middleware = (request, response, next) => {
    if (request.headers['x-gate'] === 'open') return next()
    response.statusCode = 403
    response.end()
  }

  const OPEN = { 'x-gate': 'open' }

  it('are answered before the editor sees them, where nothing else stands, once one came through', async () => {
    const { root, editor, endpoints, mount, seen } = embedded()
    root.use(editor)
    root.use(endpoints)
    mount()
    for (let time = 0; time < 3; time += 1) {
      assert.equal(await statusOf(root, '/artifact-events'), 202)
      server.close()
    }
    assert.deepEqual(seen, ['the editor'])
  })

  it('go the whole way again when anything there changes', async () => {
    for (const which of ['root', 'editor', 'ofNodes', 'endpoints'] as const) {
      const apps = embedded()
      apps.root.use(apps.editor)
      apps.root.use(apps.endpoints)
      apps.mount()
      for (const status of [202, 202]) {
        assert.equal(await statusOf(apps.root, '/artifact-events'), status)
        server.close()
      }
      apps[which].use(gate)
      apps.ingest.flowsStarted()
      // a handler after httpNode is behind an endpoint
      const kept = which === 'root' ? 202 : 403
      for (const status of [kept, kept]) {
        assert.equal(await statusOf(apps.root, '/artifact-events'), status, which)
        server.close()
      }
    }
  })

  it('stay with who takes them when that cannot be looked into', async () => {
    const { root, editor, endpoints, mount } = embedded()
    const hidden = express()
    hidden.post('/artifact-events', (_request, response) => {
      response.statusCode = 299
      response.end()
    })
    editor.use(hidden)
    root.use(editor)
    root.use(endpoints)
    mount()
    for (let time = 0; time < 3; time += 1) {
      assert.equal(await statusOf(root, '/artifact-events'), 299)
      server.close()
    }
  })

  it('are answered before the editor sees them when both have a path of their own', async () => {
    const { root, editor, endpoints, mount, seen } = embedded()
    root.use('/admin', editor)
    root.use('/api', endpoints)
    mount()
    assert.equal(await statusOf(root, '/api/artifact-events/'), 202)
    server.close()
    assert.equal(await statusOf(root, '/artifact-events'), 404)
    assert.deepEqual(seen, [])
  })

  it('are there when the editor is in no application', async () => {
    const { root, endpoints, mount } = embedded()
    root.use(endpoints)
    mount()
    assert.equal(await statusOf(root, '/artifact-events'), 202)
  })

  describe('before flows have started', () => {
    /** The flows as far as they are read. */
    const flows = (...types: string[]) => ({
      nodes: { eachNode: (each: (node: { type: string }) => void) => types.forEach((type) => void each({ type })) },
    })
    function starting(RED: object = {}) {
      const { root, editor, endpoints, mount, ingest } = embedded()
      root.use(editor)
      root.use(endpoints)
      mount({}, RED)
      return { root, endpoints, ingest }
    }

    for (const [what, RED] of [
      ['that are not read yet', {}],
      ['that have a source', flows('tab', 'artifact-source')],
    ] as const) {
      it(`tell whoever posts to a path that nobody has to come again, for flows ${what}`, async () => {
        const { root, ingest } = starting(RED)
        assert.equal(await statusOf(root, '/later'), 503)
        server.close()
        ingest.flowsStarted()
        assert.equal(await statusOf(root, '/later'), 404)
      })
    }

    it('tell so again while a deploy stops and starts them', async () => {
      const { root, ingest } = starting()
      for (const [what, status] of [
        ['flowsStarted', 404],
        ['flowsStopping', 503],
        ['flowsStarted', 404],
      ] as const) {
        ingest[what]()
        assert.equal(await statusOf(root, '/later'), status, what)
        server.close()
      }
    })

    it('say no such thing when no flow has a source', async () => {
      assert.equal(await statusOf(starting(flows('tab', 'http in')).root, '/later'), 404)
    })

    it('leave others their paths, also those that come later', async () => {
      const { root, endpoints } = starting()
      const theirs: Middleware = (_request, response) => {
        response.statusCode = 204
        response.end()
      }
      endpoints.post('/later', theirs)
      endpoints.get('/other', theirs)
      endpoints.use('/page', theirs)
      endpoints.use((_request, _response, next) => next())
      for (const [path, status] of [
        ['/later', 204],
        ['/other', 503],
        ['/page/part', 204],
        ['/artifact-events', 202],
      ] as const) {
        assert.equal(await statusOf(root, path), status, path)
        server.close()
      }
    })
  })

  /** What may stand before a source, and must have its say. */
  const PLACES: Record<string, (apps: ReturnType<typeof embedded>) => object | undefined> = {
    'of the program': ({ root, editor, endpoints }) => {
      root.use(gate)
      root.use(editor)
      root.use(endpoints)
    },
    'between the editor and the endpoints (httpNodeAuth)': ({ root, editor, endpoints }) => {
      root.use(editor)
      root.use('/', gate)
      root.use(endpoints)
    },
    'of another package in httpNode': ({ root, editor, endpoints }) => {
      endpoints.use(gate)
      root.use(editor)
      root.use(endpoints)
    },
    'in an application beside the editor': ({ root, editor, endpoints }) => {
      const beside = express()
      beside.use(gate)
      root.use(beside)
      root.use(editor)
      root.use(endpoints)
    },
    'in an application, of a program without the editor': ({ root, endpoints }) => {
      const beside = express()
      beside.use(gate)
      root.use(beside)
      root.use(endpoints)
    },
    'in an application around both': ({ root, editor, endpoints }) => {
      const around = express()
      around.use(gate)
      around.use(editor)
      around.use(endpoints)
      root.use(around)
    },
    'in an application around the editor': ({ root, editor, endpoints }) => {
      const around = express()
      around.use(gate)
      around.use(editor)
      root.use(around)
      root.use(endpoints)
    },
    'in the editor (httpAdminMiddleware)': ({ root, editor, endpoints }) => {
      editor.use(gate)
      root.use(editor)
      root.use(endpoints)
      return { httpAdminMiddleware: gate }
    },
    'before every endpoint (httpNodeMiddleware)': ({ root, editor, endpoints }) => {
      root.use(editor)
      root.use(endpoints)
      return { httpNodeMiddleware: gate }
    },
  }

  for (const [place, put] of Object.entries(PLACES)) {
    it(`do not go past a gate ${place}`, async () => {
      for (const [headers, status] of [
        [{}, 403],
        [OPEN, 202],
      ] as const) {
        const apps = embedded()
        apps.mount(put(apps))
        assert.equal(await statusOf(apps.root, '/artifact-events', headers), status)
        server.close()
      }
    })
  }

  it('do not go past a gate that is put there later', async () => {
    const { root, editor, endpoints, mount } = embedded()
    root.use(editor)
    mount()
    root.use(gate)
    root.use(endpoints)
    assert.equal(await statusOf(root, '/artifact-events'), 403)
  })
})
