import { inShort } from '../../delivery/in-short.js'
import type { LanePort, SendResult } from '../../delivery/lane-port.js'
import type { Waiting } from '../../delivery/sender-port.js'
import type { StoredDelivery } from '../../delivery/stored.js'
import type { AttemptRecord, WebhookState } from '../../store/delivery-queue.js'
import { outputOf } from '../describe.js'
import { Breaker } from './breaker.js'
import { Results, type WebhookMetrics } from './counters.js'
import { holdFor } from './decide.js'
import { type Deployment, type Flight, Flights } from './flights.js'
import type { LaneContext } from './lane-context.js'
import { RateLimit } from './rate-limit.js'
import { failingSince, pausedBecause, stoppedBecause, WaitingNews } from './waiting.js'
import { CLAIM, LOW_WATER, WINDOW_SIZE, Window } from './window.js'

const OPEN_STATE: WebhookState = { paused: null, pausedUrl: null, heldUntil: null, ordering: 'none' }

/** The way to one webhook: what waits, what may go, what is on its way. A slow or dead endpoint holds up only its own. */
export class Lane {
  readonly id: string
  readonly #context: LaneContext
  readonly #window: Window
  readonly #breaker = new Breaker()
  readonly #results = new Results()
  readonly #flights: Flights
  #state: WebhookState
  #deployment: Deployment | null = null
  #name = ''
  #reserved = 0
  /** Whether due deliveries may be on disk that are not in the window. */
  #backlog = true
  #nextDue: number | null = null
  #claiming = false
  #reordering = false
  /** Why the last attempt failed that will be made again, in a word or two; null while that is not known. */
  #failure: string | null = null
  readonly #news: WaitingNews

