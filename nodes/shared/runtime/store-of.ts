import type { NodeAPI } from 'node-red'
import type { DeliveryEngine } from '../../../lib/delivery/engine.js'
import { AutomationError } from '../../../lib/error.js'
import type { Host } from './host.js'

export interface Stores {
  /** Where new deliveries go. */
  readonly own: DeliveryEngine
  /** That one and the embedded store: deliveries that were queued there before the setting changed still go out. */
  readonly all: readonly DeliveryEngine[]
  /** The configured store does not exist: new deliveries wait in the embedded one. */
  readonly problem: AutomationError | null
}

/** The stores of a webhook, by the deployed configuration: config nodes are made in any order. */
export function storesOf(RED: NodeAPI, host: Host, id: string): Stores {
  const embedded = host.stores.open(host.embeddedPath())
  if (!id) return { own: embedded, all: [embedded], problem: null }
  let own: DeliveryEngine | null = null
  RED.nodes.eachNode((node) => {
    if (node.id !== id || node.type !== 'delivery-store' || (node as { d?: boolean }).d) return
    own = host.stores.open(host.storePath((node as unknown as { path?: string }).path))
  })
  if (own !== null) return { own, all: own === embedded ? [embedded] : [own, embedded], problem: null }
  return {
    own: embedded,
    all: [embedded],
    problem: new AutomationError(
      'store_missing',
      'The delivery store of this webhook does not exist or is disabled. Choose another one; deliveries wait until then.',
      { statusText: 'store missing' },
    ),
  }
}
