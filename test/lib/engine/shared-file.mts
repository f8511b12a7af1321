import { AutomationError } from '../../../dist/lib/error.js'
import type { Lease, Thing } from '../../../dist/lib/store/lease.js'
import type { Change } from '../../../dist/lib/store/ownership.js'
import type { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import type { DeliveryStore } from '../../../dist/lib/store/store.js'

const isOwn = (lease: Lease | null, fence: number) => lease?.fence === fence

/**
 * A real store with several owners in one process, for engines that have to get along: each thing goes to who wants it
 * first, and to another when the test says so. What a store for several processes must do with leases, without a network.
 */
export class SharedFile {
  readonly #file: SqliteStore
  readonly #held = new Map<Thing, { owner: SharedStore; fence: number }>()
  readonly #claimed = new Map<Thing, Set<number>>()
  readonly #owners: SharedStore[] = []
  #open = 0

  constructor(file: SqliteStore) {
    this.#file = file
  }

  /** One more owner, and the store as it has it. */
  owner(): { owner: SharedStore; store: DeliveryStore } {
    const owner = new SharedStore(this)
    this.#owners.push(owner)
    // what an owner does not have of its own, the file has
    const store = new Proxy(this.#file, {
      get: (file, name) => {
        const from = name in owner ? owner : file
        const value: unknown = from[name as never]
        return typeof value === 'function' ? value.bind(from) : value
      },
    }) as unknown as DeliveryStore
    return { owner, store }
  }

  get file(): SqliteStore {
    return this.#file
  }

  opened(by: number): number {
    this.#open += by
    return this.#open
  }

  /** The file's own lease, which it has as long as it is open. */
  whole(thing: Thing): Lease {
    return this.#file.want(thing) ?? { thing, fence: 0 }
  }

  want(owner: SharedStore, thing: Thing): Lease | null {
    const held = this.#held.get(thing) ?? { owner, fence: 1 }
    this.#held.set(thing, held)
    return held.owner === owner ? { thing, fence: held.fence } : null
  }

  claimed(thing: Thing): Set<number> {
    const claimed = this.#claimed.get(thing) ?? new Set()
    this.#claimed.set(thing, claimed)
    return claimed
  }

  /** As when an owner is gone, or was thought to be: another one has the thing now. */
  async move(thing: Thing, to: SharedStore, { heard = true } = {}): Promise<void> {
    const before = this.#held.get(thing)
    const fence = (before?.fence ?? 0) + 1
    this.#held.set(thing, { owner: to, fence })
    await this.#file.release(this.whole(thing), [...this.claimed(thing)])
    this.claimed(thing).clear()
    if (heard) before?.owner.tell({ kind: 'lease', thing, lease: null })
    to.tell({ kind: 'lease', thing, lease: { thing, fence } })
  }

  tellOthers(owner: SharedStore, change: Change): void {
    for (const other of this.#owners) if (other !== owner) other.tell(change)
  }
}

type Result<Name extends keyof DeliveryStore> = ReturnType<Extract<DeliveryStore[Name], (...args: never[]) => unknown>>
type Args<Name extends keyof DeliveryStore> = Parameters<Extract<DeliveryStore[Name], (...args: never[]) => unknown>>

/** What one owner does with leases. */
export class SharedStore {
  readonly #shared: SharedFile
  readonly #listeners = new Set<(change: Change) => void>()

  constructor(shared: SharedFile) {
    this.#shared = shared
  }

  async open(...[start]: Args<'open'>): Promise<Awaited<Result<'open'>>> {
    if (this.#shared.opened(1) === 1) return this.#shared.file.open(start)
    return { clean: true, lastAlive: null, interrupted: 0, suspects: null, setAside: [] }
  }

  async close(...[end]: Args<'close'>): Promise<void> {
    if (this.#shared.opened(-1) === 0) await this.#shared.file.close(end)
  }

  tell(change: Change): void {
    for (const listener of this.#listeners) listener(change)
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  want(thing: Thing): Lease | null {
    return this.#shared.want(this, thing)
  }

  async giveBack(): Promise<void> {}

  async handOver(): Promise<void> {}

  #own(thing: Thing, fence: number): Lease {
    if (!isOwn(this.want(thing), fence)) throw new AutomationError('lease_lost', `Another owner has ${thing}.`)
    return this.#shared.whole(thing)
  }

  async claim(...[lease, request]: Args<'claim'>): Promise<Awaited<Result<'claim'>>> {
    const claim = await this.#shared.file.claim(this.#own(lease.thing, lease.fence), request)
    for (const { seq } of claim.deliveries) this.#shared.claimed(lease.thing).add(seq)
    return { ...claim, deliveries: claim.deliveries.map((each) => ({ ...each, fence: lease.fence })) }
  }

  async release(...[lease, seqs]: Args<'release'>): Promise<void> {
    if (!isOwn(this.want(lease.thing), lease.fence)) return
    for (const seq of seqs) this.#shared.claimed(lease.thing).delete(seq)
    await this.#shared.file.release(this.#shared.whole(lease.thing), seqs)
  }

  async enqueue(...[entry]: Args<'enqueue'>): Promise<Awaited<Result<'enqueue'>>> {
    const thing: Thing = `webhook/${entry.webhook.id}`
    const lease = this.want(thing)
    const enqueued = await this.#shared.file.enqueue({ ...entry, claim: entry.claim && lease !== null })
    const { webhook, sender } = entry
    if (!enqueued.duplicate) {
      this.#shared.tellOthers(this, { kind: 'deliveries', webhook: webhook.id, sender: sender.id, count: 1 })
    }
    const { claimed } = enqueued
    if (claimed === null || lease === null) return enqueued
    this.#shared.claimed(thing).add(claimed.seq)
    return { ...enqueued, claimed: { ...claimed, fence: lease.fence } }
  }

  async markStarted(...[started]: Args<'markStarted'>): Promise<void> {
    await this.#shared.file.markStarted(started.map((each) => ({ ...each, fence: -1 })))
  }

  async record(...[result]: Args<'record'>): Promise<Awaited<Result<'record'>>> {
    const { delivery } = result
    const thing: Thing = `webhook/${delivery.webhook.id}`
    const { fence } = this.#own(thing, delivery.fence)
    const recorded = await this.#shared.file.record({ ...result, delivery: { ...delivery, fence } })
    this.#shared.claimed(thing).delete(delivery.seq)
    if (result.status !== 'pending') {
      const [webhook, sender] = [delivery.webhook.id, delivery.sender.id]
      this.#shared.tellOthers(this, { kind: 'deliveries', webhook, sender, count: -1 })
    }
    return recorded
  }

  async reorder(...[lease, ordering, now]: Args<'reorder'>): Promise<void> {
    await this.#shared.file.reorder(this.#own(lease.thing, lease.fence), ordering, now)
  }

  async changeWebhook(...[webhook, change]: Args<'changeWebhook'>): Promise<void> {
    await this.#shared.file.changeWebhook(webhook, change)
    const state = (await this.#shared.file.webhookStates()).get(webhook)
    if (state) this.#shared.tellOthers(this, { kind: 'webhook', webhook, state })
  }
}
