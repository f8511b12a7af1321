import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red'
import type { AutomationMessage } from '../../lib/inbox/message.js'
import type { PayloadMessage } from '../../lib/template/payload.js'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, showProblem } from '../runtime/report.js'
import { SenderRuntime } from './sender-runtime.js'
import { migrate } from './webhook-sender.migrate.js'

export interface WebhookSenderDef extends NodeDef {
  /** Id of the automation-webhook. */
  webhook: string
  mode: 'live' | 'dry-run'
}

type Incoming = NodeMessageInFlow & AutomationMessage & PayloadMessage

/**
 * Hands a payload to the delivery queue; from there it is sent for certain. Output 1 tells that it was delivered (or,
 * in a dry run, what would have been sent), output 2 that it failed for good, which also goes to Catch.
 */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  host.migrations.set('webhook-sender', migrate)
  RED.nodes.registerType<Node, WebhookSenderDef, object, object>('webhook-sender', function (definition) {
    RED.nodes.createNode(this, definition)
    const sender = new SenderRuntime(host, this, migrate(definition))
    host.whenStarted(this, () => sender.attach())
    this.on('close', () => sender.detach())
    this.on('input', (msg: Incoming, send, done) => {
      sender.take(msg).then(
        (output) => {
          host.dispatcher.settled(msg)
          if (output) send([output, null])
          done()
        },
        (error: unknown) => {
          const problem = asAutomationError(error)
          showProblem(this, problem)
          send([null, { ...msg, error: { code: problem.code, message: problem.message } }])
          done(problem)
        },
      )
    })
  })
}
