import assert from 'node:assert/strict'
import { compileRunRule, RUN_DEFAULTS, type RunSettings } from '../../../../dist/lib/automations/run-rule.js'
import { compileTrigger, type Scope } from '../../../../dist/lib/automations/trigger.js'
import type { WatchTrigger } from '../../../../dist/lib/automations/watch-trigger.js'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { parseEvent } from '../../../../dist/lib/events/parse.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { WandbClient } from '../../../../dist/lib/sources/wandb/client.js'
import { type PollerOptions, WandbPoller } from '../../../../dist/lib/sources/wandb/poller.js'
import type { WatchStatus } from '../../../../dist/lib/sources/watch/status.js'
import { acme } from '../../../standin/samples.mts'
import { type Standin, type StandinOptions, startStandin } from '../../../standin/server.mts'
import { httpPost } from './http-post.mts'
import { MemoryStore } from './memory-store.mts'

export const ALL_ARTIFACT_EVENTS = [
  'CREATE_ARTIFACT',
  'LINK_ARTIFACT',
  'UNLINK_ARTIFACT',
  'ADD_ARTIFACT_ALIAS',
  'REMOVE_ARTIFACT_ALIAS',
  'ADD_ARTIFACT_TAG',
  'REMOVE_ARTIFACT_TAG',
  'ADD_COLLECTION_TAG',
  'REMOVE_COLLECTION_TAG',
]

/** A trigger as a source gets it from an `artifact-event` node. */
export function trigger(
  scope: Scope,
  {
    entity = '',
    project = '',
    events = ALL_ARTIFACT_EVENTS,
  }: { entity?: string; project?: string; events?: readonly string[] } = {},
): WatchTrigger {
  return { trigger: compileTrigger({ scope, entity, project, collection: '', events, pattern: '' }), run: null }
}

/** A trigger for events of runs in the sample company's project. */
export function runTrigger(settings: Partial<RunSettings>): WatchTrigger {
  const run = compileRunRule({ ...RUN_DEFAULTS, ...settings })
  const events = [run.event]
  return {
    trigger: compileTrigger({
      scope: 'project',
      entity: 'vision',
      project: 'training',
      collection: '',
      events,
      pattern: '',
    }),
    run,
  }
}

export type Acme = ReturnType<typeof acme>

export interface Watching extends Acme {
  readonly standin: Standin
  readonly store: MemoryStore
  readonly client: WandbClient
  readonly poller: WandbPoller
  readonly statuses: WatchStatus[]
  /** Polls once; gives the events that this poll stored, each of which is a valid event. */
  poll(): Promise<ArtifactEvent[]>
  /** The same store with a poller that remembers nothing. */
  restart(triggers?: readonly WatchTrigger[]): void
  /** How many requests `act` makes. */
  requestsOf(act: () => Promise<unknown>): Promise<number>
  close(): Promise<void>
}

export interface WatchingOptions {
  readonly touches?: boolean
  /** What kind of server it is; one of today when left out. */
  readonly server?: Omit<StandinOptions, 'world'>
  readonly poller?: Partial<PollerOptions>
  readonly people?: Acme
}

/** The sample company behind a stand-in, and a poller that watches it; nothing has been polled yet. */
export async function watching(triggers: readonly WatchTrigger[], options: WatchingOptions = {}): Promise<Watching> {
  const people = options.people ?? acme({ touches: options.touches ?? true })
  const { world, ada } = people
  const standin = await startStandin({ world, ...options.server })
  const store = new MemoryStore()
  const statuses: WatchStatus[] = []
  const build = (wanted: readonly WatchTrigger[]) => {
    const client = new WandbClient({
      baseUrl: standin.url,
      apiKey: () => new Secret(String(ada.keys[0])),
      post: httpPost,
      timeout: (ms) => AbortSignal.timeout(ms),
      now: () => world.now,
      userAgent: 'artifact-automations/test',
    })
    const poller = new WandbPoller({
      source: 'source',
      client,
      store,
      appUrl: 'https://wandb.ai',
      interval: 30_000,
      now: () => world.now,
      timers: { set: () => null, clear: () => {} },
      random: () => 0.5,
      onEvents: () => {},
      onStatus: (status) => statuses.push(status),
      ...options.poller,
    })
    poller.setTriggers(wanted)
    return { client, poller }
  }
  let current = build(triggers)
  return {
    ...people,
    standin,
    store,
    statuses,
    get client() {
      return current.client
    },
    get poller() {
      return current.poller
    },
    async poll() {
      const before = store.events.length
      await current.poller.poll()
      const events = store.events.slice(before)
      for (const event of events) {
        const context = { receivedAt: new Date(0), newId: () => assert.fail('an event without an id') }
        assert.deepEqual(parseEvent(JSON.parse(JSON.stringify(event)), context), JSON.parse(JSON.stringify(event)))
      }
      return events
    },
    restart(wanted = triggers) {
      current = build(wanted)
    },
    async requestsOf(act) {
      const before = standin.requests.length
      await act()
      return standin.requests.length - before
    },
    close: () => standin.close(),
  }
}

/** Each event as `TYPE collection:vN subject`, which is what most tests are about. */
export const brief = (events: readonly ArtifactEvent[]): string[] =>
  events.map((event) =>
    [
      event.event_type,
      event.artifact_collection_name === undefined
        ? event.run_name
        : `${event.artifact_collection_name}${event.artifact_version_index === undefined ? '' : `:v${event.artifact_version_index}`}`,
      event.alias ?? event.tag ?? event.metric_name ?? event.run_state,
    ]
      .filter((part) => part !== undefined)
      .join(' '),
  )
