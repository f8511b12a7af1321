import assert from 'node:assert/strict'
import { mkdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import path from 'node:path'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { event, source, trigger } from '../nodes/automation.mts'
import { onTab, useSite } from './site.mts'

/** A source never takes what belongs to somebody else, in a real Node-RED with its own editor, endpoints and files. */
describe('The path of an HTTP source', () => {
  const site = useSite()

  const watched = (route: string, more: FlowNode[] = []) =>
    onTab([source({ path: route }), trigger({ wires: [] }), ...more])
  const httpIn = (url: string, method = 'post', name = ''): FlowNode[] => [
    {
      id: `in-${method}`,
      type: 'http in',
      name,
      url,
      method,
      upload: false,
      swaggerDoc: '',
      wires: [[`out-${method}`]],
    },
    { id: `out-${method}`, type: 'http response', name: '', statusCode: '299', headers: {}, wires: [] },
  ]

  /** Exactly this target, which `fetch` would tidy up. */
  function ask(method: string, target: string, headers: Record<string, string> = {}, body = JSON.stringify(event())) {
    const { port } = new URL(site.nodeRed.url)
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
    const all = {
      ...(method !== 'GET' && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) }),
      ...headers,
    }
    const sent = request({ host: '127.0.0.1', port, method, path: target, headers: all, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    sent.on('error', reject)
    sent.end(method === 'GET' ? undefined : body)
    return promise
  }

  /** What the editor needs is answered as ever. */
  async function editorWorks(root = '') {
    for (const page of [
      '/',
      '/settings',
      '/flows',
      '/nodes',
      '/red/red.min.js',
      '/theme',
      '/artifact-automations/events',
    ]) {
      const { status, text } = await ask('GET', `${root}${page}`, {
        Accept: page === '/nodes' ? 'text/html' : 'application/json',
      })
      assert.ok(
        status === 200 || (page === '/theme' && status === 404) || status === 301,
        `${page}: ${status} ${text.slice(0, 100)}`,
      )
    }
  }

  async function isRed(pattern: RegExp, sentence: RegExp, after: number) {
    await site.shows('trigger', pattern)
    await site.nodeRed.logged(sentence, 10_000, after)
  }

  const deploy = async (flow: FlowNode[]) => {
    const after = site.nodeRed.log.length
    await site.deploy(flow)
    return after
  }

  it('is red where the editor, its admin interface or its login are, in whatever spelling, and they go on', async () => {
    await site.start(watched('/somewhere'))
    await site.nodeRed.listen()
    const was = new Map<string, string>()
    const TAKEN = [
      '/flows',
      '/FLOWS/',
      '/%66lows',
      '//flows',
      '/flow/1',
      '/settings',
      '/settings/user',
      '/nodes',
      '/auth/login',
      '/auth/token',
      '/auth/strategy/callback',
      '/red/red.min.js',
      '/favicon.ico',
      '/theme/x',
      '/comms',
      '/icons/node-red/inject.svg',
      '/resources/x/y',
      '/locales/editor',
      '/library/local/flows',
      '/inject/1',
      '/debug/view/debug.html',
      '/artifact-automations/events/sample',
    ]
    for (const route of TAKEN) {
      const { status, text } = await ask('GET', route)
      was.set(route, `${status} ${text}`)
    }
    for (const route of TAKEN) {
      const after = await deploy(watched(route))
      await isRed(/^path taken by the editor$/, /The path \S+ already belongs to Node-RED’s editor/, after)
      const { status, text } = await ask('GET', route)
      if (!['/flows', '/FLOWS/', '/settings', '/nodes'].includes(route))
        assert.equal(`${status} ${text}`, was.get(route), route)
      else assert.equal(status, 200, route)
      await editorWorks()
      // no source answers there
      const { text: refusal } = await ask('POST', route, {}, '{"a":')
      if (route.startsWith('/artifact-automations/')) assert.match(refusal, /The body is not a JSON object/)
      else assert.doesNotMatch(refusal, /"code":"|Events are sent/)
    }
  })

  it('is red when nobody could ask for it as it is shown', async () => {
    await site.start(watched('/somewhere'))
    await site.nodeRed.listen()
    for (const [given, reason] of [
      ['', /empty/],
      ['/', /empty/],
      ['///', /empty/],
      ['/a/../flows', /part that is/],
      ['/./a', /part that is/],
      ['/%2e%2E/flows', /part that is/],
      ['/a?b=1', /a \?/],
      ['/a#b', /#/],
      ['/a\\b', /backslash/],
      ['/100%', /%/],
      ['/a /b', /space/],
      ['/%00', /no text/],
      ['${AA_NO_SUCH_PATH}', /environment variable/],
    ] as const) {
      const after = await deploy(watched(given))
      await isRed(/^invalid path$/, new RegExp(`The path of the source cannot be used: .*${reason.source}`), after)
      await editorWorks()
      for (const target of ['/', '//', '/a', '/a/../flows']) {
        assert.doesNotMatch((await ask('POST', target, {}, '')).text, /"code":"|Events are sent/, target)
      }
    }
  })

  it('is answered as it is shown: spaces, letters of any language, case, slashes, a host before it', async () => {
    await site.start(watched('/somewhere'))
    const ROWS: [given: string, targets: string[]][] = [
      ['/a b/c', ['/a%20b/c', '/A%20B/C', '/a%20b/c/?x=1']],
      [
        '/größe/イベント',
        [
          '/gr%C3%B6%C3%9Fe/%E3%82%A4%E3%83%99%E3%83%B3%E3%83%88',
          '/gr%c3%b6%c3%9fe/%e3%82%a4%e3%83%99%e3%83%b3%e3%83%88/',
        ],
      ],
      ['/Events', ['/events', '/EVENTS', '/Events/', '/%45vents']],
      ['/a//b/', ['/a//b/', '/a/b', '/a//b']],
      ['no-slash', ['/no-slash']],
      ['/a%2Fb', ['/a%2Fb', '/a%2fb']],
      ['/a:b/*/(c)', ['/a:b/*/(c)', '/a%3Ab/%2A/%28c%29']],
      ['/whole', [`http://example.com/whole?x`, '/whole#x']],
    ]
    for (const [given, targets] of ROWS) {
      await deploy(watched(given))
      for (const target of targets) {
        // once the whole way, then the short one
        for (let time = 0; time < 3; time += 1) {
          const { status, text } = await ask('POST', target)
          assert.equal(status, 202, `${given} at ${target}: ${text}`)
        }
        assert.equal((await ask('GET', target)).status, 405)
        assert.equal((await ask('PUT', target, {}, 'no JSON')).status, 405)
      }
    }
    assert.equal((await ask('POST', '/whole/../whole')).status, 404)
  })

  it('is red where an http in of the user is, with parameters and wildcards too, and that one answers', async () => {
    await site.start(watched('/somewhere'))
    await site.nodeRed.listen()
    for (const [url, route, target] of [
      ['/hook', '/hook', '/hook'],
      ['/Hook', '/hOOk/', '/hook'],
      ['/:any', '/hook', '/hook'],
      ['/a/:b/c', '/a/x/c', '/a/x/c'],
      ['/deep/*', '/deep/er/still', '/deep/er/still'],
      ['/opt/:x?', '/opt', '/opt'],
      ['/a%20b', '/a b', '/a%20b'],
    ] as const) {
      const after = await deploy(watched(route, httpIn(url, 'post', 'my hook')))
      await isRed(/^path taken by an http in node$/, /already belongs to the http in node "my hook" \(POST/, after)
      for (let time = 0; time < 3; time += 1) {
        const { status } = await ask('POST', target)
        assert.equal(status, 299, target)
      }
      await editorWorks()
    }
    // it comes back by itself once the other is gone, without the source being deployed again
    await site.deploy(watched('/opt'), 'nodes')
    await site.shows('trigger', /^listening$/)
    assert.equal((await ask('POST', '/opt')).status, 202)
    await site.deploy(watched('/opt', httpIn('/opt')), 'nodes')
    await site.shows('trigger', /^path taken by an http in node$/)
    assert.equal((await ask('POST', '/opt')).status, 299)
  })

  it('shares its path with an http in for another method', async () => {
    await site.start(watched('/hook', [...httpIn('/hook', 'get'), ...httpIn('/:x', 'put')]))
    for (let time = 0; time < 3; time += 1) {
      assert.equal((await ask('POST', '/hook')).status, 202)
      assert.equal((await ask('GET', '/hook')).status, 299)
      assert.equal((await ask('PUT', '/hook')).status, 299)
      assert.equal((await ask('DELETE', '/hook')).status, 405)
    }
  })

  it('is red where another source is, in whatever spelling, and says which', async () => {
    await site.start(watched('/somewhere'))
    await site.nodeRed.listen()
    const second = (route: string) => [
      source({ id: 'other', name: 'the other', path: '/Taken' }),
      source({ path: route }),
      trigger({ wires: [] }),
    ]
    for (const route of ['/Taken', '/taken', '/TAKEN/', '//taken', '/%74aken']) {
      const after = await deploy(onTab(second(route)))
      await isRed(/^path taken by another source$/, /already belongs to the artifact source "the other"/, after)
      assert.equal((await ask('POST', '/taken')).status, 202)
      assert.equal(
        (await site.admin<{ events: { source: string }[] }>('GET', '/events?limit=1')).events[0]?.source,
        'other',
      )
    }
  })

  describe('beside static files', () => {
    async function withFiles(httpStatic: (folder: string) => unknown, more: object = {}) {
      const folder = path.join(site.userDir, 'public')
      await mkdir(path.join(folder, 'docs'), { recursive: true })
      await writeFile(path.join(folder, 'Page.html'), 'a page')
      await site.start(watched('/somewhere'), { settings: { httpStatic: httpStatic(folder), ...more } })
      await site.nodeRed.listen()
    }
    const taken = async (route: string, page: string) => {
      const after = await deploy(watched(route))
      await isRed(/^path taken by static files$/, /already belongs to the static files in .*public/, after)
      assert.equal((await ask('GET', page)).text, 'a page')
      assert.equal((await ask('POST', route)).status, 404)
    }

    it('is red on a file’s path, and free elsewhere: one folder', async () => {
      await withFiles((folder) => folder)
      for (const route of ['/Page.html', '/docs']) await taken(route, '/Page.html')
      await deploy(watched('/docs/events'))
      assert.equal((await ask('POST', '/docs/events')).status, 202)
      assert.equal((await ask('GET', '/Page.html')).text, 'a page')
    })

    it('is red below a root that files alone have: several folders, with httpStaticRoot before them', async () => {
      await withFiles((folder) => [{ path: folder, root: '/files/' }, { path: folder, root: 'img' }, folder], {
        httpStaticRoot: '/static',
      })
      for (const route of ['/static/files/x', '/static/IMG/y', '/static/Page.html', '/static/z']) {
        await taken(route, '/static/files/Page.html')
      }
      await deploy(watched('/files/x'))
      assert.equal((await ask('POST', '/files/x')).status, 202)
    })
  })

  const ROOTS: [settings: object, node: string, admin: string, free: string[], taken: string[]][] = [
    [
      { httpAdminRoot: '/admin' },
      '',
      '/admin',
      ['/flows', '/administrator', '/auth/token'],
      ['/admin', '/Admin/x', '/%61dmin/flows'],
    ],
    [{ httpNodeRoot: '/api' }, '/api', '', ['/flows', '/settings', '/red/x'], []],
    [
      { httpAdminRoot: '/red', httpNodeRoot: '/red' },
      '/red',
      '/red',
      ['/artifact-events'],
      ['/flows', '/red/red.min.js', '/auth/token', '/settings'],
    ],
    [{ httpRoot: '/x/y/' }, '/x/y', '/x/y', ['/artifact-events'], ['/flows', '/comms', '/inject/1']],
    [
      { httpAdminRoot: '/api/admin', httpNodeRoot: 'api' },
      '/api',
      '/api/admin',
      ['/flows'],
      ['/admin', '/admin/anything'],
    ],
    [
      { httpAdminRoot: '/', httpNodeRoot: '/', disableEditor: true },
      '',
      '',
      ['/artifact-events'],
      ['/flows', '/nodes'],
    ],
  ]
  for (const [settings, node, admin, free, taken] of ROOTS) {
    it(`is judged below the roots of ${JSON.stringify(settings)}`, async () => {
      await site.start(watched('/somewhere'), { settings })
      const url = new URL(site.nodeRed.url).origin
      const put = async (route: string) => {
        const after = site.nodeRed.log.length
        const response = await fetch(`${url}${admin}/flows`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(watched(route)),
        })
        assert.ok(response.ok, String(response.status))
        await site.nodeRed.logged(/Started (flows|modified)/, 30_000, after)
        return after
      }
      for (const route of free) {
        await put(route)
        for (let time = 0; time < 3; time += 1) assert.equal((await ask('POST', `${node}${route}`)).status, 202, route)
      }
      for (const route of taken) {
        const after = await put(route)
        await site.nodeRed.logged(/already belongs to Node-RED’s editor/, 10_000, after)
        assert.doesNotMatch((await ask('POST', `${node}${route}`, {}, '{"a":')).text, /"code":"/, route)
      }
      assert.equal((await ask('GET', `${admin}/flows`)).status, 200)
    })
  }

  it('may come from the environment, and is judged all the same', async () => {
    const env = { AA_FREE: '/from/the environment', AA_TAKEN: '/Flows' }
    await site.start(watched('${AA_FREE}'), { env })
    assert.equal((await ask('POST', '/from/the%20environment')).status, 202)
    await site.nodeRed.listen()
    const after = await deploy(watched('${AA_TAKEN}'))
    await isRed(/^path taken by the editor$/, /The path \/Flows already belongs/, after)
    await editorWorks()
  })
})
