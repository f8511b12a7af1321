import { randomUUID } from 'node:crypto'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { createReceiver } from '../../lib/sources/http/receive.js'
import type { HttpSourceSettings } from '../../lib/sources/http/settings.js'
import type { Host } from '../shared/runtime/host.js'
import { hostOf } from '../shared/runtime/host-of.js'
import { asAutomationError } from '../shared/runtime/report.js'
import { secretValue } from '../shared/runtime/secrets.js'
import { migrate } from './artifact-source.migrate.js'

export interface ArtifactSourceDef extends NodeDef, HttpSourceSettings {
  kind: 'http'
  /** Id of the automation-secret that authenticates senders. */
  secret: string
}

/** Where events come from: an HTTP endpoint that stores what it accepts before it answers. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  RED.nodes.registerType<Node, ArtifactSourceDef, object, object>('artifact-source', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    const unusable = (problem: AutomationError) => {
      host.sources.change(this.id, { problem })
      this.error(problem)
    }
    host.sources.reset(this.id)
    try {
      listen(RED, host, this, config)
    } catch (error) {
      unusable(asAutomationError(error))
      return
    }
    this.on('close', () => host.ingest.release(this.id))
    host.whenStarted(this, () => {
      const secretMissing = config.auth !== 'none' && secretValue(RED, config.secret) === undefined
      if (secretMissing) unusable(NO_SECRET)
      else host.sources.change(this.id, { problem: null })
    })
  })
}

const NO_SECRET = new AutomationError(
  'secret_missing',
  'The source has no secret, so nobody can authenticate and every event is refused. Choose a secret and enter its value.',
  { statusText: 'source: secret missing' },
)

/** @throws AutomationError when the source can accept no event */
function listen(RED: NodeAPI, host: Host, node: Node, config: ArtifactSourceDef): void {
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
    accept: async (events) => {
      const receipts = await host.dispatcher.accept(node.id, events)
      if (host.sources.of(node.id).refused) host.sources.change(node.id, { refused: null })
      return receipts
    },
    now: () => new Date(),
    newId: randomUUID,
    onIgnored: (count) => host.sources.change(node.id, { ignored: host.sources.of(node.id).ignored + count }),
    onRefused: (refused) => host.sources.change(node.id, { refused }),
    onError: (cause) => node.error(asAutomationError(cause)),
  })
  host.ingest.listen(node.id, config.path, receive)
}
