import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { NodeAPI } from 'node-red'
import { Ingest } from '../../dist/nodes/shared/runtime/ingest.js'

const require = createRequire(import.meta.url)

type Middleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void
interface App extends Middleware {
  use(...handlers: (string | Middleware)[]): void
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
  apps.editor.use(notes('the editor'))
  apps.editor.use(apps.ofNodes)
  const ingest = new Ingest()
  ingest.listen('source', '/artifact-events', async (_request, response) => {
    response.statusCode = 202
    response.end()
  })
  const mount = () =>
    ingest.mount({ httpAdmin: apps.ofNodes, httpNode: apps.endpoints, settings: {} } as unknown as NodeAPI)
  return { ...apps, seen, notes, mount }
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

  it('pass the editor by', async () => {
    const { root, editor, endpoints, mount, seen } = embedded()
    root.use(editor)
    root.use(endpoints)
    mount()
    assert.equal(await statusOf(root, '/artifact-events'), 202)
    assert.deepEqual(seen, [])
  })

  it('go through every application of the program', async () => {
    for (const headers of [{}, { 'x-gate': 'open' }]) {
      const { root, editor, endpoints, mount, seen } = embedded()
      const own = express()
      own.use(gate)
      own.use(editor)
      own.use(endpoints)
      root.use('/red', own)
      mount()
      assert.equal(await statusOf(root, '/red/artifact-events', headers), 'x-gate' in headers ? 202 : 403)
      assert.deepEqual(seen, [])
      server.close()
    }
  })

  it('go through an application of the program that stands around the editor alone', async () => {
    const { root, editor, endpoints, mount, seen, notes } = embedded()
    const around = express()
    around.use(notes('around'))
    around.use(editor)
    root.use(around)
    root.use(endpoints)
    mount()
    assert.equal(await statusOf(root, '/artifact-events'), 202)
    assert.deepEqual(seen, ['around'])
  })

  it('are there when the editor is in no application', async () => {
    const { root, endpoints, mount } = embedded()
    root.use(endpoints)
    mount()
    assert.equal(await statusOf(root, '/artifact-events'), 202)
  })
})
