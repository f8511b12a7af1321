import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from 'node-red'
import type { AutomationMessage } from '../../lib/inbox/message.js'
import type { PayloadMessage } from '../../lib/template/payload.js'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, handOn, logProblem, refuse, showProblem } from '../runtime/report.js'
import { refusedMessage } from './outputs.js'
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
      const taken = (output: NodeMessage | null) =>
        handOn(this, () => {
          if (output) send([output, null])
          done()
        })
      const refused = (error: unknown) => {
        const problem = asAutomationError(error)
        showProblem(this, problem)
        handOn(this, () => send([null, refusedMessage(msg, problem)]))
        refuse(this, msg, problem, done)
      }
      handle(msg)
        .then(taken, refused)
        .catch((error) => logProblem(this, asAutomationError(error)))
    })

    const handle = async (msg: Incoming): Promise<NodeMessage | null> => {
      const settle = host.dispatcher.settling(msg)
      const output = await sender.take(msg)
      settle()
      return output
    }
  })
}
