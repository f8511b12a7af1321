import type { Node, NodeMessage, NodeMessageInFlow } from 'node-red'
import { type SenderSettings, senderProblem } from '../../lib/automations/sender-settings.js'
import type { Delivery, MaskedRequest, NewDelivery } from '../../lib/delivery/delivery.js'
import { deliveryId } from '../../lib/delivery/id.js'
import { keepMessage, restoreMessage } from '../../lib/delivery/message.js'
import type { SenderCounts, SenderOutput } from '../../lib/delivery/sender-port.js'
import { underId } from '../../lib/delivery/sent-request.js'
import type { DeliveryEngine } from '../../lib/engine/engine.js'
import { AutomationError, isStoreFailure } from '../../lib/error.js'
import { knownCode } from '../../lib/error-codes.js'
import { plainEvent } from '../../lib/events/plain-event.js'
import { type AutomationMessage, automationOf, eventOf } from '../../lib/inbox/message.js'
import type { Markup } from '../../lib/template/markup/escape.js'
import { type PayloadMessage, payloadOf } from '../../lib/template/payload.js'
import { markupOf } from '../../lib/webhook/services.js'
import type { Host } from '../runtime/host.js'
import { asAutomationError, logProblem, showProblem } from '../runtime/report.js'
import type { WebhookRuntime } from '../runtime/webhook-runtime.js'
import { deliveredMessage, dryRunMessage, failedMessage, keptProperties } from './outputs.js'
import { showSender } from './sender-status.js'

const MOST_PARKED = 1_000

/** Resolves when the engine's store works again. */
function working(engine: DeliveryEngine): Promise<void> {
  return new Promise((resolve) => {
    const forget = engine.onProblem((problem) => {
      if (problem !== null) return
      forget()
      resolve()
    })
  })
}

/** A deployed webhook-sender: queues what comes in, and turns what became of it into messages and status. */
export class SenderRuntime {
  readonly #host: Host
  readonly #node: Node
  readonly #settings: SenderSettings
  #engines: readonly DeliveryEngine[] = []
  #unwatch: readonly (() => void)[] = []
  #last: Delivery | null = null
  #parked = 0
  #closed = false
  #counts: SenderCounts = { pending: 0, delivered: 0, failed: 0, waiting: null }

  constructor(host: Host, node: Node, settings: SenderSettings) {
    this.#host = host
    this.#node = node
    this.#settings = settings
  }

