const NONE: ReadonlySet<number> = new Set()

/** The deliveries that the engine has in its hands. Only in memory: the store has one owner, and dies with it. */
export class Claims {
  readonly #byWebhook = new Map<string, Set<number>>()

  of(webhook: string): ReadonlySet<number> {
    return this.#byWebhook.get(webhook) ?? NONE
  }

  take(webhook: string, seq: number): void {
    const taken = this.#byWebhook.get(webhook)
    if (taken === undefined) this.#byWebhook.set(webhook, new Set([seq]))
    else taken.add(seq)
  }

  release(webhook: string, seq: number): void {
    this.#byWebhook.get(webhook)?.delete(seq)
  }
}
