import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import type { WebhookSettings } from '../../lib/webhook/compile.js'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, logProblem } from '../runtime/report.js'
import { WebhookRuntime } from '../runtime/webhook-runtime.js'
import { migrate } from './automation-webhook.migrate.js'

export interface AutomationWebhookDef extends NodeDef, Omit<WebhookSettings, 'name' | 'id'> {
  /** Id of a delivery-store; empty for the embedded one. */
  store: string
}

/** A named endpoint with its credentials, signing and retries. Its deliveries wait while it cannot work. */
module.exports = (RED: NodeAPI) => {
  // from now on, not from the first node on: dialogs ask the admin interface before anything is deployed
  const host = hostOf(RED)
  host.migrations.set('automation-webhook', migrate)
  RED.nodes.registerType<Node, AutomationWebhookDef, object, object>('automation-webhook', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    const settings = { ...config, name: config.name ?? '' }
    const runtime = new WebhookRuntime(
      RED,
      () => host.addressPolicy,
      this,
      settings,
      host.storesOf(config.store, this.z),
    )
    host.webhooks.set(this.id, runtime)
    this.on('close', (done: () => void) => {
      if (host.webhooks.get(this.id) === runtime) host.webhooks.delete(this.id)
      runtime
        .close()
        .finally(() => host.closing())
        .catch((error) => logProblem(this, asAutomationError(error)))
        .finally(done)
    })
  })
}
