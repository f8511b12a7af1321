import type { Node, NodeAPI } from 'node-red'
import type { MaskedRequest } from '../../lib/delivery/delivery.js'
import type { LanePort, SendResult } from '../../lib/delivery/lane-port.js'
import type { StoredDelivery } from '../../lib/delivery/stored.js'
import { AutomationError } from '../../lib/error.js'
import type { AddressPolicy } from '../../lib/webhook/address.js'
import { attempt } from '../../lib/webhook/attempt.js'
import { WebhookClient } from '../../lib/webhook/client.js'
import type { WebhookSettings } from '../../lib/webhook/compile.js'
import { attemptRecord } from '../../lib/webhook/outcome.js'
import { refusalOf } from '../../lib/webhook/refusal.js'
import { type AttemptInput, buildRequest, maskedBody } from '../../lib/webhook/request.js'
import { Trouble } from '../../lib/webhook/trouble.js'
import { listedNodes } from './listed-nodes.js'
import { asAutomationError, logProblem } from './report.js'
import { type Resolved, resolveWebhook } from './resolve-webhook.js'
import type { Stores } from './store-pool.js'

/** Requests at once to one webhook. */
const CONCURRENCY = 8
/** How long a closing webhook waits for its requests; Node-RED gives a node 15 s. What is cut off is sent again. */
const CLOSE_WITHIN = 3_000

interface Compiled extends Resolved {
  readonly client: WebhookClient
}

/** A deployed automation-webhook: compiles its settings with the secrets of now, and sends for the engine. */
export class WebhookRuntime {
  readonly settings: WebhookSettings
  readonly stores: Stores
  /** Why nothing can be sent now; null when all is well. */
  problem: AutomationError | null = null
  readonly #RED: NodeAPI
  readonly #policy: () => AddressPolicy
  readonly #node: Node
  #compiled: Compiled | null = null
  readonly #trouble = new Trouble()

  constructor(RED: NodeAPI, policy: () => AddressPolicy, node: Node, settings: WebhookSettings, stores: Stores) {
    this.#RED = RED
    this.#policy = policy
    this.#node = node
    this.settings = settings
    this.stores = stores
  }

  /** Compiles again, because a secret, a proxy or a certificate may have changed, and (re)joins the engine. */
  refresh(): void {
    try {
      if (this.stores.problem) throw this.stores.problem
      const resolved = resolveWebhook(this.#RED, this.#withListedNodes())
      if (resolved.fingerprint !== this.#compiled?.fingerprint) {
        const client = new WebhookClient(resolved.webhook, { addressPolicy: this.#policy() })
        const former = this.#compiled
        this.#compiled = { ...resolved, client }
        former?.client.close().catch(() => {})
      }
      this.problem = null
    } catch (error) {
      const problem = asAutomationError(error)
      if (problem.message !== this.problem?.message) logProblem(this.#node, problem)
      this.problem = problem
    }
    for (const engine of this.stores.all) engine.attachWebhook(this.#node.id, this.#lane())
  }

  /** Looked up at every start: the secrets may be made after their webhook. */
  #withListedNodes(): WebhookSettings {
    const secrets = listedNodes(this.#RED, this.settings.secrets, this.#node.z) as WebhookSettings['secrets']
    return { ...this.settings, secrets }
  }

  #lane(): LanePort {
    const webhook = this.#compiled?.webhook
    return {
      name: this.settings.name,
      url: this.settings.url,
      schedule: webhook?.schedule ?? [],
      rateLimit: webhook?.rateLimit ?? null,
      ordering: this.settings.ordering,
      concurrency: CONCURRENCY,
      waiting: this.problem?.message ?? null,
      send: (...delivery) => this.#send(...delivery),
    }
  }

  async #send(...[delivery, number, signal, arrived]: Parameters<LanePort['send']>): Promise<SendResult> {
    if (!this.#compiled) throw new Error('The webhook has no working configuration.')
    const { webhook, client } = this.#compiled
    const now = () => new Date(this.stores.now())
    const started = now()
    const { id, payload, slots, contentType } = delivery
    const input = { id, attempt: number, at: started, payload, slots, contentType }
    const options = { signal, now: () => new Date(), arrived }
    const { request, result, outcome } = await attempt(webhook, client, input, options)
    const news = this.#trouble.look(outcome, result.response?.status, Date.now())
    if (news !== null) this.#node.warn(news)
    return { outcome, attempt: { ...attemptRecord(started, result, outcome), request: request.maskedHead } }
  }

  /** The request as it would be sent now, with every secret masked. @throws AutomationError what keeps it from being sent */
  masked(delivery: Pick<AttemptInput, 'id' | 'payload' | 'slots' | 'contentType'>, attempt: number): MaskedRequest {
    if (this.problem || !this.#compiled)
      throw this.problem ?? new AutomationError('webhook_invalid', 'Not started yet.')
    return buildRequest(this.#compiled.webhook, { ...delivery, attempt, at: new Date() }).masked
  }

  /** A payload as it may be shown; null while that cannot be told. */
  maskedBody(payload: Buffer, slots: StoredDelivery['slots']): string | null {
    try {
      return this.#compiled && maskedBody(this.#compiled.webhook, payload, slots)
    } catch (error) {
      if (error instanceof AutomationError) return null
      throw error
    }
  }

  /** What keeps a payload from ever being sent; null when nothing is known to, or nothing can be sent now anyway. */
  refusal(payload: Buffer, slots: StoredDelivery['slots']): AutomationError | null {
    return this.problem || !this.#compiled ? null : refusalOf(this.#compiled.webhook, payload, slots)
  }

  async pause(): Promise<void> {
    await Promise.all(this.stores.all.map((engine) => engine.pause(this.#node.id)))
  }

  async resume(): Promise<void> {
    await Promise.all(this.stores.all.map((engine) => engine.resume(this.#node.id)))
  }

  async close(): Promise<void> {
    await Promise.all(
      this.stores.all.map((engine) => engine.detachWebhook(this.#node.id, { deadlineMs: CLOSE_WITHIN })),
    )
    // what was cut off has been given up by now: closing the connections does not keep Node-RED waiting
    this.#compiled?.client.close().catch(() => {})
  }
}
