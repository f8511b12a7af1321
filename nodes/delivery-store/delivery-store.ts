import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, logProblem } from '../runtime/report.js'
import { migrate } from './delivery-store.migrate.js'

export interface DeliveryStoreDef extends NodeDef {
  backend: 'sqlite'
  /** The file, relative to `artifact-automations/` in the user directory; empty for the embedded store. */
  path: string
  retentionDays: string
}

/** Where deliveries are kept. The file stays open over redeploys; whoever uses it shows when it is bad. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  RED.nodes.registerType<Node, DeliveryStoreDef, object, object>('delivery-store', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    try {
      host.openStore(this.id, config)
    } catch (error) {
      logProblem(this, asAutomationError(error))
    }
  })
}
