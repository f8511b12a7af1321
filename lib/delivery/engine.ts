import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import type {
  CursorMove,
  DeliveryDetail,
  DeliveryFilter,
  DeliveryStore,
  EventFilter,
  NewRecord,
  Page,
  Redelivered,
  RedeliveryWish,
  StoredEvent,
} from '../store/store.js'
import { Alarm, LONGEST_TIMER_MS } from './alarm.js'
import type { Metrics } from './counters.js'
import type { Delivery, MaskedRequest, NewDelivery } from './delivery.js'
import { StoreHealth } from './health.js'
import { Housekeeping } from './housekeeping.js'
import { deliveryId } from './id.js'
import { Lane, type LaneContext } from './lane.js'
import type { LanePort } from './lane-port.js'
import { Marks } from './marks.js'
import { keepMessage } from './message.js'
import { orderKey } from './order-key.js'
import { Pending } from './pending.js'
import type { Clock, Log, Timers } from './platform.js'
import { type Match, Replay } from './replay.js'
import type { SenderPort } from './sender-port.js'
import { Senders } from './senders.js'
import { Room } from './window.js'

export interface EngineOptions {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly timers: Timers
  /** [0, 1), for the jitter of retries. */
  readonly random: () => number
  readonly log: Log
  /** How long finished deliveries and their events are kept. */
  readonly retentionDays: number
}

export interface AcceptedEvent {
  readonly event_id: string
  readonly duplicate: boolean
}

export interface QueuedDelivery {
  readonly delivery: Delivery
  readonly duplicate: boolean
}

/** After an unclean stop: what came in the last minute is handed out again unless it settled, … */
const SUSPECT_WITHIN_MS = 60_000
/** … and what came in the last seconds in any case, because a flow may make several deliveries of one event. */
const REROUTE_WITHIN_MS = 5_000
/** After a stop in order, messages that were still in the flow. */
const SUSPECT_AT_STOP_MS = 2_000
/** A clock that goes back by less is none of our business. */
const JUMP_MS = 1_000
const REDELIVER_AT_ONCE = 200

/**
 * Accepts events, keeps deliveries, and sends them when and as often as they should be: at least once, under one id.
 * Everything that is promised is on disk before the promise resolves.
 */
export class DeliveryEngine {
  readonly #store: DeliveryStore
  readonly #clock: Clock
  readonly #log: Log
  readonly #health: StoreHealth
  readonly #alarm: Alarm
  readonly #housekeeping: Housekeeping
  readonly #marks: Marks
  readonly #replay: Replay
  readonly #senders: Senders
  readonly #pending: Pending
  readonly #context: LaneContext
  readonly #timers: Timers
  readonly #lanes = new Map<string, Lane>()
  /** Webhooks that were attached before the store could be opened. */
  readonly #early = new Map<string, LanePort>()
  #open = false
  #stopped = false
  #lastNow: number
  #failedAt: number | null = null
  #accepted = 0
  #duplicates = 0
  #dryRuns = 0

  constructor({ store, clock, timers, random, log, retentionDays }: EngineOptions) {
    this.#store = store
    this.#clock = clock
    this.#timers = timers
    this.#log = log
    this.#lastNow = clock.now()
    const failed = (error: unknown) => this.#failed(error)
    this.#health = new StoreHealth(timers, log, () => (this.#open ? this.#recover() : this.#openStore()))
    this.#alarm = new Alarm(clock, timers, () => this.#ring())
    this.#housekeeping = new Housekeeping({ store, clock, timers, retentionDays, failed })
    this.#marks = new Marks(store, timers, () => this.#flights(), failed)
    this.#replay = new Replay(store, clock)
    this.#pending = new Pending((sender) => this.#senders.changed(sender))
    this.#senders = new Senders({ store, timers, log, queue: (sender) => this.#queueOf(sender) })
    this.#context = {
      store,
      clock,
      random,
      log,
      room: new Room(),
      senders: this.#senders,
      pending: this.#pending,
      blocked: () => (this.#stopped ? 'Node-RED is stopping.' : (this.problem?.message ?? null)),
      storeWorksAgain: (error) => this.#worksAgain(error),
      wakeAt: (time) => this.#alarm.wakeAt(time),
      started: () => this.#marks.started(),
    }
  }

  /** Why nothing can be stored now; null when all is well. */
  get problem(): AutomationError | null {
    return this.#health.problem
  }

  /** Called with every new problem, and with null when it is over. @returns a function that ends it */
  onProblem(listener: (problem: AutomationError | null) => void): () => void {
    return this.#health.onProblem(listener)
  }

