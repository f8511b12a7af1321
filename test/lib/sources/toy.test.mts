import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compileRule } from '../../../dist/lib/automations/rule.js'
import { AutomationError } from '../../../dist/lib/error.js'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import type { LiveKind, SourceKind } from '../../../dist/lib/sources/kind.js'
import { type Looks, RegistryPoller } from '../../../dist/lib/sources/watch/poller.js'
import { connectRest } from '../../../dist/lib/sources/watch/rest.js'
import { checkBaseUrl, checkInterval, hostOf } from '../../../dist/lib/sources/watch/settings.js'
import { parseAddressPolicy } from '../../../dist/lib/webhook/address.js'
import { read } from '../../package/repository.mts'
import { MemoryStore } from './wandb/memory-store.mts'

// A registry that nobody has, added as CONTRIBUTING.md says it: a row for the table of kinds …

const toy: SourceKind = {
  title: 'Toys',
  gets: 'watched',
  explores: true,
  imports: false,
  evaluatesRuns: false,
  asksFor: ['entity', 'project'],
  usual: { baseUrl: 'http://localhost:7000' },
  secretOf: ({ apiKey }) => (apiKey ? 'apiKey' : null),
  judgeSecret() {},
  withoutSecret: new AutomationError('secret_missing', 'The source has no key.'),
  check({ baseUrl, interval }) {
    checkInterval(interval)
    checkBaseUrl(baseUrl, 'such as http://localhost:7000')
  },
  placeOf: ({ baseUrl = '' }) => hostOf(baseUrl),
}

// … and what it does at run time: `GET /toys` lists names, and a new one is a new version.

const live: LiveKind = {
  connect({ baseUrl, interval, entity, project }, network) {
    const { client, close } = connectRest(
      { title: toy.title, baseUrl, authorization: (key) => `Bearer ${key}` },
      network,
    )
    const toys = async (signal: AbortSignal) => (await client.get('/toys', {}, { signal })).json as string[]
    const looks: Looks = {
      server: baseUrl,
      client,
      async look(draft, { signal, revision }) {
        const before = JSON.parse(draft.get('toys') ?? 'null') as string[] | null
        const now = await toys(signal)
        draft.set('toys', JSON.stringify(now))
        for (const name of now.filter((each) => before !== null && !before.includes(each))) {
          const event = { event_type: 'LINK_ARTIFACT', artifact_collection_name: name }
          const context = { receivedAt: new Date(), newId: () => `toy-${revision}-${name}`, entity, project }
          draft.events.push(parseEvent(event, context))
        }
      },
    }
    return {
      watch: (options) => new RegistryPoller(looks, { ...options, interval: checkInterval(interval) }),
      explore: async (_place, signal) => ({
        username: '',
        organizations: [],
        entities: [{ name: entity }],
        projects: [{ entity, name: project }],
        registries: [],
        collections: await toys(signal),
        unseen: 0,
        skipped: [],
      }),
      close,
    }
  },
}

describe('A registry that a stranger adds by the recipe', () => {
  let server: Server
  let toys: string[]
  beforeEach(async () => {
    toys = ['bear']
    server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(toys))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
  })

  it('is watched: a baseline, then each new thing once, also after a restart, and says what there is', async () => {
    const settings = {
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      interval: '1',
      ...{ entity: 'acme', project: 'toys', apiKey: '' },
    }
    const network = { apiKey: () => undefined, addressPolicy: parseAddressPolicy('lan'), machineProxy: () => undefined }
    const store = new MemoryStore()
    const trigger = {
      scope: 'project',
      entity: '',
      project: 'toys',
      collection: '',
      events: ['LINK_ARTIFACT'],
      pattern: '',
    }
    const polling = async () => {
      const polled = Promise.withResolvers<void>()
      const registry = live.connect(settings, network)
      const watch = registry.watch({
        source: 'source',
        store,
        now: Date.now,
        random: () => 0,
        timers: { set: (call, ms) => (ms === 0 ? setImmediate(call) : null), clear: () => {} },
        onStatus: ({ kind }) => kind === 'watching' && polled.resolve(),
      })
      watch.setTriggers([{ trigger: compileRule(trigger as never, false).trigger, run: null }])
      watch.start()
      await polled.promise
      await watch.stop()
      assert.deepEqual(
        (await registry.explore({ entity: '', project: '' }, AbortSignal.timeout(5000))).collections,
        toys,
      )
      await registry.close()
    }
    await polling()
    toys.push('ball')
    await polling()
    await polling()
    assert.deepEqual(
      store.events.map(({ artifact_collection_name }) => artifact_collection_name),
      ['ball'],
    )
  })

  it('finds in the recipe what it needs', () => {
    const recipe = read('CONTRIBUTING.md')
    for (const place of [
      'SOURCE_KINDS',
      'lib/sources/kind.ts',
      'lib/sources/live.ts',
      'lib/sources/watch/',
      'toy.test.mts',
    ])
      assert.ok(recipe.includes(place), place)
  })
})
