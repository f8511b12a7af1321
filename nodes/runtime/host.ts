import { homedir } from 'node:os'
import path from 'node:path'
import type { Node, NodeAPI } from 'node-red'
import type { WatchPort } from '../../lib/engine/watches.js'
import { AutomationError, isStoreFailure } from '../../lib/error.js'
import { sampledAutomation } from '../../lib/events/sample-source.js'
import { CatchUp } from '../../lib/inbox/catch-up.js'
import { Dispatcher } from '../../lib/inbox/dispatcher.js'
import { isUnfinished } from '../../lib/inbox/missed.js'
import { Arrivals } from '../../lib/sources/arrivals.js'
import { LastRequests } from '../../lib/sources/mapped/last-requests.js'
import { SourceStates } from '../../lib/sources/states.js'
import { EMBEDDED, storeFile } from '../../lib/store/path.js'
import { asksForDatabase } from '../../lib/store/postgres/settings.js'
import { planStore, type StoreSettings } from '../../lib/store/settings.js'
import { type AddressPolicy, parseAddressPolicy } from '../../lib/webhook/address.js'
import type { FindProxy } from '../../lib/webhook/proxy-environment.js'
import { Automations } from './automations.js'
import { deployedNodes, deployedOf, ownSettings, runningNode, settingsJs, withEnvironment } from './deployed.js'
import { automationsWithSender, FlowGraph } from './flow-graph.js'
import { Ingest } from './ingest.js'
import { machineProxy } from './machine-proxy.js'
import { News } from './news.js'
import { heedProcessEnd, isProcessEnding } from './process-end.js'
import { asAutomationError } from './report.js'
import { KnownSecrets } from './secrets.js'
import { DATABASE, StorePool, type Stores } from './store-pool.js'
import { troublesOf } from './troubles.js'
import type { WebhookRuntime } from './webhook-runtime.js'

interface UserSettings {
  readonly userDir: string
}

/** An event that a trigger sent: its type, and when, in Unix milliseconds. */
export interface LastFired {
  readonly type: string
  readonly at: number
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
  readonly secrets = new KnownSecrets()
  /** What came last to each source that maps what comes. */
  readonly lastRequests = new LastRequests()
  readonly webhooks = new Map<string, WebhookRuntime>()
  /** Of each kind of node: brings saved properties of any age up to date, with the defaults of what is not there. */
  readonly migrations = new Map<string, (saved: object) => object>()
  readonly catchUp: CatchUp
  readonly news: News
  readonly #starters = new Set<() => void>()
  #automations: Automations | null = null
  /** What each trigger sent last, and the store that it was of. */
  #fired = { file: '', last: new Map<string, LastFired>() }
  #embedded: { readonly userDir: string | undefined; readonly file: string } | null = null
  #RED: NodeAPI

