import type { Clock, Log } from '../../platform.js'
import type { InHand } from '../../store/guard/in-hand.js'
import type { DeliveryStore } from '../../store/store.js'
import type { Pending } from '../pending.js'
import type { Senders } from '../senders.js'
import type { ByteBudget } from './window.js'

/** What all lanes share. */
export interface LaneContext {
  readonly store: DeliveryStore
  readonly clock: Clock
  readonly random: () => number
  readonly log: Log
  readonly budget: ByteBudget
  readonly senders: Senders
  readonly pending: Pending
  /** Why no lane may send, as a sentence, or null: the store must be able to take the results. */
  readonly blocked: () => string | null
  /** Does what needs the store, again when it failed and works again; rejects when it never will. */
  readonly insist: <T>(work: () => Promise<T>) => Promise<T>
  /** For work that nobody waits for: what goes wrong is logged. */
  readonly background: (work: Promise<unknown>) => void
  /** Has the lane's `pump` called then, or earlier. */
  readonly wakeAt: (time: number) => void
  /** A request went out: it is marked in the store when it takes long. */
  readonly started: () => void
  readonly inHand: InHand
}
