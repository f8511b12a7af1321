import type { StoreAccess } from '../store/guard/access.js'
import { webhookOf } from '../store/lease.js'
import type { Change } from '../store/ownership.js'
import type { Lanes } from './lanes.js'
import type { Pending } from './pending.js'
import type { Senders } from './senders.js'

interface ElsewhereParts {
  readonly access: StoreAccess
  readonly lanes: Lanes
  readonly pending: Pending
  readonly senders: Senders
}

/** What other owners of the store do, made known to the lanes and senders of this one. */
export class Elsewhere {
  readonly #parts: ElsewhereParts

  constructor(parts: ElsewhereParts) {
    this.#parts = parts
  }

  changed(change: Change): void {
    const { access, lanes, pending, senders } = this.#parts
    // what happened before the store was opened, it knows
    if (!access.open || access.stopped) return
    switch (change.kind) {
      case 'lease': {
        const webhook = webhookOf(change.thing)
        if (webhook === null) return
        if (change.lease === null) lanes.of(webhook).lost()
        else access.background(lanes.of(webhook).gained())
        return
      }
      case 'deliveries':
        pending.add(change.webhook, change.sender, change.count)
        if (change.count > 0) lanes.of(change.webhook).wake()
        return
      case 'webhook':
        lanes.of(change.webhook).changedElsewhere(change.state)
        return
      case 'outputs':
        access.background(senders.giveOwed(change.sender))
        return
    }
  }
}
