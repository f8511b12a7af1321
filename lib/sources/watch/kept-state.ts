import { type Draft, loadOf, type WatchStore } from './store.js'

interface Place {
  readonly store: WatchStore
  /** The id of the source. */
  readonly source: string
  /** See `loadOf`. */
  readonly server: string
}

/** The stored state of a source as its poller knows it: read once, and anew when it may have changed without it. */
export class KeptState {
  readonly #place: Place
  #parts: Map<string, string> | null = null
  #revision = 0

  constructor(place: Place) {
    this.#place = place
  }

  /** Nothing before it was loaded. */
  get parts(): ReadonlyMap<string, string> {
    return this.#parts ?? new Map()
  }

  get revision(): number {
    return this.#revision
  }

  /** @returns whether it was read now */
  async load(): Promise<boolean> {
    if (this.#parts !== null) return false
    const { store, source, server } = this.#place
    const { revision, parts } = await loadOf(store, source, server)
    this.#revision = revision
    this.#parts = parts
    return true
  }

  /** Stores what a draft has. Rejects as `WatchStore.commit` does. @param unseenFor see `PollCommit` */
  async commit({ changes, events }: Draft, unseenFor?: number): Promise<void> {
    const { store, source } = this.#place
    const next = this.#revision + 1
    const since = unseenFor === undefined ? {} : { unseenFor }
    try {
      await store.commit({ source, expected: this.#revision, next, parts: changes, events, ...since })
    } catch (error) {
      // whether it was stored, or who else did, is only known to the store
      this.#parts = null
      throw error
    }
    this.#revision = next
    for (const [key, text] of changes) {
      if (text === null) this.#parts?.delete(key)
      else this.#parts?.set(key, text)
    }
  }
}
