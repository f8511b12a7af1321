import type { PendingCount } from '../store/delivery-queue.js'

/** How many deliveries are pending, by webhook and sender; kept up to date instead of counted. */
export class Pending {
  readonly #byWebhook = new Map<string, Map<string, number>>()
  readonly #changed: (sender: string) => void

  constructor(changed: (sender: string) => void) {
    this.#changed = changed
  }

  load(counts: readonly PendingCount[]): void {
    const before = [...this.#byWebhook.values()].flatMap((senders) => [...senders.keys()])
    this.#byWebhook.clear()
    for (const { webhook, sender, count } of counts) this.add(webhook, sender, count)
    for (const sender of before) this.#changed(sender)
  }

  add(webhook: string, sender: string, count: number): void {
    let senders = this.#byWebhook.get(webhook)
    if (senders === undefined) {
      senders = new Map()
      this.#byWebhook.set(webhook, senders)
    }
    const now = (senders.get(sender) ?? 0) + count
    if (now > 0) senders.set(sender, now)
    else senders.delete(sender)
    this.#changed(sender)
  }

  of(webhook: string): { sender: string; count: number }[] {
    return Array.from(this.#byWebhook.get(webhook) ?? [], ([sender, count]) => ({ sender, count }))
  }

  ofWebhook(webhook: string): number {
    let sum = 0
    for (const count of this.#byWebhook.get(webhook)?.values() ?? []) sum += count
    return sum
  }

  /** The webhooks that a sender's pending deliveries go to. */
  ofSender(sender: string): { webhook: string; count: number }[] {
    const found: { webhook: string; count: number }[] = []
    for (const [webhook, senders] of this.#byWebhook) {
      const count = senders.get(sender)
      if (count !== undefined) found.push({ webhook, count })
    }
    return found
  }

  get webhooks(): Iterable<string> {
    return this.#byWebhook.keys()
  }

  sendersOf(webhook: string): Iterable<string> {
    return this.#byWebhook.get(webhook)?.keys() ?? []
  }
}