  constructor(id: string, state: WebhookState | undefined, context: LaneContext) {
    this.id = id
    this.#state = state ?? OPEN_STATE
    this.#context = context
    this.#news = new WaitingNews(id, context)
    this.#window = new Window(context.budget)
    this.#flights = new Flights(context, {
      answered: (result, port, now) => this.#learn(result, port, now),
      recorded: (record, successor) => this.#recorded(record, successor),
      changed: () => this.pump(),
    })
  }

  get ordered(): boolean {
    return this.#state.ordering === 'collection'
  }

  get flights(): Iterable<Flight> {
    return this.#flights.all
  }

  get metrics(): WebhookMetrics {
    return {
      id: this.id,
      name: this.#name,
      ...this.#results.sums,
      pending: this.#context.pending.ofWebhook(this.id),
      inFlight: this.#flights.size,
      paused: this.#state.paused !== null,
      breakerOpen: this.#breaker.open,
    }
  }

  /** Why nothing is sent now; null when deliveries are on their way. */
  waiting(): Waiting | null {
    const now = this.#context.clock.now()
    const idle = this.#window.size === 0 && !this.#backlog && !this.#claiming
    const due = idle ? (this.#nextDue ?? now) : now
    const [breaker, failure, inFlight] = [this.#breaker, this.#failure, this.#flights.size]
    return this.#stopped() ?? failingSince({ breaker, due, inFlight, failure, now })
  }

  /** Why nothing is sent until somebody says so. */
  paused(): Waiting | null {
    return this.#state.paused === null ? null : pausedBecause(this.#state.paused)
  }

  /** Why nothing may be sent, however the endpoint answers. */
  #stopped(): Waiting | null {
    const { clock, blocked } = this.#context
    const { paused, heldUntil } = this.#state
    const [port, failure, now] = [this.#deployment?.port, this.#failure, clock.now()]
    return stoppedBecause({ port, paused, heldUntil, blocked, failure, now })
  }

  async attach(port: LanePort): Promise<void> {
    const rate = new RateLimit(port.rateLimit, this.#context.clock.now())
    const same = this.#deployment?.port.rateLimit === port.rateLimit
    this.#deployment = { port, cut: new AbortController(), rate: same ? this.#deployment!.rate : rate }
    this.#name = port.name
    const { pausedUrl, ordering } = this.#state
    const deployment = this.#deployment
    await this.#context.insist(async () => {
      if (this.#deployment !== deployment) return
      if (pausedUrl !== null && pausedUrl !== port.url) await this.resume()
      if (ordering !== port.ordering) await this.#reorder(port)
    })
    this.wake()
  }

  async #reorder({ ordering }: LanePort): Promise<void> {
    this.#reordering = true
    try {
      await this.#releaseWindow()
      await this.#context.store.reorder(this.id, ordering, this.#context.clock.now())
      await this.#putState({ ...this.#state, ordering })
    } finally {
      this.#reordering = false
    }
  }

  /** Resolves when the requests that are on their way have ended, or were cut off at the end of `deadline`. */
  async detach(deadline: Promise<void>): Promise<void> {
    const deployment = this.#deployment
    this.#deployment = null
    await this.#releaseWindow()
    const landed = this.#flights.landed()
    await Promise.race([landed, deadline])
    deployment?.cut.abort()
    await landed
  }

  async #releaseWindow(): Promise<void> {
    const left = this.#window.clear().map(({ seq }) => seq)
    this.#backlog = true
    await this.#context.store.release(this.id, left)
  }

  async pause(reason: string): Promise<void> {
    await this.#putState({ ...this.#state, paused: reason, pausedUrl: this.#deployment?.port.url ?? null })
    this.#news.tell(this.waiting())
  }

  async resume(): Promise<void> {
    await this.#putState({ ...this.#state, paused: null, pausedUrl: null, heldUntil: null })
    this.pump()
  }

  async #putState(state: WebhookState): Promise<void> {
    this.#state = state
    await this.#context.store.putWebhookState(this.id, state)
  }

  /** Whether a delivery that is being stored may go straight into the window; then `arrived` must be called. */
  reserve(sender: string): boolean {
    const free =
      !this.#backlog &&
      !this.#reordering &&
      this.#stopped() === null &&
      !this.#breaker.open &&
      this.#context.senders.has(sender) &&
      this.#window.size + this.#reserved < WINDOW_SIZE &&
      !this.#window.full
    if (free) this.#reserved++
    return free
  }

  /** After a delivery was stored: with itself when it was claimed. */
  arrived(reserved: boolean, claimed: StoredDelivery | null): void {
    if (reserved) this.#reserved--
    if (claimed !== null) this.#window.push(claimed)
    else if (!reserved) this.#backlog = true
    this.pump()
  }

  /** There may be more due deliveries on disk than the lane knows of. */
  wake(): void {
    this.#backlog = true
    this.pump()
  }

  /** The clock was set back by so many milliseconds, and the due times on disk with it. */
  clockSetBack(by: number): void {
    const { heldUntil } = this.#state
    if (heldUntil !== null) this.#state = { ...this.#state, heldUntil: heldUntil - by }
    this.#breaker.shift(by)
    this.#nextDue = null
    this.wake()
  }

  /** Sends what may be sent now, and sees to it that it is called again when more may be. */
  pump(): void {
    this.#send()
    this.#news.tell(this.waiting())
  }

  #send(): void {
    const { clock, senders, store, wakeAt } = this.#context
    const deployment = this.#deployment
    const stopped = this.#stopped()
    if (stopped !== null && stopped.until !== null) wakeAt(stopped.until)
    if (deployment === null || this.#reordering || stopped !== null) return
    const now = clock.now()
    if (this.#nextDue !== null && this.#nextDue <= now) {
      this.#nextDue = null
      this.#backlog = true
    }
    const { port, rate } = deployment
    const away: number[] = []
    while (this.#window.size > 0 && this.#mayFly(port.concurrency, now)) {
      const at = rate.nextAt(now)
      if (at > now) {
        wakeAt(at)
        break
      }
      const next = this.#window.shift()!
      if (!senders.has(next.sender.id)) {
        away.push(next.seq)
        continue
      }
      rate.take(now)
      this.#flights.start(next, deployment)
    }
    if (away.length > 0) void store.release(this.id, away)
    if (this.#window.size < LOW_WATER && this.#backlog) void this.#claim()
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
    const { store, clock, senders, pending, insist, log } = this.#context
    try {
      const present = new Set<string>()
      for (const id of pending.sendersOf(this.id)) if (senders.has(id)) present.add(id)
      this.#backlog = false
      if (present.size === 0) return
      const request = { senders: present, now: clock.now(), ...CLAIM }
      const { deliveries, more, nextDue, nextError } = await insist(() => store.claim(this.id, request))
      for (const delivery of deliveries) this.#window.push(delivery)
      this.#backlog ||= more
      // after a start, what is known of the last attempt stands with the one that waits
      if (nextError !== undefined) this.#failure ??= inShort(nextError, nextError.statusCode)
      if (nextDue !== null) this.#nextDue = Math.min(nextDue, this.#nextDue ?? nextDue)
      if (this.#deployment === null || this.#reordering) await this.#releaseWindow()
    } catch (error) {
      this.#backlog = true
      log.error(String(error))
      return
    } finally {
      this.#claiming = false
    }
    this.pump()
  }

  /** What an answer says about the endpoint. */
  #learn({ outcome, attempt }: SendResult, port: LanePort, now: number): void {
    if (outcome.kind === 'retry') this.#failure = inShort(outcome.error, attempt?.status_code)
    const hold = holdFor(outcome)
    const heldUntil = Math.max(this.#state.heldUntil ?? 0, now + (hold ?? 0))
    if (hold !== null) this.#keep({ ...this.#state, heldUntil, pausedUrl: port.url })
    else if (outcome.kind === 'retry') this.#breaker.failed(now)
    else this.#breaker.succeeded(port.concurrency)
    if (outcome.kind !== 'failed' || outcome.pause !== true) return
    this.#keep({ ...this.#state, paused: `Paused: ${outcome.error.message}`, pausedUrl: port.url })
  }

  /** Takes effect at once, and is stored as soon as the store can. */
  #keep(state: WebhookState): void {
    const { insist, log } = this.#context
    insist(() => this.#putState(state)).catch((error) => log.error(String(error)))
    this.#news.tell(this.waiting())
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
