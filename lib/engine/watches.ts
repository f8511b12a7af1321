import type { Thing } from '../store/lease.js'
import type { Ownership } from '../store/ownership.js'

/** Whoever watches something that one owner of the store watches at a time. */
export interface WatchPort {
  begin(): void
  /** Resolves when nothing is under way any more. */
  end(): Promise<void>
}

interface Watch {
  readonly port: WatchPort
  /** Null while it does not run. */
  fence: number | null
  /** One change after the other. */
  changing: Promise<void>
}

/** Watched sources: each is watched as long as this owner has its lease. */
export class Watches {
  readonly #store: Ownership
  readonly #watches = new Map<Thing, Watch>()

  constructor(store: Ownership) {
    this.#store = store
  }

  /** @returns what ends it, and gives the lease back */
  add(source: string, port: WatchPort): () => Promise<void> {
    const thing: Thing = `source/${source}`
    const watch: Watch = { port, fence: null, changing: Promise.resolve() }
    this.#watches.set(thing, watch)
    this.changed(thing)
    return async () => {
      const isLast = this.#watches.get(thing) === watch
      if (isLast) this.#watches.delete(thing)
      await this.#end(watch)
      if (isLast && !this.#watches.has(thing)) await this.#store.giveBack(thing)
    }
  }

  /** All of them may have another owner now. */
  look(): void {
    for (const thing of this.#watches.keys()) this.changed(thing)
  }

  /** A lease came or went. */
  changed(thing: Thing): void {
    const watch = this.#watches.get(thing)
    if (watch === undefined) return
    const fence = this.#store.want(thing)?.fence ?? null
    if (fence === watch.fence) return
    const work = fence === null ? this.#end(watch) : this.#begin(thing, watch)
    // whoever watches says itself what is wrong
    work.catch(() => {})
  }

  async yielded(thing: Thing): Promise<void> {
    const watch = this.#watches.get(thing)
    if (watch !== undefined) await this.#end(watch)
    await this.#store.handOver(thing)
  }

  #begin(thing: Thing, watch: Watch): Promise<void> {
    return this.#after(watch, async () => {
      const fence = this.#store.want(thing)?.fence ?? null
      if (this.#watches.get(thing) !== watch || fence === null || fence === watch.fence) return
      if (watch.fence !== null) await watch.port.end()
      watch.fence = fence
      watch.port.begin()
    })
  }

  #end(watch: Watch): Promise<void> {
    return this.#after(watch, async () => {
      if (watch.fence === null) return
      watch.fence = null
      await watch.port.end()
    })
  }

  #after(watch: Watch, work: () => Promise<void>): Promise<void> {
    watch.changing = watch.changing.then(work, work)
    return watch.changing
  }
}
