import { randomUUID } from 'node:crypto'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { createReceiver } from '../../lib/sources/http/receive.js'
import type { HttpSourceSettings } from '../../lib/sources/http/settings.js'
import { hostOf } from '../shared/runtime/host.js'
import { asAutomationError, reportProblem } from '../shared/runtime/report.js'
import { secretValue } from '../shared/runtime/secrets.js'
import { migrate } from './artifact-source.migrate.js'

export interface ArtifactSourceDef extends NodeDef, HttpSourceSettings {
  kind: 'http'
  /** Id of the automation-secret that authenticates senders. */
  secret: string
}

/** Where events come from: an HTTP endpoint that stores what it accepts before it answers. */
module.exports = (RED: NodeAPI) => {
  RED.nodes.registerType<Node, ArtifactSourceDef, object, object>('artifact-source', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    const host = hostOf(RED)
    try {
      if (!RED.httpNode) {
        throw new AutomationError(
          'http_disabled',
          'This source receives events by HTTP, but httpNodeRoot is false in settings.js. Set a path there.',
          { statusText: 'HTTP is switched off' },
        )
      }
      const receive = createReceiver({
        settings: config,
        secret: () => secretValue(RED, config.secret),
        accept: (events) => host.dispatcher.accept(this.id, events),
        now: () => new Date(),
        newId: randomUUID,
      })
      host.ingest.listen(this.id, config.path, receive)
      this.on('close', () => host.ingest.release(this.id))
    } catch (error) {
      reportProblem(this, asAutomationError(error))
    }
  })
}
