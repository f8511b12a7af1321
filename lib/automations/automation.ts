import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import type { Followed, Step } from './flow/carried.js'
import { type FlowGraph, type RunningNode, text } from './flow/graph.js'
import { aliasFilterJudge, templateJudge } from './flow/judges.js'
import { senderJudge, type WebhookView } from './flow/sender-judge.js'
import { Way } from './flow/way.js'
import { type Condition, type Enabled, judge, notLookedAt, starts } from './judgement.js'
import { type AutomationRule, compileRule, type RuleSettings } from './rule.js'
import { shown } from './words.js'

export const NO_SOURCE = new AutomationError(
  'source_missing',
  'No artifact source is chosen, or it is disabled: this automation gets no events. Choose one in the dialog.',
)

type Settings = Readonly<Record<string, unknown>>

/** What the nodes of a flow are looked up in. */
export interface Surroundings {
  readonly graph: FlowGraph
  /** The saved properties of a node of this package: of the current version, its environment filled in. */
  settings(running: RunningNode): Settings
  /** An `artifact-source` by the id under which it runs; null when there is none, or it is disabled. */
  source(id: string): { readonly isWatched: boolean } | null
  webhook(id: string): WebhookView | null
  /** The rule that a running trigger was compiled to, so that it need not be compiled again. */
  compiled?(id: string): AutomationRule | undefined
}

export interface Explained {
  readonly fires: boolean
  readonly conditions: readonly Condition[]
  /** What stands after the trigger; empty when it does not fire. */
  readonly path: readonly Step[]
}

/** One `artifact-event` node and all that is wired after it, to be asked what it does with events. */
export class Automation {
  readonly id: string
  readonly name: string
  /** Id of its source, as that runs. */
  readonly source: string
  readonly #around: Surroundings
  readonly #trigger: RunningNode
  readonly #settings: Settings
  #compiled: { readonly rule: AutomationRule | null; readonly problem: AutomationError | null } | undefined
  #way: Way | undefined

  constructor(trigger: RunningNode, around: Surroundings) {
    this.#around = around
    this.#trigger = trigger
    this.#settings = around.settings(trigger)
    this.id = trigger.id
    this.name = text(this.#settings['name'])
    this.source = around.graph.reference({ ...trigger, node: { ...trigger.node, ...this.#settings } }, 'source')
  }

  /** Why it cannot work, as its status says in red; null when it can. */
  get problem(): AutomationError | null {
    return this.#compile().problem
  }

  get isDisabled(): boolean {
    return !this.#around.graph.isEnabled(this.#trigger)
  }

  /** Whether it gets any events, in a sentence. */
  get enabled(): Enabled {
    const disabled = this.#around.graph.disabledIn(this.#trigger)
    if (disabled === this.#trigger.node) return { met: false, reason: 'The automation is disabled.' }
    if (disabled) {
      const what = disabled.type === 'tab' ? 'flow' : 'subflow'
      const name = text(disabled['label']) || text(disabled['name']) || disabled.id
      return { met: false, reason: `The ${what} ${shown(name)}, in which the automation stands, is disabled.` }
    }
    const { problem } = this
    if (problem) return { met: false, reason: `The automation cannot work: ${problem.message}` }
    return { met: true, reason: 'The automation is enabled.' }
  }

  /** Whether an event would start it if it were enabled. */
  starts(event: ArtifactEvent): boolean {
    const { rule, problem } = this.#compile()
    return rule !== null && problem === null && starts(rule, event)
  }

  explain(event: ArtifactEvent): Explained {
    const { rule, problem } = this.#compile()
    if (rule === null) {
      const why = `The automation is not looked at further: ${problem?.message}`
      return { fires: false, conditions: notLookedAt(this.enabled, why), path: [] }
    }
    const judgement = judge(this.enabled, rule, event)
    return { ...judgement, path: judgement.fires ? this.follow(event).steps : [] }
  }

  /** What an event that the trigger's own button made does: it goes on whatever the trigger asks for. */
  explainSample(event: ArtifactEvent): Explained {
    const { enabled } = this
    const conditions = notLookedAt(
      enabled,
      'The event is a sample, which its button sends whatever the trigger asks for.',
    )
    return { fires: enabled.met, conditions, path: enabled.met ? this.follow(event).steps : [] }
  }

  /** What stands after the trigger does with an event. */
  follow(event: ArtifactEvent): Followed {
    this.#way ??= new Way(this.#trigger, {
      graph: this.#around.graph,
      judgeOf: (running) => this.#judgeOf(running),
    })
    return this.#way.follow(event, this.name)
  }

  /** Whether its messages can reach a sender at all. */
  get hasSender(): boolean {
    return this.#around.graph.senders(this.#trigger).length > 0
  }

  #judgeOf(running: RunningNode) {
    const { graph, settings, webhook } = this.#around
    const { type } = running.node
    if (type === 'alias-filter') return aliasFilterJudge(settings(running), running.id)
    if (type === 'payload-template') return templateJudge(settings(running), running.id)
    if (type !== 'webhook-sender') return null
    const own = settings(running)
    const webhookId = graph.reference({ ...running, node: { ...running.node, ...own } }, 'webhook')
    return senderJudge({ id: running.id, settings: own, webhookId, webhook: webhook(webhookId) })
  }

  #compile() {
    this.#compiled ??= this.#compiledNow()
    return this.#compiled
  }

  #compiledNow() {
    const running = this.#around.compiled?.(this.id)
    if (running) return { rule: running, problem: null }
    const source = this.#around.source(this.source)
    try {
      const rule = compileRule(this.#settings as unknown as RuleSettings, source?.isWatched ?? false)
      return { rule, problem: source ? null : NO_SOURCE }
    } catch (error) {
      if (!(error instanceof AutomationError)) throw error
      return { rule: null, problem: error }
    }
  }
}
