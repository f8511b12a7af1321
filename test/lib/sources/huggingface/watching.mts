import { compileRule } from '../../../../dist/lib/automations/rule.js'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { authorization, HubApi } from '../../../../dist/lib/sources/huggingface/api.js'
import { HubWatch } from '../../../../dist/lib/sources/huggingface/watch.js'
import { RegistryHttp } from '../../../../dist/lib/sources/watch/http.js'
import { type Looks, RegistryPoller } from '../../../../dist/lib/sources/watch/poller.js'
import { RestClient } from '../../../../dist/lib/sources/watch/rest.js'
import type { WatchStore } from '../../../../dist/lib/sources/watch/store.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { MemoryStore } from '../wandb/memory-store.mts'

export const COMMITS = ['CREATE_ARTIFACT', 'UNLINK_ARTIFACT']
export const ALL = [...COMMITS, 'ADD_ARTIFACT_ALIAS', 'REMOVE_ARTIFACT_ALIAS']

export const trigger = (more: object = {}) => {
  const settings = { scope: 'entity', entity: 'acme', project: '', collection: '', events: ALL, pattern: '', ...more }
  return { trigger: compileRule(settings as never, false).trigger, run: null }
}

/** `ADD_ARTIFACT_ALIAS acme/churn v1`: what a person would say of an event. */
export const brief = (events: readonly ArtifactEvent[]) =>
  events.map(({ event_type, artifact_collection_name, alias }) =>
    [event_type, artifact_collection_name, alias].filter(Boolean).join(' '),
  )

export interface Options {
  readonly triggers?: ReturnType<typeof trigger>[]
  /** Asked at each request. */
  readonly key?: () => string | undefined
  readonly interval?: number
  readonly store?: WatchStore
  /** Called before and after each request. */
  readonly step?: () => void
}

/** A watch of a Hub that polls when it is told. */
export function watching(
  url: string,
  { triggers = [trigger()], key = () => undefined, interval = 30_000, store, step = () => {} }: Options = {},
) {
  const memory = store ?? new MemoryStore()
  const http = new RegistryHttp({ addressPolicy: parseAddressPolicy('lan') })
  const client = new RestClient({
    title: 'Hugging Face',
    baseUrl: url,
    authorization,
    apiKey: () => {
      const text = key()
      return text === undefined ? undefined : new Secret(text)
    },
    send: async (...request) => {
      step()
      const answer = await http.send(...request)
      step()
      return answer
    },
  })
  const looks = new HubWatch({ api: new HubApi(client), baseUrl: url, project: 'hub', interval })
  const skipped = new Map<string, string>()
  const listening: Looks = {
    server: looks.server,
    client: looks.client,
    look: (draft, poll) => {
      skipped.clear()
      return looks.look(draft, { ...poll, onSkip: (what, why) => skipped.set(what, why) })
    },
    forget: () => looks.forget(),
  }
  const poller = new RegistryPoller(listening, {
    source: 'source',
    store: memory,
    interval,
    now: Date.now,
    random: () => 0,
    timers: { set: () => null, clear: () => {} },
    onStatus: () => {},
  })
  poller.setTriggers(triggers)
  return {
    looks,
    poller,
    /** What the last poll left out, and why. */
    skipped,
    async poll() {
      const before = memory instanceof MemoryStore ? memory.events.length : 0
      await poller.poll()
      return memory instanceof MemoryStore ? memory.events.slice(before) : []
    },
    close: () => http.close(),
  }
}
