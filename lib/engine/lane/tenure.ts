import type { LanePort } from '../../delivery/lane-port.js'
import type { Lease } from '../../store/lease.js'
import { afterAnother, cutOffAll, type Deployment, deploy, type Flights } from './flights.js'
import type { LaneContext } from './lane-context.js'
import type { LaneState } from './state.js'
import type { Window } from './window.js'

interface TenureParts {
  readonly kept: LaneState
  readonly window: Window
  readonly flights: Flights
  readonly context: LaneContext
  /** What was in the window is on disk only. */
  readonly emptied: () => void
  readonly wake: () => void
}

/** The right to send on a lane: it comes with a deployment of its webhook and with a lease, and goes with either. */
export class Tenure {
  deployment: Deployment | null = null
  reordering = false
  readonly #parts: TenureParts

  constructor(parts: TenureParts) {
    this.#parts = parts
  }

  /** Whether what waits for the webhook can be sent from here, as far as its settings and secrets go. */
  get canSend(): boolean {
    return this.deployment !== null && this.deployment.port.waiting === null
  }

  /** Null while another owner of the store has it; whoever cannot send to the webhook leaves it to others. */
  get lease(): Lease | null {
    const { kept, context } = this.#parts
    if (this.deployment === null || (context.store.isShared && !this.canSend)) return null
    return kept.lease
  }

  async attach(port: LanePort): Promise<void> {
    this.deployment = deploy(port, this.deployment, this.#parts.context.clock.now())
    if (this.#parts.context.store.isShared && !this.canSend) await this.#leave()
    else await this.#settle()
  }

  /** Another owner of the store may have the secret that is missing here. */
  async #leave(): Promise<void> {
    const { flights, kept, wake } = this.#parts
    await this.releaseWindow()
    await flights.landed()
    if (!this.canSend) await kept.giveBack()
    wake()
  }

  /** The right to send came: another owner may have sent just before. */
  async gained(): Promise<void> {
    if (this.deployment !== null) this.deployment = afterAnother(this.deployment, this.#parts.context.clock.now())
    await this.#settle()
  }

  /** What was deployed is made true, by whoever has the right to send. */
  async #settle(): Promise<void> {
    const { deployment, lease } = this
    const { kept, context, wake } = this.#parts
    if (deployment !== null && lease !== null) {
      const [{ port }, { pausedUrl, ordering }] = [deployment, kept.current]
      await context.insist(async () => {
        if (this.deployment !== deployment) return
        if (pausedUrl !== null && pausedUrl !== port.url) await kept.resume()
        if (ordering !== port.ordering) await this.#reorder(lease, port)
      })
    }
    wake()
  }

  async #reorder(lease: Lease, { ordering }: LanePort): Promise<void> {
    this.reordering = true
    try {
      await this.releaseWindow()
      await this.#parts.kept.reorder(lease, ordering)
    } finally {
      this.reordering = false
    }
  }

  /** Another owner of the store sends from now on: what is claimed here is void, and what is on its way is given up. */
  lost(): void {
    this.#parts.window.clear()
    if (this.deployment !== null) this.deployment = cutOffAll(this.deployment)
    this.#parts.wake()
  }

  /**
   * Another owner is to have the lane: what is on its way ends, or is cut off at the end of `deadline`, and what waits here
   * goes back with the lease.
   */
  async yielded(deadline: Promise<void>): Promise<void> {
    const { window, flights, kept } = this.#parts
    window.clear()
    await Promise.race([flights.landed(), deadline])
    if (flights.size > 0) this.lost()
    await flights.landed()
    window.clear()
    await kept.handOver()
  }

  /** Resolves when the requests that are on their way have ended, or were cut off at the end of `deadline`. */
  async detach(deadline: Promise<void>): Promise<void> {
    const { flights, kept } = this.#parts
    const { deployment } = this
    this.deployment = null
    try {
      await this.releaseWindow()
    } finally {
      // whatever the store says: requests end, and others may have the lane
      await flights.landedOrCut(deployment, deadline)
      if (this.deployment === null) await kept.giveBack()
    }
  }

  async releaseWindow(): Promise<void> {
    const { window, kept, emptied } = this.#parts
    const left = window.clear()
    emptied()
    await kept.release(left)
  }
}
