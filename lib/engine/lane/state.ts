import type { Outcome } from '../../delivery/lane-port.js'
import type { StoredDelivery } from '../../delivery/stored.js'
import type { Claim, WebhookState } from '../../store/delivery-queue.js'
import { type Lease, laneOf, type Thing } from '../../store/lease.js'
import { holdFor } from './decide.js'
import type { LaneContext } from './lane-context.js'
import { CLAIM } from './window.js'

const OPEN: WebhookState = { paused: null, pausedUrl: null, heldUntil: null, ordering: 'none' }

/** What the store knows of a lane: who may work on it, what is remembered of its webhook, what is due. */
export class LaneState {
  current: WebhookState
  readonly #id: string
  readonly #thing: Thing
  readonly #context: LaneContext

  /** @param stored undefined: nothing is remembered of it */
  constructor(id: string, stored: WebhookState | undefined, context: LaneContext) {
    this.#id = id
    this.#thing = laneOf(id)
    this.#context = context
    this.current = stored ?? OPEN
  }

  /** The right to send, asked for each time: a process that slept may have lost it without having heard. */
  get lease(): Lease | null {
    return this.#context.store.want(this.#thing)
  }

  /** Takes effect at once; resolves when it is stored. */
  async change(change: Partial<WebhookState>): Promise<void> {
    this.current = { ...this.current, ...change }
    await this.#context.store.changeWebhook(this.#id, change)
  }

  /** Nothing holds it back any more. */
  resume(): Promise<void> {
    return this.change({ paused: null, pausedUrl: null, heldUntil: null })
  }

  /** The clock was set back by so many milliseconds, and what is stored with it. */
  clockSetBack(by: number): void {
    const { heldUntil } = this.current
    if (heldUntil !== null) this.current = { ...this.current, heldUntil: heldUntil - by }
  }

  /** What an answer asks of all that is sent to this webhook. @returns whether it asked to wait */
  heard(outcome: Outcome, pausedUrl: string, now: number): boolean {
    const hold = holdFor(outcome)
    if (hold !== null) this.#keep({ heldUntil: Math.max(this.current.heldUntil ?? 0, now + hold), pausedUrl })
    if (outcome.kind === 'failed' && outcome.pause === true) {
      this.#keep({ paused: `Paused: ${outcome.error.message}`, pausedUrl })
    }
    return hold !== null
  }

  /** Deliveries of one collection wait for one another from now on, or do not. */
  async reorder(lease: Lease, ordering: WebhookState['ordering']): Promise<void> {
    await this.#context.store.reorder(lease, ordering, this.#context.clock.now())
    await this.change({ ordering })
  }

  /** Takes effect at once, and is stored as soon as the store can. */
  #keep(change: Partial<WebhookState>): void {
    const { insist, log } = this.#context
    insist(() => this.change(change)).catch((error) => log.error(String(error)))
  }

  /** Claims what is due for the senders that are there; null when none of them is, or another owner has the lease. */
  async claim(): Promise<Claim | null> {
    const { lease } = this
    if (lease === null) return null
    const { store, clock, senders, pending, insist } = this.#context
    // what others stored may not have been heard of yet
    const present = new Set<string>(store.isShared ? senders.of(this.#id) : [])
    for (const id of pending.sendersOf(this.#id)) if (senders.has(id)) present.add(id)
    if (present.size === 0) return null
    const request = { senders: present, now: clock.now(), ...CLAIM }
    return insist(() => store.claim(lease, request))
  }

  async release(deliveries: readonly StoredDelivery[]): Promise<void> {
    if (deliveries.length === 0) return
    const { lease } = this
    if (lease === null) return
    const own = deliveries.filter(({ fence }) => fence === lease.fence).map(({ seq }) => seq)
    await this.#context.store.release(lease, own)
  }

  /** Another owner is to work on the lane. */
  async handOver(): Promise<void> {
    await this.#context.store.handOver(this.#thing)
  }

  /** Nobody here works on the lane any more. */
  async giveBack(): Promise<void> {
    await this.#context.store.giveBack(this.#thing)
  }
}
