import type { LanePort } from '../delivery/lane-port.js'
import type { Waiting } from '../delivery/sender-port.js'
import type { WebhookState } from '../store/delivery-queue.js'
import type { WebhookMetrics } from './lane/counters.js'
import type { Flight } from './lane/flights.js'
import { Lane } from './lane/lane.js'
import type { LaneContext } from './lane/lane-context.js'

/** The lanes of all webhooks that were ever heard of. */
export class Lanes {
  readonly #context: LaneContext
  readonly #lanes = new Map<string, Lane>()
  /** Webhooks that were attached before the store could be opened; null since then. */
  #early: Map<string, LanePort> | null = new Map()

  constructor(context: LaneContext) {
    this.#context = context
  }

  /** What the store knows of webhooks; before it is known there are no lanes. */
  load(states: ReadonlyMap<string, WebhookState>): void {
    for (const [id, state] of states) this.#lanes.set(id, new Lane(id, state, this.#context))
  }

  /** A webhook is deployed, or deployed anew. */
  attach(webhook: string, port: LanePort): void {
    this.#context.store.deployed?.(webhook, port.ordering)
    if (this.#early === null) this.#context.background(this.of(webhook).attach(port))
    else this.#early.set(webhook, port)
  }

  /** It is not deployed any more; had it been before the store was open, it never was. */
  forget(webhook: string): void {
    this.#early?.delete(webhook)
  }

  /** The store is open, and what it knows is known. */
  begin(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const [webhook, port] of early) this.attach(webhook, port)
  }

  get(webhook: string): Lane | undefined {
    return this.#lanes.get(webhook)
  }

  of(webhook: string): Lane {
    let lane = this.#lanes.get(webhook)
    if (lane === undefined) {
      lane = new Lane(webhook, undefined, this.#context)
      this.#lanes.set(webhook, lane)
    }
    return lane
  }

  /** A sender is there: what waits for it goes on, of others what they stored for the webhook that it sends to. */
  wakeFor(sender: string, webhook: string | undefined): void {
    const { pending, store } = this.#context
    const waiting = new Set(pending.ofSender(sender).map((queue) => queue.webhook))
    if (store.isShared && webhook !== undefined) waiting.add(webhook)
    for (const id of waiting) this.of(id).wake()
  }

  get all(): Iterable<Lane> {
    return this.#lanes.values()
  }

  *flights(): Generator<Flight> {
    for (const lane of this.all) yield* lane.flights
  }

  get metrics(): WebhookMetrics[] {
    return Array.from(this.all, (lane) => lane.metrics)
  }

  pump(): void {
    for (const lane of this.all) lane.pump()
  }

  async detach(deadline: Promise<void>): Promise<void> {
    // one that the store refuses is no reason not to wait for the others
    await Promise.allSettled(Array.from(this.all, (lane) => lane.detach(deadline)))
  }

  /** A sender's pending deliveries, and why they wait; with none, why its webhook's would, if that is paused. */
  queueOf(sender: string, webhook?: string): { pending: number; waiting: Waiting | null } {
    const queues = this.#context.pending.ofSender(sender)
    const reasons = queues.map(({ webhook }) => this.of(webhook).waiting())
    return {
      pending: queues.reduce((sum, { count }) => sum + count, 0),
      waiting: reasons.find((reason) => reason !== null) ?? this.get(webhook ?? '')?.paused() ?? null,
    }
  }
}