  /** Looked up every time: its node may be deployed without this one, or be disabled for a while. */
  get #webhook(): WebhookRuntime | undefined {
    return this.#host.webhooks.get(this.#settings.webhook)
  }

  /** What keeps deliveries from being sent, in a few words. */
  get #problem(): string | null {
    const problem = senderProblem(this.#settings)
    if (problem) return problem.statusText
    const webhook = this.#webhook
    if (!webhook) return 'webhook disabled'
    return (webhook.problem ?? webhook.stores.own.problem)?.statusText ?? null
  }

  /** By the saved property: a webhook that is disabled, or cannot work yet, reads its payloads no differently. */
  get #markup(): Markup | undefined {
    return markupOf(this.#webhook?.settings.service ?? this.#host.savedService(this.#settings.webhook))
  }

  get #embedded(): DeliveryEngine {
    return this.#host.stores.open(this.#host.embeddedPath())
  }

  /** Joins the engines that hold deliveries of this sender; called whenever flows have started. */
  attach(): void {
    this.#leave()
    this.#engines = this.#webhook?.stores.all ?? [this.#embedded]
    this.#unwatch = this.#engines.map((engine) => engine.onProblem(() => this.#show(this.#counts)))
    for (const engine of this.#engines) {
      engine.attachSender(this.#node.id, {
        webhook: this.#settings.webhook,
        delivered: (output) => this.#delivered(output),
        failed: (output) => this.#failed(output),
        changed: (counts) => this.#show(counts),
      })
    }
    this.#show(this.#counts)
    this.#remember()
  }

  /** A sender that was made anew shows what the one before it did last; what it does itself is newer. */
  #remember(): void {
    if (this.#last !== null) return
    const asked = this.#engines.map((engine) => engine.lastResult(this.#settings.webhook, this.#node.id))
    const remembered = Promise.allSettled(asked).then((answers) => {
      // a store that does not work is shown as such
      const results = answers.flatMap((answer) => (answer.status === 'fulfilled' ? (answer.value ?? []) : []))
      const [last] = results.sort((one, other) => ((one.finished_at ?? '') < (other.finished_at ?? '') ? 1 : -1))
      if (last && this.#last === null && !this.#closed) this.#result(last)
    })
    remembered.catch((error) => logProblem(this.#node, asAutomationError(error)))
  }

  detach(): void {
    this.#closed = true
    this.#leave()
  }

  #leave(): void {
    for (const unwatch of this.#unwatch) unwatch()
    for (const engine of this.#engines) engine.detachSender(this.#node.id)
  }

  /**
   * Takes a message. Resolves once its delivery is on disk (live), or with the output (dry run).
   * @throws AutomationError what keeps it from ever being sent; nothing was stored then
   */
  async take(msg: NodeMessageInFlow & AutomationMessage & PayloadMessage): Promise<NodeMessage | null> {
    const problem = senderProblem(this.#settings)
    if (problem) throw problem
    const webhook = this.#webhook
    const delivery: NewDelivery = {
      event: plainEvent(eventOf(msg)),
      automation: automationOf(msg),
      webhook: { id: this.#settings.webhook, name: webhook?.settings.name ?? '' },
      sender: { id: this.#node.id, name: this.#settings.name ?? '' },
      ...payloadOf(msg, this.#markup),
      message: keptProperties(msg),
    }
    if (this.#settings.mode === 'dry-run') return this.#dryRun(delivery)
    const embedded = this.#embedded
    const own = webhook?.stores.own ?? embedded
    await (own === embedded ? this.#enqueueEmbedded(embedded, delivery) : this.#enqueueOwn(own, delivery))
    return null
  }

  /**
   * What cannot be written to the webhook's own store goes into the embedded one, and is sent from there: its event was
   * acknowledged, and nobody hands it over again once that store works.
   */
  async #enqueueOwn(own: DeliveryEngine, delivery: NewDelivery): Promise<void> {
    try {
      if (own.problem === null) {
        await own.enqueue(delivery)
        return
      }
    } catch (error) {
      if (!isStoreFailure(error)) throw error
    }
    await this.#enqueueEmbedded(this.#embedded, delivery)
  }

  /**
   * While the store cannot write, up to 1,000 messages wait here for it; further ones fail. (Their event is in the same
   * store, so the dispatcher hands it over again.)
   */
  async #enqueueEmbedded(engine: DeliveryEngine, delivery: NewDelivery): Promise<void> {
    for (;;) {
      try {
        await engine.enqueue(delivery)
        return
      } catch (error) {
        const problem = asAutomationError(error)
        if (!problem.retryable || this.#parked >= MOST_PARKED || this.#closed) throw problem
        showProblem(this.#node, problem)
        this.#parked += 1
        await working(engine)
        this.#parked -= 1
      }
    }
  }

  async #dryRun(delivery: NewDelivery): Promise<NodeMessage> {
    const webhook = this.#webhook
    if (!webhook)
      throw new AutomationError('webhook_missing', 'The webhook is disabled.', { statusText: 'webhook disabled' })
    const id = deliveryId(delivery.event.event_id, delivery.sender.id, delivery.payload)
    const request = webhook.masked({ ...delivery, id }, 1)
    const recorded = await webhook.stores.own.recordDryRun(delivery, request)
    this.#result(recorded.delivery)
    // as it comes back from the store, where a live one is kept
    const message = restoreMessage(keepMessage(delivery.message))
    return dryRunMessage({ ...delivery, message, delivery: recorded.delivery }, underId(request, recorded.delivery.id))
  }

  #delivered(output: SenderOutput): void {
    this.#result(output.delivery)
    // masking a whole request for a message that nobody gets would cost more than most of a delivery
    if (!this.#isWired(0)) return
    const { attempt } = output
    const message = deliveredMessage(output, this.#request(output), {
      status: attempt?.status_code ?? null,
      headers: attempt?.response_headers ?? {},
      body: attempt?.response_body ?? '',
    })
    this.#node.send([message, null])
  }

  /** As the deploy has it: wires change without the node, and those out of a subflow come after it is made. */
  #isWired(output: number): boolean {
    const { wires } = this.#node as Node & { readonly wires?: readonly (readonly string[])[] }
    return wires?.[output]?.length !== 0
  }

  /** What was sent, with every secret masked; null when nothing was. Without its webhook, secrets read as in the template. */
  #request({ attempt, payload, slots }: SenderOutput): MaskedRequest | null {
    if (!attempt?.request) return null
    return { ...attempt.request, body: this.#webhook?.maskedBody(payload, slots) ?? payload.toString() }
  }

  #failed(output: SenderOutput): void {
    this.#result(output.delivery)
    const { code, message: text } = output.delivery.error ?? { code: 'internal', message: 'The delivery failed.' }
    const message = failedMessage(output, this.#request(output), { code, message: text })
    this.#node.send([null, message])
    this.#node.error(new AutomationError(knownCode(code), text), message)
  }

  #result(delivery: Delivery): void {
    this.#last = delivery
    this.#show(this.#counts)
  }

  #show(counts: SenderCounts): void {
    this.#counts = counts
    showSender(this.#node, { counts, problem: this.#problem, last: this.#last, mode: this.#settings.mode })
  }
}