  /** Opens the store. Resolves also when that fails: `problem` says why, and it is tried again while that may help. */
  start(): Promise<void> {
    return this.#health.check()
  }

  /** Lets requests end until the deadline, cuts off the others, to be sent again at the next start, and closes the store. */
  async stop({ deadlineMs }: { readonly deadlineMs: number }): Promise<void> {
    if (this.#stopped) return
    this.#stopped = true
    this.#alarm.stop()
    this.#housekeeping.stop()
    const { over, cancel } = this.#deadline(deadlineMs)
    this.#health.stop()
    await Promise.all([...this.#lanes.values()].map((lane) => lane.detach(over)))
    cancel()
    this.#marks.stop()
    this.#senders.stop()
    try {
      if (this.#open) await this.#store.close(this.#end())
    } catch (error) {
      this.#log.error(messageOf(error))
    }
  }

  /** The same at once, for the moment a process ends: what is on its way will be sent again. */
  closeNow(): void {
    if (this.#stopped) return
    this.#stopped = true
    try {
      if (this.#open) this.#store.closeNow?.(this.#end())
    } catch (error) {
      this.#log.error(messageOf(error))
    }
  }

  #end() {
    const now = this.#clock.now()
    const unanswered = [...this.#flights()].filter(({ answered }) => !answered)
    const started = unanswered.map(({ delivery, startedAt }) => ({ seq: delivery.seq, at: startedAt }))
    return { now, suspectSince: now - SUSPECT_AT_STOP_MS, started }
  }

  /**
   * Stores events; resolves when they are on disk. `routed` says that the caller hands those that are no duplicates to
   * its flows right after; otherwise `takeUnrouted` gives them later. `cursor` is moved in the same transaction.
   * @throws AutomationError `store_unavailable`, `store_corrupt`; `cursor_moved` when the cursor was elsewhere
   */
  async accept(
    source: string,
    events: readonly ArtifactEvent[],
    { routed, cursor }: { readonly routed: boolean; readonly cursor?: CursorMove },
  ): Promise<AcceptedEvent[]> {
    const receivedAt = this.#clock.now()
    const duplicates = await this.#write(() => {
      const rows = events.map((event) => ({ source, event, receivedAt, routed }))
      return this.#store.putEvents(rows, cursor)
    })
    return events.map(({ event_id }, index) => {
      const duplicate = duplicates[index]!
      if (duplicate) this.#duplicates++
      else this.#accepted++
      return { event_id, duplicate }
    })
  }

  cursor(key: string): Promise<string | null> {
    return this.#read(() => this.#store.cursor(key))
  }

  event(source: string, eventId: string): Promise<ArtifactEvent | null> {
    return this.#read(() => this.#store.event(source, eventId))
  }

  /**
   * Events that the flows have to see (again): accepted while they were stopped, or not known to have settled before a
   * crash or a failure of the store. `match` names the automations whose senders an event must reach.
   */
  async *takeUnrouted(match: Match): AsyncGenerator<{ source: string; event: ArtifactEvent }> {
    if (!this.#open) return
    yield* this.#replay.take(match)
  }

  /** A webhook is deployed, or deployed anew: its deliveries are sent through the port from now on. */
  attachWebhook(id: string, port: LanePort): void {
    if (!this.#open) this.#early.set(id, port)
    else this.#background(this.#lane(id).attach(port))
  }

  /** The webhook is going: resolves when its requests have ended, or were cut off at the deadline to be sent again. */
  async detachWebhook(id: string, options: { readonly deadlineMs?: number } = {}): Promise<void> {
    this.#early.delete(id)
    const lane = this.#lanes.get(id)
    if (lane === undefined || this.#stopped) return
    const { over, cancel } = this.#deadline(options.deadlineMs ?? Number.POSITIVE_INFINITY)
    await lane.detach(over)
    cancel()
  }

  /** A sender is deployed: it gets its outputs, also those it missed, and its pending deliveries go on. */
  attachSender(id: string, port: SenderPort): void {
    this.#senders.attach(id, port)
    if (this.#open) this.#background(this.#senders.giveOwed(id))
    for (const { webhook } of this.#pending.ofSender(id)) this.#lane(webhook).look()
  }

  detachSender(id: string): void {
    this.#senders.detach(id)
  }

  /** Stores a delivery; resolves when it is on disk. It is sent as soon as its webhook can take it. */
  async enqueue(delivery: NewDelivery): Promise<QueuedDelivery> {
    const lane = this.#lane(delivery.webhook.id)
    const claim = lane.reserve(delivery.sender.id)
    try {
      const record = this.#record(delivery, { ordered: lane.ordered, claim })
      const enqueued = await this.#write(() => this.#store.enqueue(record))
      if (!enqueued.duplicate) this.#pending.add(lane.id, delivery.sender.id, 1)
      lane.arrived(claim, enqueued.claimed)
      return { delivery: enqueued.delivery, duplicate: enqueued.duplicate }
    } catch (error) {
      lane.arrived(claim, null)
      throw error
    }
  }

  /** Keeps in the history what would have been sent. */
  async recordDryRun(delivery: NewDelivery, request: MaskedRequest): Promise<QueuedDelivery> {
    const record = this.#record(delivery, { ordered: false, claim: false })
    const stored = await this.#write(() => this.#store.putDryRun(record, request))
    this.#dryRuns++
    return { delivery: stored.delivery, duplicate: stored.duplicate }
  }

  #record(delivery: NewDelivery, how: { ordered: boolean; claim: boolean }): NewRecord {
    const { event, automation, webhook, sender, payload, slots } = delivery
    return {
      id: deliveryId(event.event_id, sender.id, payload),
      event,
      automation,
      webhook,
      sender,
      payload,
      slots,
      message: keepMessage(delivery.message),
      orderKey: orderKey(event),
      createdAt: this.#clock.now(),
      ...how,
    }
  }

  /** The same delivery again, with further attempts; one that is pending is made due now. False: there is none. */
  async redeliver(id: string): Promise<boolean> {
    const now = this.#clock.now()
    const { deliveries } = await this.#write(() => this.#store.redeliver({ id }, now))
    this.#redelivered(deliveries)
    return deliveries.length > 0
  }

  /** Redelivers what matches, without a status what failed; resolves with the number when all of it is due. */
  async redeliverMany(filter: DeliveryFilter): Promise<number> {
    const now = this.#clock.now()
    const wanted = { ...filter, status: filter.status ?? 'failed' } as const
    let count = 0
    let before: string | null = null
    do {
      const wish: RedeliveryWish = { filter: wanted, before, limit: REDELIVER_AT_ONCE }
      const slice: Redelivered = await this.#write(() => this.#store.redeliver(wish, now))
      this.#redelivered(slice.deliveries)
      count += slice.deliveries.length
      before = slice.next
    } while (before !== null)
    return count
  }

  #redelivered(deliveries: readonly { webhook: string; sender: string; wasPending: boolean }[]): void {
    for (const { webhook, sender, wasPending } of deliveries) {
      if (!wasPending) this.#pending.add(webhook, sender, 1)
    }
    for (const id of new Set(deliveries.map(({ webhook }) => webhook))) this.#lane(id).look()
  }

  /** Sends nothing to the webhook until `resume`, or a deploy with another URL. */
  pause(webhook: string, reason = 'Paused by hand.'): Promise<void> {
    return this.#write(() => this.#lane(webhook).pause(reason))
  }

  resume(webhook: string): Promise<void> {
    return this.#write(() => this.#lane(webhook).resume())
  }

  /** How a webhook stands; `waiting` says in a sentence why nothing is sent, null that all is well. */
  webhookState(id: string): { paused: string | null; waiting: string | null; pending: number; inFlight: number } {
    const lane = this.#lane(id)
    const { pending, inFlight } = lane.metrics
    return { paused: lane.state.paused, waiting: lane.waiting(), pending, inFlight }
  }

  /** One page of the history, newest first. A page may be short before the end: only `next: null` is the end. */
  list(filter: DeliveryFilter, page: Page): Promise<{ deliveries: Delivery[]; next: string | null }> {
    return this.#read(() => this.#store.deliveries(filter, page))
  }

  get(id: string): Promise<DeliveryDetail | null> {
    return this.#read(() => this.#store.delivery(id))
  }

  /** One page of the events that were accepted, newest first; as with `list`, only `next: null` is the end. */
  events(filter: EventFilter, page: Page): Promise<{ events: StoredEvent[]; next: string | null }> {
    return this.#read(() => this.#store.events(filter, page))
  }

  keepFor(days: number): void {
    this.#housekeeping.keepFor(days)
  }

  async metrics(): Promise<Metrics> {
    const oldest = this.#open && this.problem === null ? await this.#store.oldestPending() : null
    return {
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      dryRuns: this.#dryRuns,
      webhooks: [...this.#lanes.values()].map((lane) => lane.metrics),
      queueAgeMs: oldest === null ? 0 : Math.max(0, this.#clock.now() - oldest),
      storeWorks: this.problem === null,
    }
  }

  async #openStore(): Promise<void> {
    const now = this.#clock.now()
    const opening = await this.#store.open({
      now,
      suspectWithin: SUSPECT_WITHIN_MS,
      rerouteWithin: REROUTE_WITHIN_MS,
    })
    if (!opening.clean) this.#log.warn('The delivery store was not closed properly; nothing that was accepted is lost.')
    if (opening.lastAlive !== null) await this.#clockMayHaveJumped(opening.lastAlive)
    for (const [id, state] of await this.#store.webhookStates()) this.#lanes.set(id, new Lane(id, state, this.#context))
    this.#pending.load(await this.#store.pending())
    this.#open = true
    for (const [id, port] of this.#early) this.#background(this.#lane(id).attach(port))
    this.#early.clear()
    for (const id of this.#senders.ids) this.#background(this.#senders.giveOwed(id))
    this.#ring()
  }

  /** After a failure the store is written again. What came when deliveries could not be stored is handed out again. */
  async #recover(): Promise<void> {
    await this.#store.probe(this.#clock.now())
    if (this.#failedAt !== null) await this.#store.suspectEvents(this.#failedAt - REROUTE_WITHIN_MS)
    this.#failedAt = null
    // Once the problem is over, which it is when this returns.
    this.#alarm.wakeAt(this.#clock.now())
  }

  #lane(id: string): Lane {
    let lane = this.#lanes.get(id)
    if (lane === undefined) {
      lane = new Lane(id, undefined, this.#context)
      this.#lanes.set(id, lane)
    }
    return lane
  }

  *#flights() {
    for (const lane of this.#lanes.values()) yield* lane.flights
  }

  #queueOf(sender: string): { pending: number; waiting: string | null } {
    const queues = this.#pending.ofSender(sender)
    const reasons = queues.map(({ webhook }) => this.#lane(webhook).waiting())
    return {
      pending: queues.reduce((sum, { count }) => sum + count, 0),
      waiting: reasons.find((reason) => reason !== null) ?? null,
    }
  }

  /** At every moment something is due, and at least once a minute. */
  #ring(): void {
    if (this.#stopped || !this.#open) return
    this.#alarm.wakeAt(this.#clock.now() + LONGEST_TIMER_MS)
    if (this.problem !== null) return
    this.#background(this.#clockMayHaveJumped(this.#lastNow))
    this.#background(this.#replay.settle())
    this.#housekeeping.tick()
    for (const lane of this.#lanes.values()) lane.pump()
  }

  /** Due times are wall-clock times: when the clock is set back, they go with it, or deliveries would freeze. */
  async #clockMayHaveJumped(before: number): Promise<void> {
    const now = this.#clock.now()
    this.#lastNow = now
    const by = before - now
    if (by < JUMP_MS) return
    this.#log.warn(`The clock was set back by ${Math.round(by / 1000)} s; deliveries that wait go with it.`)
    for (const lane of this.#lanes.values()) lane.clockSetBack(by)
    await this.#store.shiftDue(by, now)
    for (const lane of this.#lanes.values()) lane.look()
  }

  async #write<T>(work: () => Promise<T>): Promise<T> {
    return this.#read(() => {
      this.#housekeeping.changed()
      return work()
    })
  }

  async #read<T>(work: () => Promise<T>): Promise<T> {
    if (this.problem !== null) throw this.problem
    if (!this.#open || this.#stopped) throw notOpen()
    try {
      return await work()
    } catch (error) {
      this.#failed(error)
      throw error
    }
  }

  #failed(error: unknown): void {
    if (!this.#health.failed(error)) return
    this.#failedAt ??= this.#clock.now()
    this.#senders.allChanged()
  }

  #worksAgain(error: unknown): Promise<void> {
    this.#failed(error)
    return this.problem === null ? Promise.reject(error) : this.#health.well()
  }

  /** For work nobody waits for: it is done again by whoever needs it, once the store works. */
  #background(work: Promise<unknown>): void {
    work.catch((error) => {
      if (!this.#stopped && !this.#health.failed(error)) this.#log.error(messageOf(error))
    })
  }

  #deadline(ms: number): { over: Promise<void>; cancel: () => void } {
    if (ms === Number.POSITIVE_INFINITY) return { over: new Promise(() => {}), cancel: () => {} }
    let timer: unknown
    const over = new Promise<void>((resolve) => {
      timer = this.#timers.setTimeout(resolve, ms)
    })
    return { over, cancel: () => this.#timers.clearTimeout(timer) }
  }
}

function notOpen(): AutomationError {
  return new AutomationError('store_unavailable', 'The delivery store is not open.', {
    statusText: 'store is closed',
    retryable: true,
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
