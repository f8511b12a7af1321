import { Automation, type Surroundings } from '../../lib/automations/automation.js'
import { FlowGraph, type RunningNode, type SavedNode, text } from '../../lib/automations/flow/graph.js'
import type { WebhookView } from '../../lib/automations/flow/sender-judge.js'
import { variableOf } from '../../lib/automations/flow/variables.js'
import { AutomationError } from '../../lib/error.js'
import { isObject } from '../../lib/json.js'
import { Secret } from '../../lib/secrets/secret.js'
import { evaluatesRuns } from '../../lib/sources/source.js'
import { compileWebhook, type WebhookSettings } from '../../lib/webhook/compile.js'
import { refusalOf } from '../../lib/webhook/refusal.js'
import { markupOf } from '../../lib/webhook/services.js'
import { migrate as aliasFilter } from '../alias-filter/alias-filter.migrate.js'
import { migrate as artifactEvent } from '../artifact-event/artifact-event.migrate.js'
import { migrate as artifactSource } from '../artifact-source/artifact-source.migrate.js'
import { migrate as automationWebhook } from '../automation-webhook/automation-webhook.migrate.js'
import { migrate as payloadTemplate } from '../payload-template/payload-template.migrate.js'
import { migrate as webhookSender } from '../webhook-sender/webhook-sender.migrate.js'
import { parsedFile } from './event-file.js'
import type { CommandWorld } from './world.js'

const MIGRATIONS: Readonly<Record<string, (saved: object) => object>> = {
  'alias-filter': aliasFilter,
  'artifact-event': artifactEvent,
  'artifact-source': artifactSource,
  'automation-webhook': automationWebhook,
  'payload-template': payloadTemplate,
  'webhook-sender': webhookSender,
}

/** A flow file holds no values of secrets: what is judged here only asks whether there is one. */
const SOME_VALUE = 'value-that-is-not-in-a-flow-file'

/**
 * The automations of a flow file.
 * @throws AutomationError `flow_invalid` when it is none, or has no automation
 */
export function automationsOf(file: string, world: CommandWorld): Automation[] {
  const flow = parsedFile(file, world, 'flow_invalid')
  if (!Array.isArray(flow) || !flow.every(isNode)) throw noFlow(`${file} is no flow file: it is not a list of nodes.`)
  const graph = new FlowGraph(new Map(flow.map((node) => [node.id, node])))
  if (graph.triggers.length === 0) throw noFlow(`${file} has no automation: there is no artifact-event node in it.`)
  const around = surroundings(graph, world.env)
  return graph.triggers.map((trigger) => new Automation(trigger, around))
}

const noFlow = (message: string) => new AutomationError('flow_invalid', message)

const isNode = (node: unknown): node is SavedNode =>
  isObject(node) && typeof node['id'] === 'string' && typeof node['type'] === 'string'

function surroundings(graph: FlowGraph, env: CommandWorld['env']): Surroundings {
  // as Node-RED does at a deploy: a text that is wholly `${NAME}` is that variable, where there is one
  const settings = (running: RunningNode) => {
    const migrate = MIGRATIONS[running.node.type]
    const resolved = Object.entries(migrate ? migrate(running.node) : running.node).map(([property, value]) => {
      const [, name] = /^\$\{(\S+)\}$/.exec(typeof value === 'string' ? value : '') ?? []
      return [
        property,
        (name === undefined ? undefined : variableOf(graph, running, name, (other) => env[other])) ?? value,
      ]
    })
    return Object.fromEntries(resolved) as Readonly<Record<string, unknown>>
  }
  const enabled = (id: string, type: string) => {
    const running = graph.node(id)
    return running?.node.type === type && graph.isEnabled(running) ? running : null
  }
  return {
    graph,
    settings,
    source: (id) => {
      const source = enabled(id, 'artifact-source')
      return source && { isWatched: evaluatesRuns(settings(source)['kind']) }
    },
    webhook: (id) => {
      const webhook = enabled(id, 'automation-webhook')
      return (
        webhook &&
        viewOf(settings(webhook) as unknown as WebhookSettings, (secret) => enabled(secret, 'automation-secret'))
      )
    },
  }
}

function viewOf(settings: WebhookSettings, secretOf: (id: string) => RunningNode | null): WebhookView {
  const view = { name: text(settings.name), markup: markupOf(settings.service) }
  try {
    const secret = (id: unknown) => (typeof id === 'string' && secretOf(id) ? new Secret(SOME_VALUE) : undefined)
    const list: readonly unknown[] = Array.isArray(settings.secrets) ? settings.secrets : [settings.secrets]
    const granted = list.flatMap((id): [string, Secret][] => {
      const node = typeof id === 'string' ? secretOf(id) : null
      return node ? [[text(node.node['name']), new Secret(SOME_VALUE)]] : []
    })
    const token = secret(settings.accessToken)
    const signing = secret(settings.signingSecret)
    const parts = { granted: new Map(granted), ...(token && { token }), ...(signing && { signing }) }
    const webhook = compileWebhook(settings, parts)
    return { ...view, problem: null, refusal: (payload, slots) => refusalOf(webhook, payload, slots) }
  } catch (error) {
    if (!(error instanceof AutomationError)) throw error
    return { ...view, problem: error, refusal: () => null }
  }
}
