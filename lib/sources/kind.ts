import type { WatchTrigger } from '../automations/watch-trigger.js'
import type { AutomationError } from '../error.js'
import type { Secret } from '../secrets/secret.js'
import type { AddressPolicy } from '../webhook/address.js'
import type { FindProxy } from '../webhook/proxy-environment.js'
import type { HttpSourceSettings } from './http/settings.js'
import type { WatchedSettings } from './watch/settings.js'
import type { Skipped } from './watch/skips.js'
import type { Lacking, WatchStatus } from './watch/status.js'
import type { WatchStore } from './watch/store.js'

/** The saved properties of a source, of whatever kind. */
export interface SourceSettings extends HttpSourceSettings, WatchedSettings {
  /** Id of the automation-secret by which senders prove themselves. */
  readonly secret: string
  /** Id of the automation-secret that holds the key with which a registry is asked. */
  readonly apiKey: string
}

/** What of them a watched source needs. */
export type WatchedSource = WatchedSettings & Pick<SourceSettings, 'entity' | 'project' | 'apiKey'>

/** What a kind of source can do. Runs in the editor too. */
export interface SourceKind {
  /** What people call the registry, in sentences and logs. */
  readonly title: string
  /** Told: registries post to it. Watched: it asks, and reports what changed. */
  readonly gets: 'told' | 'watched'
  /** Whether its key can look around: names to choose from in the dialogs. */
  readonly explores: boolean
  /** Whether automations that were made there can be brought over. */
  readonly imports: boolean
  /** Whether it evaluates the metrics of runs itself, by the rules of its triggers. */
  readonly evaluatesRuns: boolean
  /** What a watched registry does not know, so that the source says it: every event gets it. */
  readonly asksFor: readonly ('entity' | 'project')[]
  /** What a watched registry usually has there. */
  readonly usual: { readonly baseUrl?: string; readonly entity?: string; readonly project?: string }
  /** The property that names its secret; null when these settings need none. */
  secretOf(settings: Pick<SourceSettings, 'auth' | 'apiKey'>): 'secret' | 'apiKey' | null
  /** @throws AutomationError `secret_invalid` in words, for a secret that can never be right there */
  judgeSecret(settings: Pick<SourceSettings, 'auth'>, secret: Secret): void
  /** Why it takes no events while that secret has no value. */
  readonly withoutSecret: AutomationError
  /** @throws AutomationError `source_invalid` in words, for settings with which it could never get an event */
  check(settings: SourceSettings): void
  /** Where it gets its events, short enough for a label. */
  placeOf(settings: Partial<Pick<SourceSettings, 'path' | 'baseUrl'>>): string
}

/** How a registry is reached. */
export interface Network {
  /** Asked at each request, so that a key that is entered later is used; undefined when there is none. */
  apiKey(): Secret | undefined
  readonly addressPolicy: AddressPolicy
  readonly machineProxy: FindProxy
  /** Hours between two full looks, as settings.js has it; undefined when it does not say. */
  readonly fullScanHours?: unknown
}

/** What a watched kind does at run time. */
export interface LiveKind {
  /** @throws AutomationError `source_invalid`; what is opened ends with `close` */
  connect(settings: WatchedSource, network: Network): Registry
}

/** A registry that can be asked. */
export interface Registry {
  watch(options: WatchOptions): Watch
  /** What its key sees, for people who choose from it. @throws SourceFailure in words */
  explore(place: ExploredPlace, signal: AbortSignal): Promise<Exploration>
  /** Its automations as nodes of a flow, where the kind imports. @throws SourceFailure in words */
  importAutomations?(options: ImportOptions, signal: AbortSignal): Promise<object>
  /** Cuts off what is under way. */
  close(): Promise<void>
}

export interface WatchOptions {
  /** The id of the source. */
  readonly source: string
  readonly store: WatchStore
  readonly now: () => number
  readonly random: () => number
  readonly timers: { set(callback: () => void, ms: number): unknown; clear(timer: unknown): void }
  readonly onStatus: (status: WatchStatus) => void
}

/** Watches for all automations of a source. */
export interface Watch {
  /** All triggers of the source at once. When polling has begun the next poll is at once. */
  setTriggers(triggers: readonly WatchTrigger[]): void
  start(): void
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>
}

/** What is to be looked at more closely; empty names are any. */
export interface ExploredPlace {
  /** An entity, or an organization by its name. */
  readonly entity: string
  /** The full name of a project or registry, whose collections are wanted. */
  readonly project: string
}

/** What a key can see. */
export interface Exploration {
  /** Whom the key belongs to; empty when the registry does not say. */
  readonly username: string
  /** What the server says that it is, where it has no keys that belong to somebody. */
  readonly server?: string
  readonly organizations: readonly { readonly name: string; readonly entity: string }[]
  readonly entities: readonly { readonly name: string }[]
  /** Full names, with the entities that own them. */
  readonly projects: readonly Place[]
  readonly registries: readonly Place[]
  /** Of the project that was named. */
  readonly collections: readonly string[]
  /** Entities that were left out, because there are so many. */
  readonly unseen: number
  /** What could not be read, and why. */
  readonly skipped: readonly Skipped[]
  /** What the server was seen to lack, and what is missing without it. */
  readonly lacks?: readonly Lacking[]
}

export interface Place {
  readonly entity: string
  readonly name: string
}

export interface ImportOptions {
  /** The id of the source that the automations will use. */
  readonly source: string
  newId(): string
  /** Nodes that are there already, as the editor holds them. */
  readonly existing: readonly unknown[]
}
