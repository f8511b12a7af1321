import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { newEventId } from '../../lib/events/new-id.js'
import { newestEvent } from '../../lib/inbox/newest-event.js'
import { createReceiver, type Receiver, unavailable } from '../../lib/sources/http/receive.js'
import type { HttpSourceSettings } from '../../lib/sources/http/settings.js'
import type { WandbSourceSettings } from '../../lib/sources/wandb/settings.js'
import type { Host } from '../runtime/host.js'
import { hostOf } from '../runtime/host-of.js'
import { asAutomationError, logProblem } from '../runtime/report.js'
import { secretValue } from '../runtime/secrets.js'
import { migrate } from './artifact-source.migrate.js'
import { watchWandb } from './watch.js'

export interface ArtifactSourceDef extends NodeDef, HttpSourceSettings, WandbSourceSettings {
  kind: 'http' | 'wandb'
  /** Of kind `http`: id of the automation-secret that authenticates senders. */
  secret: string
  /** Of kind `wandb`: id of the automation-secret that holds the API key. */
  apiKey: string
}

/** What operators may set in settings.js for all sources of kind `wandb`. */
function fullScanHoursOf(RED: NodeAPI): unknown {
  const { artifactAutomations } = RED.settings as { artifactAutomations?: { fullScanHours?: unknown } }
  return artifactAutomations?.fullScanHours
}

type SourceNode = Node & { kind?: string }

/** Where events come from: an HTTP endpoint that stores what it accepts before it answers, or a W&B server that is watched. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  host.migrations.set('artifact-source', migrate)
  RED.nodes.registerType<SourceNode, ArtifactSourceDef, object, object>('artifact-source', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    this.kind = config.kind
    const [secret, missing] = config.kind === 'wandb' ? [config.apiKey, NO_KEY] : [config.secret, NO_SECRET]
    const needsSecret = config.kind === 'wandb' || config.auth !== 'none'
    const unusable = (problem: AutomationError) => {
      host.sources.change(this.id, { problem })
      logProblem(this, problem)
    }
    host.sources.reset(this.id)
    try {
      if (config.kind === 'wandb')
        watchWandb(host, this, config, () => secretValue(RED, config.apiKey), fullScanHoursOf(RED))
      else if (config.kind === 'http') listen(RED, host, this, config)
      else throw unknownKind(config.kind)
    } catch (error) {
      unusable(asAutomationError(error))
      return
    }
    host.whenStarted(this, () => {
      if (needsSecret && host.secrets.value(RED, secret, true) === undefined) unusable(missing)
      else host.sources.change(this.id, { problem: null })
    })
  })
}

const NO_SECRET = new AutomationError(
  'secret_missing',
  'The source has no secret, so nobody can authenticate and senders are asked to come again later. Choose a secret and enter its value.',
  { statusText: 'source: secret missing' },
)

const NO_KEY = new AutomationError(
  'secret_missing',
  'The source has no API key, so it cannot ask W&B. Choose a secret and enter the key as its value.',
  { statusText: 'source: API key missing' },
)

const unknownKind = (kind: string) =>
  new AutomationError(
    'source_invalid',
    `The source is of the kind "${kind}", which this version of the package does not know. Install the version that made it.`,
    { statusText: 'unknown kind of source' },
  )

/** @throws AutomationError when the source can accept no event */
function listen(RED: NodeAPI, host: Host, node: Node, config: ArtifactSourceDef): void {
  if (!RED.httpNode) {
    throw new AutomationError(
      'http_disabled',
      'This source receives events by HTTP, but httpNodeRoot is false in settings.js. Set a path there.',
    )
  }
  node.on('close', () => host.ingest.release(node.id))
  try {
    host.ingest.listen(node.id, config.path, receiverOf(RED, host, node, config))
  } catch (error) {
    // who posts meanwhile shall come again: a 404 would be the end of the event
    if ((error as AutomationError).code === 'source_invalid') host.ingest.refuse(node.id, config.path, unavailable)
    throw error
  }
}

/** @throws AutomationError `source_invalid` */
function receiverOf(RED: NodeAPI, host: Host, node: Node, config: ArtifactSourceDef): Receiver {
  /** What was logged last: a full disk is no news with each of the events that it refuses. */
  let told = ''
  return createReceiver({
    settings: config,
    secret: () => host.secrets.value(RED, config.secret, host.dispatcher.running),
    accept: async (events) => {
      const receipts = await host.dispatcher.accept(node.id, events)
      told = ''
      if (host.sources.of(node.id).refused) host.sources.change(node.id, { refused: null })
      return receipts
    },
    newest: async (fits) => newestEvent(await host.stores.engine(host.embeddedPath()), node.id, fits),
    now: () => new Date(),
    newId: () => newEventId(new Date()),
    onIgnored: (count) => host.sources.change(node.id, { ignored: host.sources.of(node.id).ignored + count }),
    onRefused: (refused) => host.sources.change(node.id, { refused }),
    onError: (cause) => {
      const problem = asAutomationError(cause)
      if (problem.message !== told) logProblem(node, problem)
      told = problem.message
    },
  })
}
