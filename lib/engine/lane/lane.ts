import { inShort } from '../../delivery/in-short.js'
import type { LanePort, SendResult } from '../../delivery/lane-port.js'
import type { Waiting } from '../../delivery/sender-port.js'
import type { StoredDelivery } from '../../delivery/stored.js'
import { isLeaseLost } from '../../error.js'
import type { AttemptRecord, WebhookState } from '../../store/delivery-queue.js'
import { outputOf } from '../describe.js'
import { Breaker } from './breaker.js'
import { Results, type WebhookMetrics } from './counters.js'
import { Filling } from './filling.js'
import { type Flight, Flights } from './flights.js'
import type { LaneContext } from './lane-context.js'
import { standing } from './standing.js'
import { LaneState } from './state.js'
import { Tenure } from './tenure.js'
import { failingSince, pausedBecause, stoppedBecause, WaitingNews } from './waiting.js'
import { LOW_WATER, Window } from './window.js'

/** The way to one webhook: what waits, what may go, what is on its way. A slow or dead endpoint holds up only its own. */
export class Lane {
  readonly id: string
  readonly #context: LaneContext
  readonly #window: Window
  readonly #breaker = new Breaker()
  readonly #results = new Results()
  readonly #flights: Flights
  readonly #filling: Filling
  readonly #kept: LaneState
  readonly #tenure: Tenure
  #name = ''
  #reserved = 0
  /** Whether due deliveries may be on disk that are not in the window. */
  #backlog = true
  #nextDue: number | null = null
  #claiming = false
  /** Why the last attempt failed that will be made again, in a word or two; null while that is not known. */
  #failure: string | null = null
  readonly #news: WaitingNews

