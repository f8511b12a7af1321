import { compileRule } from '../../../../dist/lib/automations/rule.js'
import type { WatchTrigger } from '../../../../dist/lib/automations/watch-trigger.js'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { authorization, MlflowApi } from '../../../../dist/lib/sources/mlflow/api.js'
import { MlflowWatch } from '../../../../dist/lib/sources/mlflow/watch.js'
import { RegistryHttp } from '../../../../dist/lib/sources/watch/http.js'
import { type Looks, RegistryPoller } from '../../../../dist/lib/sources/watch/poller.js'
import { RestClient } from '../../../../dist/lib/sources/watch/rest.js'
import type { WatchStatus } from '../../../../dist/lib/sources/watch/status.js'
import type { WatchStore } from '../../../../dist/lib/sources/watch/store.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { MemoryStore } from '../wandb/memory-store.mts'

export const EVENTS = [
  ...['LINK_ARTIFACT', 'UNLINK_ARTIFACT', 'ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS', 'ADD_ARTIFACT_TAG'],
  ...['REMOVE_ARTIFACT_TAG', 'ADD_COLLECTION_TAG', 'REMOVE_COLLECTION_TAG'],
]

export const triggers = (collection = ''): WatchTrigger[] => {
  const settings = { scope: 'project', entity: '', project: '', collection, events: EVENTS, pattern: '' }
  return [{ trigger: compileRule(settings as never, false).trigger, run: null }]
}

export interface Watching {
  readonly poller: RegistryPoller
  readonly client: RestClient
  readonly statuses: WatchStatus[]
  /** What the last poll left out, and why. */
  readonly skipped: ReadonlyMap<string, string>
  /** Polls once. @returns what is new */
  poll(): Promise<ArtifactEvent[]>
  close(): Promise<void>
}

export interface Options {
  readonly store?: WatchStore
  readonly key?: string
  readonly step?: () => void
  readonly fullLookEvery?: number
  /** Another look than MLflow's own. */
  readonly looks?: (client: RestClient) => Looks
  /** What a trigger names. */
  readonly collection?: string
}

/** A watch of an MLflow server that polls when it is told. */
export function watching(
  url: string,
  { store, key, step = () => {}, fullLookEvery = 0, looks: other, collection }: Options = {},
): Watching {
  const memory = store ?? new MemoryStore()
  const http = new RegistryHttp({ addressPolicy: parseAddressPolicy('lan') })
  const client = new RestClient({
    title: 'MLflow',
    baseUrl: url,
    authorization,
    apiKey: () => (key === undefined ? undefined : new Secret(key)),
    send: async (...request) => {
      step()
      const answer = await http.send(...request)
      step()
      return answer
    },
  })
  const statuses: WatchStatus[] = []
  const place = { entity: 'acme', project: 'models' }
  const api = new MlflowApi(client)
  const looks = other?.(client) ?? new MlflowWatch({ api, server: url, ...place, fullLookEvery, now: Date.now })
  const skipped = new Map<string, string>()
  const look = looks.look.bind(looks)
  looks.look = (draft, poll) => {
    skipped.clear()
    return look(draft, { ...poll, onSkip: (what, why) => skipped.set(what, why) })
  }
  const poller = new RegistryPoller(looks, {
    source: 'source',
    store: memory,
    interval: 30_000,
    now: Date.now,
    random: () => 0,
    timers: { set: () => null, clear: () => {} },
    onStatus: (status) => statuses.push(status),
  })
  poller.setTriggers(triggers(collection))
  return {
    poller,
    client,
    statuses,
    skipped,
    async poll() {
      const before = memory instanceof MemoryStore ? memory.events.length : 0
      await poller.poll()
      return memory instanceof MemoryStore ? memory.events.slice(before) : []
    },
    close: () => http.close(),
  }
}

/** `ADD_ARTIFACT_ALIAS churn:production` and so on: what a person would say of an event. */
export const brief = (events: readonly ArtifactEvent[]): string[] =>
  events.map(({ event_type, artifact_version_string = '', tag }) =>
    [event_type, artifact_version_string.replace('acme/models/', ''), tag].filter(Boolean).join(' '),
  )
