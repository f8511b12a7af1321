import type { LanePort, SendResult } from '../../delivery/lane-port.js'
import type { StoredDelivery } from '../../delivery/stored.js'
import { isLeaseLost } from '../../error.js'
import type { AttemptRecord } from '../../store/delivery-queue.js'
import type { Hand } from '../../store/guard/in-hand.js'
import { laneOf } from '../../store/lease.js'
import { cancelled, cutOff, type Decision, decide, INTERRUPTED, resultOfError } from './decide.js'
import type { LaneContext } from './lane-context.js'
import { RateLimit } from './rate-limit.js'

/** One deployment of a webhook: its requests are cut off together. */
export interface Deployment {
  readonly port: LanePort
  readonly cut: AbortController
  readonly rate: RateLimit
}

/** Deployed anew, a webhook keeps what it has used of the same rate limit. */
export function deploy(port: LanePort, before: Deployment | null, now: number): Deployment {
  const rate = before?.port.rateLimit === port.rateLimit ? before.rate : new RateLimit(port.rateLimit, now)
  return { port, cut: new AbortController(), rate }
}

/** The same deployment where another owner of the store may have sent until now: the rate limit is used up. */
export function afterAnother(deployment: Deployment, now: number): Deployment {
  return { ...deployment, rate: RateLimit.usedUp(deployment.port.rateLimit, now) }
}

/** Cuts off all requests of a deployment, which goes on with others. */
export function cutOffAll(deployment: Deployment): Deployment {
  deployment.cut.abort()
  return { ...deployment, cut: new AbortController() }
}

/** A delivery from its request until its result is stored. */
export interface Flight {
  readonly delivery: StoredDelivery
  startedAt: number
  /** The store knows that it is on its way. */
  marked: boolean
  /** Its end is known, and about to be stored. */
  answered: boolean
  /** No further request is to follow this one. */
  cancelled: boolean
  /** It has not begun: it may have ended the process, and its turn has not come. */
  waits: boolean
}

/** What the lane does when something of a flight is known. */
export interface FlightEvents {
  /** The endpoint answered, or did not: what that says about it. */
  answered(result: SendResult, port: LanePort, now: number): void
  /** The result is on disk. */
  recorded(record: AttemptRecord, successor: boolean): void
  /** There may be room for another flight. */
  changed(): void
}

/** So long a delivery that may have ended the process is in hand while its endpoint does not answer, in ms. */
const HOLD_MS = 1_000

const NOT_BEGUN: SendResult = {
  outcome: { kind: 'retry', error: INTERRUPTED, countsAsAttempt: false },
  attempt: null,
}

/** Answers that wait to be recorded; while there are more, nothing is sent. */
const MOST_UNRECORDED = 256

/** The requests of one lane that are on their way, and the recording of what came of them. */
export class Flights {
  readonly #context: LaneContext
  readonly #events: FlightEvents
  readonly #flights = new Map<number, Flight>()
  #unrecorded = 0
  #landed: (() => void)[] = []

  constructor(context: LaneContext, events: FlightEvents) {
    this.#context = context
    this.#events = events
  }

  get all(): Iterable<Flight> {
    return this.#flights.values()
  }

  get size(): number {
    return this.#flights.size
  }

  /** How many requests the endpoint has in its hands; endless when too many answers wait for the disk. */
  get open(): number {
    return this.#unrecorded >= MOST_UNRECORDED ? Number.POSITIVE_INFINITY : this.#flights.size - this.#unrecorded
  }

