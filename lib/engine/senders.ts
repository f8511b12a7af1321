import { restoreMessage } from '../delivery/message.js'
import type { SenderCounts, SenderOutput, SenderPort, Waiting } from '../delivery/sender-port.js'
import type { Log, Timers } from '../platform.js'
import type { OwedOutput } from '../store/delivery-queue.js'
import type { InHand } from '../store/guard/in-hand.js'
import type { DeliveryStore } from '../store/store.js'

/** Status is for people: it need not change more often. */
const TELL_AFTER_MS = 250
const OWED_AT_ONCE = 100
/** So long an output that may have ended the process counts as in the flows, in ms. */
const HOLD_MS = 250

interface Attached {
  readonly port: SenderPort
  delivered: number
  failed: number
}

interface SendersOptions {
  readonly store: DeliveryStore
  readonly timers: Timers
  readonly log: Log
  readonly inHand: InHand
  /** What any sender shows changed, whether it is deployed or not. */
  readonly heard: () => void
  /** Pending deliveries of a sender and why they wait. */
  readonly queue: (
    sender: string,
    webhook: string | undefined,
  ) => { readonly pending: number; readonly waiting: Waiting | null }
}

/**
 * The deployed senders and their outputs. An output that is due while its sender is away is kept and given when the
 * sender is back: on disk when that was known when the result was stored, else in memory.
 */
export class Senders {
  readonly #options: SendersOptions
  readonly #attached = new Map<string, Attached>()
  readonly #missed = new Map<string, SenderOutput[]>()
  readonly #toTell = new Set<string>()
  #timer: unknown = null

  constructor(options: SendersOptions) {
    this.#options = options
  }

  has(id: string): boolean {
    return this.#attached.has(id)
  }

  /** Those that are deployed and send to a webhook. */
  of(webhook: string): string[] {
    return Array.from(this.#attached).flatMap(([id, { port }]) => (port.webhook === webhook ? [id] : []))
  }

  get ids(): string[] {
    return [...this.#attached.keys()]
  }

  attach(id: string, port: SenderPort): void {
    const attached = { port, delivered: 0, failed: 0 }
    this.#attached.set(id, attached)
    this.changed(id)
    for (const output of this.#missed.get(id)?.splice(0) ?? []) this.#give(attached, output)
    this.#missed.delete(id)
  }

  detach(id: string): void {
    this.#attached.delete(id)
  }

  /** Emits the output of a delivery that is delivered or failed for good. */
  output(output: SenderOutput): void {
    const { id } = output.delivery.sender
    const attached = this.#attached.get(id)
    if (attached !== undefined) {
      this.#give(attached, output)
      return
    }
    const missed = this.#missed.get(id)
    if (missed === undefined) this.#missed.set(id, [output])
    else missed.push(output)
  }

  /** What this sender shows changed: it is told a little later, once for many changes. */
  changed(id: string): void {
    this.#options.heard()
    if (this.#attached.get(id)?.port.changed === undefined) return
    this.#toTell.add(id)
    this.#timer ??= this.#options.timers.setTimeout(() => {
      this.#timer = null
      const ids = [...this.#toTell]
      this.#toTell.clear()
      for (const sender of ids) this.#tell(sender)
    }, TELL_AFTER_MS)
  }

  /** The same for all that send to a webhook. */
  changedOf(webhook: string): void {
    this.#options.heard()
    for (const [id, { port }] of this.#attached) if (port.webhook === webhook) this.changed(id)
  }

  allChanged(): void {
    this.#options.heard()
    for (const id of this.#attached.keys()) this.changed(id)
  }

  stop(): void {
    if (this.#timer !== null) this.#options.timers.clearTimeout(this.#timer)
    this.#attached.clear()
  }

  #tell(id: string): void {
    const attached = this.#attached.get(id)
    if (attached === undefined) return
    const { port, delivered, failed } = attached
    const counts: SenderCounts = { ...this.#options.queue(id, port.webhook), delivered, failed }
    this.#call(() => port.changed?.(counts))
  }

  /** Gives a sender the outputs that were kept for it on disk. */
  async giveOwed(id: string): Promise<void> {
    const { store, inHand } = this.#options
    const attached = this.#attached.get(id)
    while (attached !== undefined) {
      const owed = await store.owedOutputs(id, OWED_AT_ONCE)
      if (owed.length === 0 || this.#attached.get(id) !== attached) return
      for (const output of owed) {
        const suspect = { kind: 'output', seq: output.seq } as const
        if (inHand.has(suspect)) await inHand.take(suspect, HOLD_MS)
        this.#give(attached, outputOf(output))
      }
      await store.outputsGiven(owed.map(({ seq }) => seq))
    }
  }

  #give(attached: Attached, output: SenderOutput): void {
    const delivered = output.delivery.status === 'delivered'
    if (delivered) attached.delivered++
    else attached.failed++
    this.changed(output.delivery.sender.id)
    this.#call(() => (delivered ? attached.port.delivered(output) : attached.port.failed(output)))
  }

  #call(call: () => void): void {
    try {
      call()
    } catch (error) {
      this.#options.log.error(`A sender could not take its output: ${error instanceof Error ? error.message : error}`)
    }
  }
}

function outputOf({ message, ...output }: OwedOutput): SenderOutput {
  return { ...output, message: restoreMessage(message) }
}
