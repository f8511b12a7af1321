import type { NodeAPI } from 'node-red'
import { Automation, type Surroundings } from '../../lib/automations/automation.js'
import { FlowGraph, type RunningNode, type SavedNode, text } from '../../lib/automations/flow/graph.js'
import type { WebhookView } from '../../lib/automations/flow/sender-judge.js'
import type { Dispatcher } from '../../lib/inbox/dispatcher.js'
import { evaluatesRuns } from '../../lib/sources/source.js'
import type { WebhookSettings } from '../../lib/webhook/compile.js'
import { refusalOf } from '../../lib/webhook/refusal.js'
import { markupOf } from '../../lib/webhook/services.js'
import { deployedNodes, runningNode, withEnvironment } from './deployed.js'
import { asTheyRun } from './listed-nodes.js'
import { asAutomationError } from './report.js'
import { resolveWebhook } from './resolve-webhook.js'
import type { WebhookRuntime } from './webhook-runtime.js'

/** What the process knows of deployed nodes beside their saved properties. */
interface Deployed {
  readonly migrations: ReadonlyMap<string, (saved: object) => object>
  readonly webhooks: ReadonlyMap<string, WebhookRuntime>
  readonly dispatcher: Dispatcher
}

type Settings = Readonly<Record<string, unknown>>

/** Properties that name another node. */
const IDS: readonly string[] = ['source', 'webhook', 'accessToken', 'signingSecret', 'tls', 'proxy', 'store']

const isVariable = (value: unknown) => typeof value === 'string' && /^\$\{\S+\}$/.test(value)

/** The automations of the deployed flows, or of nodes as an editor holds them, to be asked what they would do. */
export class Automations {
  readonly #RED: NodeAPI
  readonly #deployed: Deployed
  readonly #saved: ReadonlyMap<string, SavedNode>
  readonly #given: ReadonlyMap<string, SavedNode>
  readonly #graph: FlowGraph
  readonly #triggers: ReadonlyMap<string, RunningNode>
  readonly #surroundings: Surroundings
  readonly #made = new Map<string, Automation>()

  /** @param given nodes that take the place of deployed ones with their ids; only triggers among them are judged then */
  constructor(RED: NodeAPI, deployed: Deployed, given?: readonly SavedNode[]) {
    this.#RED = RED
    this.#deployed = deployed
    this.#given = new Map(given?.map((node) => [node.id, node]))
    this.#saved = deployedNodes(RED)
    const graph = new FlowGraph(new Map([...this.#saved, ...this.#given]))
    this.#graph = graph
    this.#surroundings = this.#around(graph)
    const judged = graph.triggers.filter(({ node }) => given === undefined || this.#given.has(node.id))
    this.#triggers = new Map(judged.map((trigger) => [trigger.id, trigger]))
  }

  /** One after the other, each made when it is its turn: there may be thousands. */
  *[Symbol.iterator](): Generator<Automation> {
    for (const id of this.#triggers.keys()) yield this.of(id) as Automation
  }

  /** The properties of a node of this package by the id under which it runs; undefined when there is none of this type. */
  settingsOf(id: string, type: string): Settings | undefined {
    const running = this.#graph.node(id)
    return running?.node.type === type ? this.#settings(running) : undefined
  }

  of(id: string): Automation | undefined {
    const trigger = this.#triggers.get(id)
    let automation = this.#made.get(id)
    if (trigger && !automation) {
      automation = new Automation(trigger, this.#surroundings)
      this.#made.set(id, automation)
    }
    return automation
  }

  #around(graph: FlowGraph): Surroundings {
    return {
      graph,
      settings: (running) => this.#settings(running),
      source: (id) => {
        const source = graph.node(id)
        if (source?.node.type !== 'artifact-source') return null
        const isThere = this.#given.has(source.node.id) ? graph.isEnabled(source) : runningNode(this.#RED, id)
        return isThere ? { isWatched: evaluatesRuns(this.#settings(source)['kind']) } : null
      },
      webhook: (id) => this.#webhook(graph.node(id), id),
      // what is deployed was compiled when it started
      ...(this.#given.size === 0 && { compiled: (id) => this.#deployed.dispatcher.ruleOf(id) }),
    }
  }

  /**
   * Whoever may ask may not therefore read the environment, which a reason would show: of nodes that are not deployed a
   * variable counts only where the deployed node names the same one, or in the place of a node's id.
   */
  #settings({ id, node }: RunningNode): Settings {
    const migrate = this.#deployed.migrations.get(node.type)
    const settings = (migrate ? migrate(node) : node) as Settings
    const resolved = withEnvironment(this.#RED, id, settings)
    if (!this.#given.has(node.id)) return resolved
    const saved = this.#saved.get(node.id)
    const shown = Object.entries(settings).map(([property, value]) => {
      const isKnown = IDS.includes(property) || (saved?.type === node.type && saved[property] === value)
      return [property, isKnown ? resolved[property] : value]
    })
    return Object.fromEntries(shown) as Settings
  }

  #webhook(running: RunningNode | undefined, id: string): WebhookView | null {
    const given = running && this.#given.get(running.node.id)
    if (running && given) return given['d'] ? null : this.#unsaved(running)
    const deployed = this.#deployed.webhooks.get(id)
    if (!deployed) return null
    return {
      name: deployed.settings.name,
      markup: markupOf(deployed.settings.service),
      get problem() {
        return deployed.problem ?? deployed.stores.own.problem
      },
      refusal: (payload, slots) => deployed.refusal(payload, slots),
    }
  }

  /** A webhook as it stands in its dialog, with the secrets that are deployed. */
  #unsaved(running: RunningNode): WebhookView {
    const settings = this.#settings(running) as unknown as WebhookSettings
    const view = { name: text(settings.name), markup: markupOf(settings.service) }
    // where it would send is known at the deploy
    const url = isVariable(settings.url) ? 'https://variable.invalid/' : settings.url
    try {
      const { webhook } = resolveWebhook(this.#RED, asTheyRun(this.#RED, { ...settings, url }))
      return { ...view, problem: null, refusal: (payload, slots) => refusalOf(webhook, payload, slots) }
    } catch (error) {
      return { ...view, problem: asAutomationError(error), refusal: () => null }
    }
  }
}
