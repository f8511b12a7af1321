import type { Lack } from '../store/ownership.js'
import type { Lanes } from './lanes.js'
import type { Pending } from './pending.js'
import type { Senders } from './senders.js'

interface LackingParts {
  readonly pending: Pending
  readonly lanes: Lanes
  readonly senders: Senders
}

/** Of which webhooks and senders deliveries are pending that cannot be sent from here. */
export function lacking({ pending, lanes, senders }: LackingParts): Lack[] {
  const lacks: Lack[] = []
  for (const webhook of pending.webhooks) {
    const canSend = lanes.get(webhook)?.canSend === true
    for (const sender of pending.sendersOf(webhook)) {
      if (!canSend || !senders.has(sender)) lacks.push({ webhook, sender })
    }
  }
  return lacks
}