  constructor(id: string, state: WebhookState | undefined, context: LaneContext) {
    this.id = id
    this.#kept = new LaneState(id, state, context)
    this.#context = context
    this.#news = new WaitingNews(id, context)
    this.#window = new Window(context.budget)
    this.#flights = new Flights(context, {
      answered: (result, port, now) => this.#learn(result, port, now),
      recorded: (record, successor) => this.#recorded(record, successor),
      changed: () => this.pump(),
    })
    this.#filling = new Filling(this.#window, this.#flights)
    const emptied = () => {
      this.#backlog = true
    }
    const [kept, window, flights] = [this.#kept, this.#window, this.#flights]
    this.#tenure = new Tenure({ kept, window, flights, context, emptied, wake: () => this.wake() })
  }

  get ordered(): boolean {
    const deployed = this.#tenure.deployment?.port.ordering
    // the store says so a moment later, where another owner has the lane
    return deployed === 'collection' || this.#kept.current.ordering === 'collection'
  }

  /** Whether what waits can be sent from here, as far as settings and secrets of the webhook go. */
  get canSend(): boolean {
    return this.#tenure.canSend
  }

  get flights(): Iterable<Flight> {
    return this.#flights.all
  }

  get metrics(): WebhookMetrics {
    const now = this.#context.clock.now()
    const pending = this.#context.pending.ofWebhook(this.id)
    const isWaiting = pending > this.#flights.size
    const limited = isWaiting ? (this.#tenure.deployment?.rate.holdsUntil(now) ?? null) : null
    return {
      id: this.id,
      name: this.#name,
      ...this.#results.sums,
      pending,
      senderless: this.#senderless(),
      inFlight: this.#flights.size,
      ...standing(this.#kept.current, this.#breaker, now, limited),
    }
  }

  /** Pending deliveries whose sender nobody has. */
  #senderless(): number {
    const { pending, senders, store } = this.#context
    const lacking = pending
      .of(this.id)
      .filter(({ sender }) => !senders.has(sender) && store.nobodyCanSend({ webhook: this.id, sender }))
    return lacking.reduce((sum, { count }) => sum + count, 0)
  }

  /** Why nothing is sent now; null when deliveries are on their way. */
  waiting(now = this.#context.clock.now()): Waiting | null {
    const idle = this.#window.size === 0 && !this.#backlog && !this.#claiming
    const due = idle ? (this.#nextDue ?? now) : now
    const [breaker, failure, inFlight] = [this.#breaker, this.#failure, this.#flights.size]
    return this.#stopped(now) ?? failingSince({ breaker, due, inFlight, failure, now })
  }

  /** Why nothing is sent until somebody says so. */
  paused(): Waiting | null {
    return this.#kept.current.paused === null ? null : pausedBecause(this.#kept.current.paused)
  }

  /** Why nothing may be sent, however the endpoint answers. */
  #stopped(now: number): Waiting | null {
    const { blocked } = this.#context
    const { current } = this.#kept
    const { lease, deployment } = this.#tenure
    const [port, failure] = [deployment?.port, this.#failure]
    return stoppedBecause({ ...current, port, lease, blocked, failure, now })
  }

  async attach(port: LanePort): Promise<void> {
    this.#name = port.name
    await this.#tenure.attach(port)
  }

  gained(): Promise<void> {
    return this.#tenure.gained()
  }

  lost(): void {
    this.#tenure.lost()
  }

  yielded(deadline: Promise<void>): Promise<void> {
    return this.#tenure.yielded(deadline)
  }

  detach(deadline: Promise<void>): Promise<void> {
    return this.#tenure.detach(deadline)
  }

  /** Another owner of the store paused the webhook, let it go on, or was asked by it to wait. */
  changedElsewhere(state: WebhookState): void {
    this.#kept.current = state
    this.pump()
  }

  async pause(reason: string): Promise<void> {
    await this.#kept.change({ paused: reason, pausedUrl: this.#tenure.deployment?.port.url ?? null })
    this.#news.tell(this.waiting())
  }

  async resume(): Promise<void> {
    await this.#kept.resume()
    this.pump()
  }

  /** Whether a delivery that is being stored may go straight into the window; then `arrived` must be called. */
  reserve(sender: string): boolean {
    const free =
      !this.#backlog &&
      !this.#tenure.reordering &&
      this.#stopped(this.#context.clock.now()) === null &&
      !this.#breaker.open &&
      this.#context.senders.has(sender) &&
      this.#window.hasRoomBeside(this.#reserved)
    if (free) this.#reserved++
    return free
  }

  /** After a delivery was stored: with itself when it was claimed. */
  arrived(reserved: boolean, claimed: StoredDelivery | null): void {
    if (reserved) this.#reserved--
    if (claimed !== null) this.#filling.take([claimed])
    else if (!reserved) this.#backlog = true
    this.pump()
  }

  async cancel(taken: readonly StoredDelivery[], busy: ReadonlySet<number>): Promise<void> {
    await this.#filling.cancel(taken, busy, this.#claiming || this.#reserved > 0)
    this.pump()
  }

  /** There may be more due deliveries on disk than the lane knows of. */
  wake(): void {
    this.#backlog = true
    this.pump()
  }

  /** The clock was set back by so many milliseconds, and the due times on disk with it. */
  clockSetBack(by: number): void {
    this.#kept.clockSetBack(by)
    this.#breaker.shift(by)
    this.#nextDue = null
    this.wake()
  }

  /** Sends what may be sent now, and sees to it that it is called again when more may be. */
  pump(): void {
    if (!this.#claiming && this.#reserved === 0) this.#filling.settled()
    // several times an event: a look at the clock costs more than all the rest here
    const now = this.#context.clock.now()
    this.#send(now)
    this.#news.tell(this.waiting(now))
  }

  #send(now: number): void {
    const { background, senders, wakeAt } = this.#context
    const { deployment, lease, reordering } = this.#tenure
    const stopped = this.#stopped(now)
    if (stopped !== null && stopped.until !== null) wakeAt(stopped.until)
    if (deployment === null || lease === null || reordering || stopped !== null) return
    if (this.#nextDue !== null && this.#nextDue <= now) {
      this.#nextDue = null
      this.#backlog = true
    }
    const { port, rate } = deployment
    const away: StoredDelivery[] = []
    while (this.#window.size > 0 && this.#mayFly(port.concurrency, now)) {
      const at = rate.nextAt(now)
      if (at > now) {
        wakeAt(at)
        break
      }
      const next = this.#window.shift()!
      if (next.fence !== lease.fence) continue
      if (!senders.has(next.sender.id)) {
        away.push(next)
        continue
      }
      rate.take(now)
      this.#flights.start(next, deployment)
    }
    if (away.length > 0) background(this.#kept.release(away))
    if (this.#window.size < LOW_WATER && this.#backlog) background(this.#claim())
    else if (this.#nextDue !== null) wakeAt(this.#nextDue)
  }

  #mayFly(concurrency: number, now: number): boolean {
    const allowed = this.#breaker.allowed(now)
    if (allowed === 0) this.#context.wakeAt(this.#breaker.probeAt)
    return this.#flights.open < Math.min(concurrency, allowed)
  }

  async #claim(): Promise<void> {
    if (this.#claiming) return
    this.#claiming = true
    try {
      this.#backlog = false
      const claim = await this.#kept.claim()
      if (claim === null) return
      const { deliveries, more, nextDue, nextError } = claim
      this.#filling.take(deliveries)
      this.#backlog ||= more
      // after a start, what is known of the last attempt stands with the one that waits
      if (nextError !== undefined) this.#failure ??= inShort(nextError, nextError.statusCode)
      if (nextDue !== null) this.#nextDue = Math.min(nextDue, this.#nextDue ?? nextDue)
      if (this.#tenure.deployment === null || this.#tenure.reordering) await this.#tenure.releaseWindow()
    } catch (error) {
      this.#backlog = true
      if (!isLeaseLost(error)) this.#context.log.error(String(error))
      return
    } finally {
      this.#claiming = false
    }
    this.pump()
  }

  #learn({ outcome, attempt }: SendResult, port: LanePort, now: number): void {
    if (outcome.kind === 'retry') this.#failure = inShort(outcome.error, attempt?.status_code)
    const before = this.#kept.current
    const asked = this.#kept.heard(outcome, port.url, now)
    if (!asked) this.#breaker.learn(outcome.kind === 'retry', port.concurrency, now)
    if (this.#kept.current !== before) this.#news.tell(this.waiting())
  }

  #recorded(record: AttemptRecord, successor: boolean): void {
    const { delivery, status, dueAt, owed } = record
    const { pending, senders, wakeAt } = this.#context
    this.#results.add(record)
    if (successor) this.#backlog = true
    if (status === 'pending') {
      if (dueAt === null || (this.#nextDue !== null && dueAt >= this.#nextDue)) return
      this.#nextDue = dueAt
      wakeAt(dueAt)
      return
    }
    pending.add(this.id, delivery.sender.id, -1)
    if (!owed) senders.output(outputOf(record))
  }
}
