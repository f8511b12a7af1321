import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef } from 'node-red'
import { AutomationError, isStoreFailure } from '../../lib/error.js'
import { newEventId } from '../../lib/events/new-id.js'
import { newestEvent } from '../../lib/inbox/newest-event.js'
import { hearingOf } from '../../lib/sources/hearing.js'
import { checkPath } from '../../lib/sources/http/path.js'
import { createReceiver, type Receiver, unavailable } from '../../lib/sources/http/receive.js'
import type { ReceiverOptions } from '../../lib/sources/http/receiver-options.js'
import { liveKind } from '../../lib/sources/live.js'
import { isMapped } from '../../lib/sources/mapped/read-mapped.js'
import { type SourceKind, type SourceSettings, sourceKind } from '../../lib/sources/source.js'
import { ownSettings } from '../runtime/deployed.js'
import type { Host } from '../runtime/host.js'
import { hostOf } from '../runtime/host-of.js'
import { checkExpression, mappingsOf } from '../runtime/mapping-engine.js'
import { asAutomationError, logProblem } from '../runtime/report.js'
import { secretIn } from '../runtime/secrets.js'
import { migrate } from './artifact-source.migrate.js'
import { watch } from './watch.js'

export interface ArtifactSourceDef extends NodeDef, SourceSettings {
  kind: string
}

type SourceNode = Node & { kind?: string }

/** Where events come from: an HTTP endpoint that stores what it accepts before it answers, or a registry that is watched. */
module.exports = (RED: NodeAPI) => {
  const host = hostOf(RED)
  host.migrations.set('artifact-source', migrate)
  RED.nodes.registerType<SourceNode, ArtifactSourceDef, object, object>('artifact-source', function (definition) {
    RED.nodes.createNode(this, definition)
    const config = migrate(definition)
    this.kind = config.kind
    const kind = sourceKind(config.kind)
    const unusable = (problem: AutomationError) => {
      host.sources.change(this.id, { problem })
      logProblem(this, problem)
    }
    host.sources.reset(this.id)
    try {
      if (!kind) throw unknownKind(config.kind)
      begin(RED, host, this, config)
    } catch (error) {
      unusable(asAutomationError(error))
      return
    }
    host.sources.change(this.id, { problem: host.ingest.problemOf(this.id) })
    host.whenStarted(this, () => {
      try {
        const taken = host.ingest.problemOf(this.id)
        if (taken) throw taken
        if (kind) checkSecret(RED, host, kind, config)
        host.sources.change(this.id, { problem: null })
      } catch (error) {
        unusable(asAutomationError(error))
      }
    })
  })
}

/** @throws AutomationError `secret_missing`, `secret_invalid` */
function checkSecret(RED: NodeAPI, host: Host, kind: SourceKind, config: ArtifactSourceDef): void {
  const property = kind.secretOf(config)
  if (property === null) return
  const secret = host.secrets.of(RED, config[property], true)
  if (secret === undefined) throw kind.withoutSecret
  kind.judgeSecret(config, secret)
}

/** @throws AutomationError when the source can get no event */
function begin(RED: NodeAPI, host: Host, node: Node, config: ArtifactSourceDef): void {
  const live = liveKind(config.kind)
  const apiKey = () => secretIn(RED, config.apiKey)
  if (live) watch(host, node, live, config, apiKey, ownSettings(RED).fullScanHours)
  else listen(RED, host, node, config)
}

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
  checkPath(config.path)
  try {
    host.ingest.listen(node.id, config.path, receiverOf(RED, host, node, config))
  } catch (error) {
    // who posts meanwhile shall come again: a 404 would be the end of the event
    if ((error as AutomationError).code === 'source_invalid') host.ingest.refuse(node.id, config.path, unavailable)
    throw error
  }
}

/** @throws AutomationError `source_invalid` for an expression that is none */
function mapping(
  RED: NodeAPI,
  host: Host,
  node: Node,
  config: ArtifactSourceDef,
): Pick<ReceiverOptions, 'map' | 'onInput'> {
  // what is empty is said in other words
  if (config.mapping.trim() === '') return {}
  checkExpression(RED, node, config.mapping)
  const mappings = mappingsOf(RED)
  return {
    map: (expression, input) => mappings.map(expression, input),
    onInput: (input) => host.lastRequests.note(node.id, input, Date.now()),
  }
}

/** @throws AutomationError `source_invalid` */
function receiverOf(RED: NodeAPI, host: Host, node: Node, config: ArtifactSourceDef): Receiver {
  /** What was logged last: a full disk is no news with each of the events that it refuses. */
  let told = ''
  /** The same of what was left out of a message. */
  let leftOut = ''
  return createReceiver({
    settings: config,
    ...(isMapped(config) && mapping(RED, host, node, config)),
    secret: () => host.secrets.of(RED, config.secret, host.dispatcher.running),
    accept: async (events) => {
      const receipts = await host.dispatcher.accept(node.id, events, hearingOf(config.format, 'told'))
      told = ''
      if (host.sources.of(node.id).refused) host.sources.change(node.id, { refused: null })
      return receipts
    },
    newest: async (fits) => newestEvent((await host.stores.engine(host.embeddedPath())).history, node.id, fits),
    now: () => new Date(),
    newId: () => newEventId(new Date()),
    onIgnored: (count) => host.sources.change(node.id, { ignored: host.sources.of(node.id).ignored + count }),
    onLeftOut: (refused) => {
      host.sources.refuse(node.id, refused, Date.now())
      if (refused.message !== leftOut) node.warn(refused.message)
      leftOut = refused.message
    },
    onRefused: (refused) => host.sources.refuse(node.id, refused, Date.now()),
    onError: (cause) => {
      const problem = asAutomationError(cause)
      // what is wrong with a database, its store says once for all
      const isSaid = host.sharesDatabase && isStoreFailure(problem)
      if (problem.message !== told && !isSaid) logProblem(node, problem)
      told = problem.message
    },
  })
}