  /** Resolves when there is none. */
  landed(): Promise<void> {
    if (this.#flights.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#landed.push(resolve))
  }

  /** The same, but what of a deployment has not ended at a deadline is cut off. */
  async landedOrCut(deployment: Deployment | null, deadline: Promise<void>): Promise<void> {
    const landed = this.landed()
    await Promise.race([landed, deadline])
    deployment?.cut.abort()
    await landed
  }

  start(delivery: StoredDelivery, deployment: Deployment): void {
    const { background, clock, started, inHand } = this.#context
    const waits = inHand.has({ kind: 'delivery', seq: delivery.seq })
    const startedAt = clock.now()
    const flight: Flight = { delivery, startedAt, marked: false, answered: false, cancelled: false, waits }
    this.#flights.set(delivery.seq, flight)
    started()
    background(waits ? this.#flyNoted(flight, deployment) : this.#fly(flight, deployment))
  }

  /** Has no further request follow those of these that are on their way; says which are. */
  cancel(seqs: ReadonlySet<number>): number[] {
    const flying = [...seqs].filter((seq) => this.#flights.has(seq))
    for (const seq of flying) this.#flights.get(seq)!.cancelled = true
    return flying
  }

  /** Stores that a delivery without a request on its way was cancelled. */
  async end(delivery: StoredDelivery): Promise<void> {
    const { clock, senders } = this.#context
    const owed = !senders.has(delivery.sender.id)
    const record = { ...cancelled(delivery.step), delivery, attempt: null, at: clock.now(), owed }
    const stored = await this.#store(record)
    if (stored !== null) this.#events.recorded(record, stored.successor)
  }

  /** The same for those who do not wait for it. */
  endSoon(delivery: StoredDelivery): void {
    this.#context.background(this.end(delivery))
  }

  /** The same for a delivery that may have ended the process. */
  async #flyNoted(flight: Flight, deployment: Deployment): Promise<void> {
    const { inHand, clock, store } = this.#context
    const { fence, webhook } = flight.delivery
    let hand: Hand | null = null
    try {
      hand = await inHand.take({ kind: 'delivery', seq: flight.delivery.seq }, HOLD_MS, deployment.cut.signal)
      flight.startedAt = clock.now()
      // another owner may have the lane by now
      flight.waits = flight.cancelled || store.want(laneOf(webhook.id))?.fence !== fence
    } catch {
      // cut off before its turn
    }
    await this.#fly(flight, deployment, hand)
    if (flight.waits && !flight.cancelled) hand?.letGo()
    else hand?.done()
  }

  /** Sends, and sees to what comes of it; rejects never. */
  async #fly(flight: Flight, { port, cut }: Deployment, hand: Hand | null = null): Promise<void> {
    const { delivery, startedAt } = flight
    let result: SendResult
    try {
      result = flight.waits
        ? NOT_BEGUN
        : await port.send(delivery, delivery.attempts + 1, cut.signal, () => hand?.again())
    } catch (error) {
      result = resultOfError(error, startedAt, this.#context.clock.now())
    }
    const record = this.#recordOf(flight, port, result, cut.signal.aborted)
    flight.answered = true
    this.#unrecorded++
    this.#events.changed()
    const stored = await this.#store(record)
    // cancelled while that was being stored
    const ends = flight.cancelled && record.status === 'pending'
    if (ends) await this.end({ ...delivery, attempts: delivery.attempts + (record.attempt === null ? 0 : 1) })
    this.#unrecorded--
    this.#flights.delete(delivery.seq)
    if (stored !== null && !ends) this.#events.recorded(record, stored.successor)
    if (this.#flights.size === 0) for (const resolve of this.#landed.splice(0)) resolve()
    this.#events.changed()
  }

  #recordOf(flight: Flight, port: LanePort, result: SendResult, cut: boolean): AttemptRecord {
    const { clock, random, senders } = this.#context
    const { delivery, startedAt } = flight
    const { outcome } = result
    const now = clock.now()
    let { attempt } = result
    let decision: Decision
    if (flight.waits) {
      decision = { status: 'pending', step: delivery.step, dueAt: now, error: null }
    } else if (cut && (outcome.kind === 'retry' || attempt === null)) {
      decision = { status: 'pending', step: delivery.step, dueAt: now, error: null }
      attempt = cutOff(startedAt, now, INTERRUPTED)
    } else {
      decision = decide(outcome, { step: delivery.step, schedule: port.schedule, now, random })
      if (attempt !== null) this.#events.answered(result, port, now)
    }
    if (flight.cancelled && decision.status === 'pending') decision = cancelled(decision.step)
    const owed = decision.status !== 'pending' && !senders.has(delivery.sender.id)
    return { ...decision, delivery, attempt, at: now, owed }
  }

  /** Stores a result, however long it takes; null when it never can be. */
  async #store(record: AttemptRecord): Promise<{ successor: boolean } | null> {
    const { store, insist, log } = this.#context
    try {
      return await insist(() => store.record(record))
    } catch (error) {
      // its new owner sends it, and says what came of that
      if (isLeaseLost(error)) return null
      const reason = error instanceof Error ? error.message : String(error)
      log.error(
        `The result of delivery ${record.delivery.id} is not stored, so Node-RED sends it again after its next start: ${reason}`,
      )
      return null
    }
  }
}
