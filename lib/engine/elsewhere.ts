import type { Timers } from '../platform.js'
import type { StoreAccess } from '../store/guard/access.js'
import type { InHand } from '../store/guard/in-hand.js'
import { type Thing, webhookOf } from '../store/lease.js'
import type { Change, Ownership } from '../store/ownership.js'
import { deadline } from './deadline.js'
import { lacking } from './lacking.js'
import type { Lanes } from './lanes.js'
import type { Pending } from './pending.js'
import type { Senders } from './senders.js'
import type { Watches } from './watches.js'

/** So long what is on its way may take when a lane is handed over, in milliseconds. */
const HAND_OVER_MS = 15_000

/** While the store is being opened, other kinds are told again, or are read after that. */
const TOLD_ONCE: ReadonlySet<Change['kind']> = new Set(['webhook', 'yield', 'aside'])

interface ElsewhereParts {
  readonly access: StoreAccess
  readonly lanes: Lanes
  readonly pending: Pending
  readonly senders: Senders
  readonly watches: Watches
  readonly inHand: InHand
  readonly timers: Timers
  /** Ends pending deliveries that this owner has in its hand. */
  readonly cancel: (id: string) => Promise<unknown>
  /** Events wait for somebody's flows. */
  readonly eventsWait: () => void
}

/** What other owners of the store do, made known to the lanes and senders of this one. */
export class Elsewhere {
  readonly #parts: ElsewhereParts
  readonly #cancelling = new Set<string>()
  #early: Change[] = []

  constructor(parts: ElsewhereParts) {
    this.#parts = parts
  }

  follow(store: Ownership): void {
    store.onChange((change) => this.changed(change))
    store.leavesToOthers(() => lacking(this.#parts))
  }

  changed(change: Change): void {
    const { access } = this.#parts
    if (access.stopped) return
    if (access.open) this.#take(change)
    else if (TOLD_ONCE.has(change.kind)) this.#early.push(change)
  }

  /** What was told while the store was being opened may be newer than what was read of it. */
  opened(): void {
    for (const change of this.#early.splice(0)) this.#take(change)
  }

  #take(change: Change): void {
    const { access, lanes, pending, senders, watches, inHand, eventsWait } = this.#parts
    switch (change.kind) {
      case 'lease': {
        const webhook = webhookOf(change.thing)
        if (webhook === null) watches.changed(change.thing)
        else if (change.lease === null) lanes.of(webhook).lost()
        else access.background(lanes.of(webhook).gained())
        return
      }
      case 'yield':
        access.background(this.#handOver(change.thing))
        return
      case 'cancelled':
        for (const id of change.ids) if (!this.#cancelling.has(id)) access.background(this.#cancel(id))
        return
      case 'failed':
        access.failed(change.error)
        // others may watch by now what this one cannot keep
        watches.look()
        return
      case 'aside':
        inHand.tell(change.setAside)
        return
      case 'events':
        eventsWait()
        return
      case 'pending':
        pending.load(change.counts)
        return
      case 'deliveries':
        if (change.count !== 0) pending.add(change.webhook, change.sender, change.count)
        if (change.count >= 0) lanes.of(change.webhook).wake()
        return
      case 'webhook':
        lanes.of(change.webhook).changedElsewhere(change.state)
        return
      case 'outputs':
        access.background(senders.giveOwed(change.sender))
        return
    }
  }

  /** It is told again until it is done. */
  async #cancel(id: string): Promise<void> {
    this.#cancelling.add(id)
    try {
      await this.#parts.cancel(id)
    } finally {
      this.#cancelling.delete(id)
    }
  }

  async #handOver(thing: Thing): Promise<void> {
    const { lanes, watches, timers } = this.#parts
    const webhook = webhookOf(thing)
    if (webhook === null) return watches.yielded(thing)
    const { over, cancel } = deadline(timers, HAND_OVER_MS)
    await lanes.of(webhook).yielded(over)
    cancel()
  }
}
