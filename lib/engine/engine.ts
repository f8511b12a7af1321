import type { Delivery, MaskedRequest, NewDelivery } from '../delivery/delivery.js'
import type { LanePort } from '../delivery/lane-port.js'
import type { SenderPort } from '../delivery/sender-port.js'
import type { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import type { AcceptOptions, EventKeeper, KeptEvent } from '../inbox/event-keeper.js'
import { HandAgain } from '../inbox/hand-again.js'
import { type HandedAgain, type Match, Replay } from '../inbox/replay.js'
import type { DeliveryDetail, DeliveryFilter, DeliveryPage } from '../store/delivery-queue.js'
import type { KnownEvent } from '../store/event-log.js'
import { messageOf, StoreAccess } from '../store/guard/access.js'
import { Housekeeping } from '../store/guard/housekeeping.js'
import { InHand } from '../store/guard/in-hand.js'
import type { Page } from '../store/page.js'
import type { DeliveryStore, End } from '../store/store.js'
import { Alarm, LONGEST_TIMER_MS } from './alarm.js'
import { Cancellation } from './cancellation.js'
import { ClockWatch } from './clock-watch.js'
import { deadline } from './deadline.js'
import { Elsewhere } from './elsewhere.js'
import { atTheEnd } from './end.js'
import { EventHistory } from './event-history.js'
import { Intake } from './intake.js'
import type { Metrics } from './lane/counters.js'
import { Marks } from './lane/marks.js'
import { ByteBudget } from './lane/window.js'
import { Lanes } from './lanes.js'
import { metricsOf } from './metrics.js'
import { type EngineOptions, PAUSED_BY_HAND, type QueuedDelivery, SUSPECT } from './options.js'
import { Pending } from './pending.js'
import { type ReadableStatistics, readableStatistics } from './readable-statistics.js'
import { Redelivery } from './redelivery.js'
import { Senders } from './senders.js'
import { Watches } from './watches.js'

/**
 * Accepts events, keeps deliveries, and sends them when and as often as they should be: at least once, under one id.
 * Everything that is promised is on disk before the promise resolves. While the store does not work, every method that
 * needs it rejects with its `AutomationError` (`store_unavailable`, `store_corrupt`).
 */
export class DeliveryEngine implements EventKeeper {
  readonly history: EventHistory
  readonly #options: EngineOptions
  readonly #access: StoreAccess
  readonly #alarm: Alarm
  readonly #housekeeping: Housekeeping
  readonly #marks: Marks
  readonly #inHand: InHand
  readonly #replay: Replay
  readonly handAgain: HandAgain
  readonly #senders: Senders
  readonly #pending: Pending
  readonly #lanes: Lanes
  readonly redelivery: Redelivery
  readonly cancellation: Cancellation
  readonly #intake: Intake
  readonly statistics: ReadableStatistics
  readonly watches: Watches
  readonly #clockWatch: ClockWatch
  #failedAt: number | null = null
  /** Called when events of an owner of the store that is gone wait for somebody's flows: `takeUnrouted` gives them. */
  onEventsWait: () => void = () => {}

  constructor(options: EngineOptions) {
    const { store, clock, timers, random, log, retentionDays } = options
    this.#options = options
    this.#access = new StoreAccess({
      timers,
      log,
      ...{ open: () => this.#open(), opened: () => elsewhere.opened() },
      recover: () => this.#recover(),
      ...(store.retryEveryMs !== undefined && { retryEveryMs: store.retryEveryMs }),
      failed: () => {
        this.#failedAt ??= clock.now()
        this.#senders.allChanged()
      },
    })
    const access = this.#access
    this.history = new EventHistory(store, access)
    this.statistics = readableStatistics(store.statistics, access, clock)
    const failed = (error: unknown) => access.failed(error)
    this.#alarm = new Alarm(clock, timers, () => this.#ring())
    this.#housekeeping = new Housekeeping({ store, clock, timers, retentionDays, failed })
    this.#marks = new Marks(store, timers, () => this.#lanes.flights(), failed)
    this.#inHand = new InHand(timers, log)
    this.#replay = new Replay(store, clock, this.#inHand)
    this.handAgain = new HandAgain({ store, access, inHand: this.#inHand })
    this.#pending = new Pending((sender) => this.#senders.changed(sender))
    this.#senders = new Senders({
      store,
      timers,
      log,
      inHand: this.#inHand,
      heard: () => options.changed?.(),
      queue: (sender, webhook) => this.#lanes.queueOf(sender, webhook),
    })
    this.#lanes = new Lanes({
      store,
      clock,
      random,
      log,
      budget: new ByteBudget(),
      senders: this.#senders,
      pending: this.#pending,
      blocked: () => (access.stopped ? 'Node-RED is stopping.' : (this.problem?.message ?? null)),
      insist: (work) => access.insist(work),
      background: (work) => access.background(work),
      wakeAt: (time) => this.#alarm.wakeAt(time),
      started: () => this.#marks.started(),
      inHand: this.#inHand,
    })
    const [lanes, pending, senders, housekeeping] = [this.#lanes, this.#pending, this.#senders, this.#housekeeping]
    this.watches = new Watches(store)
    const elsewhere = new Elsewhere({
      ...{ access, lanes, pending, timers, senders, watches: this.watches, inHand: this.#inHand },
      cancel: (id) => this.cancellation.one(id),
      eventsWait: () => this.onEventsWait(),
    })
    elsewhere.follow(store)
    this.#clockWatch = new ClockWatch({ clock, store, lanes, log })
    this.redelivery = new Redelivery({ store, access, pending, lanes, clock })
    this.cancellation = new Cancellation(store, access, lanes)
    this.#intake = new Intake({ store, access, housekeeping, clock, lanes, pending })
  }

  /** Why nothing can be stored now; null when all is well. */
  get problem(): AutomationError | null {
    return this.#access.health.problem
  }

  /** Called with every new problem, and with null when it is over. @returns a function that ends it */
  onProblem(listener: (problem: AutomationError | null) => void): () => void {
    return this.#access.health.onProblem(listener)
  }

  /** Opens the store. Resolves also when that fails: `problem` says why, and it is tried again while that may help. */
  async start(): Promise<void> {
    await this.#access.health.check()
    this.#ring()
  }

  /** Lets requests end until the deadline, cuts off the others, to be sent again at the next start, and closes the store. */
  async stop({ deadlineMs }: { readonly deadlineMs: number }): Promise<void> {
    if (this.#access.stopped) return
    this.#access.stop()
    this.#alarm.stop()
    this.#housekeeping.stop()
    const { over, cancel } = deadline(this.#options.timers, deadlineMs)
    await this.#lanes.detach(over)
    cancel()
    this.#marks.stop()
    this.#senders.stop()
    await this.#options.store.close(this.#end).catch((error) => this.#options.log.error(messageOf(error)))
  }

  get #end(): End {
    return atTheEnd(this.#lanes.flights(), this.#options.clock.now())
  }

  /** The same at once, for the moment a process ends (not `inOrder`: by something in it): what is on its way will be sent again. */
  closeNow(inOrder = true): void {
    if (this.#access.stopped) return
    this.#access.stop()
    this.#alarm.stop()
    try {
      this.#options.store.closeNow?.({ ...this.#end, inOrder })
    } catch (error) {
      this.#options.log.error(messageOf(error))
    }
  }

  /** Stores events, all or none; whoever does not hand the new ones to its flows right after gets them by `takeUnrouted`. */
  accept(source: string, events: readonly ArtifactEvent[], options: AcceptOptions): Promise<KeptEvent[]> {
    return this.#intake.accept(source, events, options)
  }

  /** How far a source was read; moved by `accept`. */
  cursor(key: string): ReturnType<DeliveryStore['cursor']> {
    return this.#access.use(() => this.#options.store.cursor(key))
  }

  event(source: string, eventId: string): Promise<KnownEvent | null> {
    return this.#access.use(() => this.#options.store.event(source, eventId))
  }

  /** Events that the flows have to see (again). `match` names the automations whose senders an event must reach. */
  async *takeUnrouted(match: Match): AsyncGenerator<HandedAgain> {
    if (this.#access.works) yield* this.#replay.take(match)
  }

  /** A webhook is deployed, or deployed anew: its deliveries are sent through the port from now on. */
  attachWebhook(id: string, port: LanePort): void {
    this.#lanes.attach(id, port)
  }

  /** The webhook is going: resolves when its requests have ended, or were cut off at the deadline to be sent again. */
  async detachWebhook(id: string, options: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#lanes.forget(id)
    if (!this.#access.open || this.#access.stopped) return
    const { over, cancel } = deadline(this.#options.timers, options.deadlineMs ?? Number.POSITIVE_INFINITY)
    await this.#lanes.of(id).detach(over)
    cancel()
  }

  /** A sender is deployed: it gets its outputs, also those it missed, and its pending deliveries go on. */
  attachSender(id: string, port: SenderPort): void {
    this.#senders.attach(id, port)
    if (!this.#access.open) return
    this.#access.background(this.#senders.giveOwed(id))
    this.#lanes.wakeFor(id, port.webhook)
  }

  detachSender(id: string): void {
    this.#senders.detach(id)
  }

  /** Stores a delivery; resolves when it is on disk. It is sent as soon as its webhook can take it. */
  enqueue(delivery: NewDelivery): Promise<QueuedDelivery> {
    return this.#intake.enqueue(delivery)
  }

  /** Keeps in the history what would have been sent. */
  recordDryRun(delivery: NewDelivery, request: MaskedRequest): Promise<QueuedDelivery> {
    return this.#intake.dryRun(delivery, request).finally(() => this.#options.changed?.())
  }

  /** Sends nothing to the webhook until `resume`, or a deploy with another URL. */
  pause(webhook: string, reason = PAUSED_BY_HAND): Promise<void> {
    return this.#access.use(() => this.#lanes.of(webhook).pause(reason))
  }

  resume(webhook: string): Promise<void> {
    return this.#access.use(() => this.#lanes.of(webhook).resume())
  }

  /** One page of the history, newest first. A page may be short before the end: only `next: null` is the end. */
  list(filter: DeliveryFilter, page: Page): Promise<DeliveryPage> {
    return this.#access.use(() => this.#options.store.deliveries(filter, page))
  }

  count(filter: DeliveryFilter, signal?: AbortSignal): Promise<number> {
    return this.#access.use(() => this.#options.store.count(filter, signal))
  }

  /** What a sender did last, among the webhook's newest deliveries; null when none of them is its own and over. */
  lastResult(webhook: string, sender: string): Promise<Delivery | null> {
    return this.#access.use(() => this.#options.store.lastResult(webhook, sender))
  }

  get(id: string): Promise<DeliveryDetail | null> {
    return this.#access.use(() => this.#options.store.delivery(id))
  }

  /** How many days what is finished is kept from now on. */
  keepFor(days: number): void {
    this.#housekeeping.keepFor(days)
    this.#alarm.wakeAt(this.#options.clock.now())
  }

  metrics(): Promise<Metrics> {
    const [store, access, lanes, intake] = [this.#options.store, this.#access, this.#lanes, this.#intake]
    return metricsOf({ store, access, lanes, intake }, this.#options.clock.now())
  }

  async #open(): Promise<void> {
    const { clock, log } = this.#options
    const start = { now: clock.now(), suspectWithin: SUSPECT.within, rerouteWithin: SUSPECT.anyway }
    const { clean, lastAlive, ...found } = await this.#options.store.open(start)
    this.#inHand.begin(found)
    if (!clean) log.warn('The delivery store was not closed properly; nothing that was accepted is lost.')
    this.#lanes.load(await this.#options.store.webhookStates())
    await this.#clockWatch.check(lastAlive ?? clock.now())
    this.#pending.load(this.#options.store.pendingAtOpening?.() ?? (await this.#options.store.pending()))
    this.#lanes.begin()
    this.watches.look()
    for (const id of this.#senders.ids) this.#access.background(this.#senders.giveOwed(id))
    this.#alarm.wakeAt(clock.now())
  }

  /** What came while deliveries could not be stored is handed out again. */
  async #recover(): Promise<void> {
    await this.#options.store.probe(this.#options.clock.now())
    if (this.#failedAt !== null) await this.#options.store.suspectEvents(this.#failedAt - SUSPECT.anyway)
    this.#failedAt = null
    this.#alarm.wakeAt(this.#options.clock.now())
  }

  /** At every moment something is due, and at least once a minute. */
  #ring(): void {
    if (this.#access.stopped) return
    this.#alarm.wakeAt(this.#options.clock.now() + LONGEST_TIMER_MS)
    if (!this.#access.works) return
    this.#access.background(this.#clockWatch.check())
    this.#access.background(this.#replay.settle())
    this.#housekeeping.tick()
    this.#lanes.pump()
  }
}