  constructor(RED: NodeAPI) {
    this.#RED = RED
    this.stores = new StorePool(
      (level, text) => this.#RED.log[level](text),
      () => this.#storesFolder,
      () => this.dispatcher.running,
      () => ownSettings(this.#RED).database,
    )
    this.stores.onEventsWait = () => this.#handOver(this.dispatcher.handOverWhatWaits())
    this.dispatcher = new Dispatcher(() => this.stores.engine(this.embeddedPath()), Date.now)
    this.catchUp = new CatchUp({
      keeper: () => this.stores.engine(this.embeddedPath()),
      emit: (automation, event) => this.dispatcher.handTo(automation, event),
      isUnfinished: async (id, event, isSettled) => {
        const automation = this.automations.of(id)
        return (
          automation !== undefined &&
          isUnfinished(automation, event, await this.stores.made(id, event.event_id), isSettled)
        )
      },
      isRunning: () => this.dispatcher.running,
      now: Date.now,
      later: (call, ms) => setTimeout(call, ms).unref(),
    })
    this.dispatcher.onSettled = (automation, source, eventId) => this.catchUp.settled(automation, source, eventId)
    const arrivals = new Arrivals(
      { setTimeout: (call, ms) => setTimeout(call, ms).unref(), clearTimeout },
      (id, last) => this.sources.change(id, { last }),
    )
    this.dispatcher.onArrived = (source, event) => {
      this.news.changed('events')
      if (sampledAutomation(source) === null) arrivals.note(source, event, Date.now())
    }
    this.news = new News({
      publish: (topic, data, retain) => this.#RED.comms.publish(topic, data, retain),
      troubles: () => troublesOf(this.#RED, this),
      later: (call, ms) => setTimeout(call, ms).unref(),
    })
    this.stores.onChange = () => this.news.changed('deliveries')
    this.sources.onChange = () => this.news.changed('flows')
    RED.events.on('flows:stopping', () => {
      arrivals.tellNow()
      this.#automations = null
      this.ingest.flowsStopping()
      this.dispatcher.flowsStopping()
    })
    RED.events.on('flows:started', () => this.#flowsStarted())
    this.stores.onProblem((file, problem) => {
      if (file !== this.embeddedPath()) return
      this.sources.storeProblem = problem
      if (problem === null) this.#handOver(this.dispatcher.handOverWhatWaits())
    })
  }

  /** The address policy of settings.js. @throws AutomationError when it is not one */
  get addressPolicy(): AddressPolicy {
    const { addressPolicy, proxies } = ownSettings(this.#RED)
    return parseAddressPolicy(addressPolicy ?? 'lan', proxies)
  }

  /** How this machine's proxy is found for a URL. */
  get machineProxy(): FindProxy {
    return machineProxy(this.#RED)
  }

  /** Under the user directory. */
  get #storesFolder(): string {
    const { userDir: given } = settingsJs<UserSettings>(this.#RED)
    const userDir = given || process.env['NODE_RED_HOME'] || path.join(homedir(), '.node-red')
    return path.resolve(userDir, 'artifact-automations')
  }

  /** Of the store that keeps every event, a file's or the database; asked for with each of them. */
  embeddedPath(): string {
    return this.sharesDatabase ? DATABASE : this.#embeddedFile
  }

  /** Whether the events and deliveries of this Node-RED are where others have theirs. */
  get sharesDatabase(): boolean {
    return asksForDatabase(ownSettings(this.#RED).database)
  }

  get #embeddedFile(): string {
    const { userDir } = settingsJs<UserSettings>(this.#RED)
    if (this.#embedded === null || this.#embedded.userDir !== userDir) {
      this.#embedded = { userDir, file: path.join(this.#storesFolder, EMBEDDED) }
    }
    return this.#embedded.file
  }

  /** The service of a webhook that does not run now, as it is saved. */
  savedService(webhook: string): unknown {
    return deployedOf(this.#RED, 'automation-webhook').find(({ id }) => id === webhook)?.['service']
  }

  /** What each trigger sent last, over redeploys. */
  get fired(): Map<string, LastFired> {
    const file = this.embeddedPath()
    if (this.#fired.file !== file) {
      this.#fired = { file, last: new Map() }
      this.sources.forgetLast()
    }
    return this.#fired.last
  }

  /** What a trigger sent last before this process began, as far as a delivery was made of it. */
  async lastFired(automation: string): Promise<LastFired | null> {
    const found: LastFired[] = []
    for (const engine of await this.stores.all()) {
      if (engine.problem !== null) continue
      const [newest] = (await engine.list({ automation }, { limit: 1 })).deliveries
      const event = newest && (await engine.get(newest.id))?.event
      if (newest && event) found.push({ type: event.event_type, at: Date.parse(newest.created_at) })
    }
    return found.sort((one, other) => other.at - one.at)[0] ?? null
  }

  /** Runs `callback` whenever flows have (re)started, until the node is closed: every other node exists then. */
  whenStarted(node: Node, callback: () => void): void {
    this.#starters.add(callback)
    node.on('close', () => {
      this.#starters.delete(callback)
    })
  }

  /** The automations that are deployed, looked up once a deploy. */
  get automations(): Automations {
    this.#automations ??= new Automations(this.#RED, this)
    return this.#automations
  }

  #flowsStarted(): void {
    this.#automations = null
    this.ingest.flowsStarted()
    if (!this.#inUse) return
    if (this.sharesDatabase) heedProcessEnd()
    this.sources.storeProblem = this.stores.open(this.embeddedPath()).problem
    this.stores.keepFor(this.#retention())
    for (const webhook of this.webhooks.values()) webhook.refresh()
    for (const callback of [...this.#starters]) callback()
    this.news.changed('flows')
    this.#handOver(this.dispatcher.flowsStarted(automationsWithSender(this.#RED)))
  }

  /** Whoever only installed the package gets no store file. */
  get #inUse(): boolean {
    if (this.stores.size > 0) return true
    return ['artifact-source', 'webhook-sender'].some((type) => deployedOf(this.#RED, type).length > 0)
  }

  /**
   * Has something watched as long as no other Node-RED with the same database does.
   * @returns what ends it
   */
  watchAlone(source: string, port: WatchPort): () => Promise<void> {
    if (this.sharesDatabase) return this.stores.open(DATABASE).watches.add(source, port)
    port.begin()
    return () => port.end()
  }

  /** A node closes. When the whole process is about to end, what it has of a database goes to others at once. */
  async closing(): Promise<void> {
    if (isProcessEnding()) await this.stores.leave()
  }

  /** Without a usable store nothing can be handed over; it is tried again when the store comes back. */
  #handOver(work: Promise<void>): void {
    const caughtUp = work.then(() => (this.dispatcher.running ? this.catchUp.resume() : undefined))
    caughtUp.catch((error: Error) => {
      // what is wrong with a store, it has said itself
      if (!isStoreFailure(error)) this.#RED.log.error(`[artifact-automations] ${error.message}`)
    })
  }

  /** Takes the newest of the API objects: every node set has one of its own, to the same runtime. */
  join(RED: NodeAPI): void {
    this.#RED = RED
    this.ingest.mount(RED)
  }

  /** @throws AutomationError `store_invalid` */
  #planned(id: string, saved: StoreSettings): { file: string; retentionDays: number } {
    const { path: given, retentionDays } = planStore(withEnvironment(this.#RED, id, saved))
    const others = deployedOf(this.#RED, 'delivery-store').filter((node) => node.id !== id)
    const paths = others.map((node) => withEnvironment(this.#RED, node.id, node as object as StoreSettings).path)
    const texts = paths.filter((other) => typeof other === 'string')
    const file = storeFile(this.#storesFolder, given, texts)
    return { file: this.sharesDatabase && file === this.#embeddedFile ? DATABASE : file, retentionDays }
  }

  /** Opens the store of a deployed `delivery-store`. @throws AutomationError `store_invalid` */
  openStore(id: string, saved: StoreSettings): void {
    this.stores.open(this.#planned(id, saved).file)
  }

  /** Days by file. Several stores may name one file, the embedded one too: none of them loses what it wants to keep. */
  #retention(): Map<string, number> {
    const longest = new Map<string, number>()
    for (const { id, node } of new FlowGraph(deployedNodes(this.#RED)).ofType('delivery-store')) {
      if (!runningNode(this.#RED, id)) continue
      try {
        const { file, retentionDays } = this.#planned(id, node as object)
        longest.set(file, Math.max(retentionDays, longest.get(file) ?? 0))
      } catch {
        // its node and its webhooks have said what is wrong with it
      }
    }
    return longest
  }

  /**
   * The stores of a webhook, by the deployed configuration: config nodes are made in any order.
   * @param id of its delivery-store, empty for the embedded one
   * @param z where the webhook stands: in an instance of a subflow, the store's id begins with it
   */
  storesOf(id: string, z?: string): Stores {
    const embedded = this.stores.open(this.embeddedPath())
    const now = () => this.stores.now(this.embeddedPath())
    if (!id) return { own: embedded, all: [embedded], problem: null, now }
    const enabled = deployedOf(this.#RED, 'delivery-store').filter(({ d }) => !d)
    const saved = enabled.findLast((node) => node.id === id || `${z}-${node.id}` === id)
    try {
      if (!saved) throw NO_STORE
      const own = this.stores.open(this.#planned(id, saved as object).file)
      return { own, all: own === embedded ? [embedded] : [own, embedded], problem: null, now }
    } catch (error) {
      return { own: embedded, all: [embedded], problem: asAutomationError(error), now }
    }
  }
}

const NO_STORE = new AutomationError(
  'store_missing',
  'The delivery store of this webhook does not exist or is disabled. Choose another one.',
)
