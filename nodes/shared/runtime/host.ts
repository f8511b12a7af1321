import { homedir } from 'node:os'
import path from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import { type AddressPolicy, parseAddressPolicy } from '../../../lib/webhook/address.js'
import { mountAdmin } from './admin/mount.js'
import { Dispatcher } from './dispatcher.js'
import { automationsWithSender } from './flow-graph.js'
import { Ingest } from './ingest.js'
import { SourceStates } from './source-states.js'
import { StorePool } from './store-pool.js'
import type { WebhookRuntime } from './webhook-runtime.js'

/** What operators set in settings.js. */
export interface AutomationsSettings {
  /** `lan` (default), `public`, or a list of host names, addresses and CIDR ranges. */
  addressPolicy?: 'lan' | 'public' | readonly string[]
}

/**
 * What outlives the nodes: Node-RED makes new node objects at every deploy, but the queue, the paths that sources
 * listen on and the events on their way belong to the process.
 */
export class Host {
  readonly stores: StorePool
  readonly dispatcher: Dispatcher
  readonly ingest = new Ingest()
  readonly sources = new SourceStates()
  readonly webhooks = new Map<string, WebhookRuntime>()
  readonly #mounted = new WeakSet<object>()
  readonly #starters = new Set<() => void>()
  #RED: NodeAPI

  constructor(RED: NodeAPI) {
    this.#RED = RED
    this.stores = new StorePool((level, text) => this.#RED.log[level](text))
    this.dispatcher = new Dispatcher(() => this.stores.engine(this.embeddedPath()), Date.now)
    RED.events.on('flows:stopping', () => this.dispatcher.flowsStopping())
    RED.events.on('flows:started', () => this.#flowsStarted())
    this.stores.onProblem((file, problem) => {
      if (file !== this.embeddedPath()) return
      this.sources.storeProblem = problem
      if (problem === null) this.#logged(this.dispatcher.handOverWhatWaits())
    })
  }

  /** The address policy of settings.js. @throws AutomationError when it is not one */
  get addressPolicy(): AddressPolicy {
    return parseAddressPolicy(this.#settings.addressPolicy ?? 'lan')
  }

  get #settings(): AutomationsSettings {
    const { artifactAutomations } = this.#RED.settings as unknown as { artifactAutomations?: AutomationsSettings }
    return artifactAutomations ?? {}
  }

  /** A store's file: as given when absolute, else under `artifact-automations/` in the user directory. */
  storePath(given: string | undefined): string {
    const userDir = this.#RED.settings.userDir || process.env['NODE_RED_HOME'] || path.join(homedir(), '.node-red')
    return path.resolve(userDir, 'artifact-automations', given || 'store.db')
  }

  embeddedPath(): string {
    return this.storePath(undefined)
  }

  /** Runs `callback` whenever flows have (re)started, until the node is closed: every other node exists then. */
  whenStarted(node: Node, callback: () => void): void {
    this.#starters.add(callback)
    node.on('close', () => {
      this.#starters.delete(callback)
    })
  }

  #flowsStarted(): void {
    if (!this.#inUse) return
    this.sources.storeProblem = this.stores.open(this.embeddedPath()).problem
    this.ingest.flowsStarted()
    for (const webhook of this.webhooks.values()) webhook.refresh()
    for (const callback of [...this.#starters]) callback()
    this.#logged(this.dispatcher.flowsStarted(automationsWithSender(this.#RED)))
  }

  /** Whoever only installed the package gets no store file. */
  get #inUse(): boolean {
    let used = this.stores.size > 0
    this.#RED.nodes.eachNode(({ type }) => {
      used ||= type === 'artifact-source' || type === 'webhook-sender'
    })
    return used
  }

  /** Without a usable store nothing can be handed over; it is tried again when the store comes back. */
  #logged(work: Promise<void>): void {
    work.catch((error: Error) => this.#RED.log.error(`[artifact-automations] ${error.message}`))
  }

  /** Takes part in this runtime: once per Node-RED, although every node set has an API object of its own. */
  join(RED: NodeAPI): void {
    this.#RED = RED
    this.ingest.mount(RED)
    if (this.#mounted.has(RED.httpAdmin)) return
    this.#mounted.add(RED.httpAdmin)
    mountAdmin(RED, this)
  }
}

const hosts = new WeakMap<object, Host>()

/** The host of this Node-RED; its event bus is what every node set shares. */
export function hostOf(RED: NodeAPI): Host {
  let host = hosts.get(RED.events)
  if (!host) {
    host = new Host(RED)
    hosts.set(RED.events, host)
  }
  host.join(RED)
  return host
}

/** Closes every store of this process; they open again when something is stored. For tests, which delete the files. */
export function closeStores(RED: { events: object }): void {
  hosts.get(RED.events)?.stores.closeNow()
}
